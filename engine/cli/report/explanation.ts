import type { ConditionExplained, ExplainedPart, Explanation } from '../../api.ts';
import type { Json } from '../../core/json.ts';
import type { Change } from '../../expr/index.ts';
import { printable, type Colors } from '../terminal.ts';

/** An explanation for people: how the step went, then each condition as a tree with its values. */
export function explanationLines(explanation: Explanation, colors: Colors): readonly string[] {
  const { step, verb, status, reason, error, conditions } = explanation;
  return [
    `${colors.bold(printable(step))} ${colors.dim(`(${verb})`)} ${status.replace('_', ' ')}: ${printable(reason)}`,
    ...(error === undefined ? [] : [`  ${colors.red(error.type)}: ${printable(error.message)}`]),
    ...conditions.flatMap((condition) => ['', ...conditionLines(condition, colors)]),
  ];
}

function conditionLines(condition: ConditionExplained, colors: Colors): readonly string[] {
  const { step, kind, index = 0, tree, chosen, otherwise } = condition;
  const what = kind === 'if' ? `"if" of ${printable(step)}` : `case ${index + 1} of ${printable(step)}`;
  const result = kind === 'if' ? (chosen ? 'it runs' : 'it is skipped') : chosen ? 'chosen' : 'not chosen';
  const other = kind === 'if' ? (chosen ? 'skipped' : 'run') : chosen ? 'passed over' : 'chosen';
  return [
    `${what}${tree === undefined ? ' (else)' : ''}: ${chosen ? colors.green(result) : colors.yellow(result)}`,
    ...(tree === undefined ? [] : treeLines(tree, '  ', '  ', colors)),
    ...otherwise.map((changes) => `  ${colors.dim('→')} ${changes.map(changeText).join(' and ')}: ${other}`),
  ];
}

function treeLines(part: ExplainedPart, first: string, rest: string, colors: Colors): readonly string[] {
  const { source, parts, from, path } = part;
  const origin = path === undefined || from === undefined ? '' : colors.dim(` from ${originText(from)}`);
  return [
    `${first}${printable(source)}  ${resultOf(part, colors)}${origin}`,
    ...parts.flatMap((inner, index) => {
      const isLast = index === parts.length - 1;
      return treeLines(inner, `${rest}${isLast ? '└─ ' : '├─ '}`, `${rest}${isLast ? '   ' : '│  '}`, colors);
    }),
  ];
}

function resultOf({ value, error, ignored }: ExplainedPart, colors: Colors): string {
  if (ignored === true) return colors.dim('not looked at');
  if (error !== undefined) return colors.red(printable(error));
  return colors.bold(`= ${short(value ?? null)}`);
}

function originText(from: string): string {
  const [, step] = /^step (.*)$/.exec(from) ?? [];
  if (step !== undefined) return `step "${printable(step)}"`;
  return from === 'input' ? 'the input' : printable(from);
}

/** `total was 140; at <= 100`. */
function changeText({ path, was, needs }: Change): string {
  const name = path.join('.');
  return `${printable(name)} was ${was === undefined ? 'missing' : short(was)}; at ${printable(needs)}`;
}

const maxValue = 80;

function short(value: Json): string {
  const text = printable(JSON.stringify(value));
  return text.length > maxValue ? `${text.slice(0, maxValue - 1)}…` : text;
}
