import { isObject } from '../../core/json.ts';
import { segmentsOf } from '../../core/json-pointer.ts';
import { membersOf, type Type } from '../../expr/index.ts';
import type { ExpressionFact } from '../../program/facts.ts';
import type { Program } from '../../program/program.ts';
import { rootOf, type Node, type Source } from '../../source/index.ts';
import type { Rule } from '../rule.ts';
import { allowsAnyText, schemaAt } from '../schema-at.ts';
import { stepsOf, type SpecStep } from '../spec-steps.ts';

/**
 * Text that a stranger or a model wrote decides what a destructive tool, a command or an address does, with no list, pattern or
 * person in between. Reads are followed one step back, not through `set` and loops.
 */
export const untrustedToDestructive: Rule = {
  id: 'security/untrusted-to-destructive',
  level: 'warning',
  preset: 'strict',
  check({ program, facts, sources }, report) {
    for (const source of sources) {
      if (source.kind !== 'workflow') continue;
      const local = facts.expressions.filter(({ file }) => file === source.file);
      for (const step of stepsOf(source)) {
        if (step.before.some((earlier) => hasKey(earlier, 'approval'))) continue;
        for (const sink of sinksOf(step.node, program)) {
          for (const fact of local.filter((one) => isWithin(one.pointer, sink.node.pointer))) {
            if (!sink.takesAnyText(segmentsOf(fact.pointer.slice(sink.node.pointer.length)))) continue;
            const origin = untrusted(fact, source, step, program);
            if (origin === undefined) continue;
            report(
              { file: fact.file, range: fact.range, pointer: fact.pointer },
              `${origin} decides ${sink.what}; restrict it by an enum or a pattern, or put an "approval" before the step`,
            );
          }
        }
      }
    }
  },
};

interface Sink {
  readonly node: Node;
  readonly what: string;
  takesAnyText(path: readonly string[]): boolean;
}

function sinksOf(step: Node, program: Program): Sink[] {
  const always = (): boolean => true;
  const sinks: Sink[] = [
    { node: step.get('shell'), what: 'what a command does', takesAnyText: always },
    { node: step.get('http').get('url'), what: 'which address is called', takesAnyText: always },
  ];
  const name = step.get('tool').text();
  const tool = name !== undefined && Object.hasOwn(program.tools, name) ? program.tools[name] : undefined;
  if (tool?.annotations.destructiveHint === true) {
    sinks.push({
      node: step.get('with'),
      what: `what the destructive tool "${tool.name}" does`,
      takesAnyText(path) {
        const { inputSchema } = tool;
        const found = isObject(inputSchema) ? schemaAt(inputSchema, path) : undefined;
        return found === undefined || allowsAnyText(found);
      },
    });
  }
  return sinks.filter(({ node }) => node.value !== undefined);
}

/** In words, the first thing an expression reads that strangers or models may have written freely. */
function untrusted(
  { reads, scope, syntax, type }: ExpressionFact,
  source: Source,
  { before }: SpecStep,
  program: Program,
): string | undefined {
  if (syntax !== 'template' && !mayBeAnyText(type)) return undefined;
  for (const { path } of reads) {
    const [root, first = '', field, ...rest] = path;
    if (!mayBeAnyText(typeAt(scope.types, path))) continue;
    if (root === 'input') {
      const schema = rootOf(source).get('inputSchema').value;
      const found = isObject(schema) ? schemaAt(schema, path.slice(1)) : undefined;
      if (found !== undefined && allowsAnyText(found)) return `text of the caller ("${path.join('.')}")`;
    }
    if (root === 'steps' && field === 'output') {
      const step = before.find((earlier) => earlier.get('id').text() === first);
      const writer = step === undefined ? undefined : writerOf(step, program, rest);
      if (writer !== undefined) return `text of ${writer} ("${path.join('.')}")`;
    }
  }
  return undefined;
}

function writerOf(step: Node, program: Program, path: readonly string[]): string | undefined {
  const schema = step.get('outputSchema').object();
  const declared = schema === undefined ? undefined : schemaAt(schema, path);
  if (declared !== undefined && !allowsAnyText(declared)) return undefined;
  if (['prompt', 'agent', 'skill', 'task'].some((verb) => hasKey(step, verb))) return 'a model';
  if (hasKey(step, 'http')) return 'the network';
  const tool = step.get('tool').text();
  return tool !== undefined && program.tools[tool]?.annotations.openWorldHint === true
    ? `the open world (tool "${tool}")`
    : undefined;
}

function hasKey(step: Node, key: string): boolean {
  return step.get(key).value !== undefined;
}

function isWithin(pointer: string, outer: string): boolean {
  return pointer === outer || pointer.startsWith(`${outer}/`);
}

function mayBeAnyText(type: Type | undefined): boolean {
  return (
    type !== undefined &&
    membersOf(type).some((member) => member.kind === 'string' && member.values === undefined)
  );
}

function typeAt(type: Type, path: readonly string[]): Type | undefined {
  let at: Type | undefined = type;
  for (const name of path) {
    const record: Exclude<Type, { kind: 'union' }> | undefined =
      at === undefined ? undefined : membersOf(at).find(({ kind }) => kind === 'record');
    at = record?.kind === 'record' ? (record.fields.get(name)?.type ?? record.rest) : undefined;
  }
  return at;
}
