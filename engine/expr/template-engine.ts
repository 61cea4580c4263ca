import Handlebars from 'handlebars';
import { Problem } from '../core/problem.ts';
import { kindOf } from './cel-failure.ts';
import { scalarText } from './cel-operators.ts';
import { formatDate } from './format-date.ts';
import { limits } from './limits.ts';

/** Helpers written `{{#name value}} … {{/name}}`, each with one argument. */
export const blockHelpers: readonly string[] = ['if', 'unless', 'each', 'with'];

/** Helpers written `{{name value …}}`: how they are written, fewest and most arguments. */
export const inlineHelpers: ReadonlyMap<string, readonly [string, number, number]> = new Map([
  ['quote', ['{{quote value}}', 1, 1]],
  ['json', ['{{json value}}', 1, 1]],
  ['default', ['{{default value "fallback"}}', 2, 2]],
  ['date', ['{{date value "yyyy-mm-dd"}}', 1, 2]],
  ['upper', ['{{upper value}}', 1, 1]],
  ['lower', ['{{lower value}}', 1, 1]],
  ['join', ['{{join list ", "}}', 1, 2]],
]);

/** Names that only rewritten templates call: print a value, require a value. No template can spell them. */
export const [showHelper, needHelper] = ['$show', '$need'];

/** A compiled template: called with the scope and Handlebars' run-time options. */
export type Delegate = Handlebars.TemplateDelegate;

/** Compiles a rewritten tree; the work is done on the first call. */
export function compileTree(tree: hbs.AST.Program): Delegate {
  return handlebars.compile(tree, {
    noEscape: true,
    knownHelpersOnly: true,
    knownHelpers: Object.fromEntries(
      [...blockHelpers, ...inlineHelpers.keys(), showHelper, needHelper].map((name) => [name, true]),
    ),
  });
}

/** Runs a compiled template within the limits; throws Problem `template_failed`. */
export function runTemplate(delegate: Delegate, scope: object, partials: Record<string, Delegate>): string {
  const outer = budget;
  budget = { characters: limits.textLength, rounds: limits.iterations };
  try {
    const text = delegate(scope, {
      partials,
      allowProtoPropertiesByDefault: false,
      allowProtoMethodsByDefault: false,
    });
    return text.length > limits.textLength ? tooLong() : text;
  } catch (error) {
    if (error instanceof Problem) throw error;
    // Handlebars' own messages may quote data; the cause stays in the process.
    throw new Problem('template_failed', 'the template cannot be rendered with this data', { cause: error });
  } finally {
    budget = outer;
  }
}

/** The isolated Handlebars of this engine, with the closed list of helpers. */
export const handlebars = Handlebars.create();

let budget = { characters: 0, rounds: 0 };

for (const name of Object.keys(handlebars.helpers)) {
  if (name !== 'if' && name !== 'unless') handlebars.unregisterHelper(name);
}

handlebars.registerHelper({
  [showHelper]: (value: unknown, label: string) => spend(textOf(need(value, label), label)),
  [needHelper]: need,
  json: (value: unknown) => spend(jsonOf(value)),
  quote: (value: unknown) => spend(fenced(scalarText(value) ?? (value === null ? '' : jsonOf(value)))),
  default: (value: unknown, fallback: unknown) => {
    const chosen = value === undefined || value === null || value === '' ? fallback : value;
    return typeof chosen === 'object' ? chosen : (scalarText(chosen) ?? '');
  },
  date: (value: unknown, format: unknown) =>
    formatDate(value, typeof format === 'string' ? format : 'yyyy-mm-dd') ??
    refuse('{{date}} needs an ISO 8601 date'),
  upper: (value: unknown) => spend(wordOf('upper', value).toUpperCase()),
  lower: (value: unknown) => spend(wordOf('lower', value).toLowerCase()),
  join: (list: unknown, separator: unknown) => {
    if (!Array.isArray(list)) return refuse(`{{join}} needs a list, got ${kindOf(list)}`);
    const between = typeof separator === 'string' ? separator : ', ';
    return spend(list.map((item) => wordOf('join', item)).join(between));
  },
  with(this: unknown, value: unknown, options: Handlebars.HelperOptions) {
    return empty(value)
      ? options.inverse(this)
      : options.fn(value, { data: options.data, blockParams: [value] });
  },
  each,
});

function each(this: unknown, collection: unknown, options: Handlebars.HelperOptions): string {
  if (typeof collection !== 'object' && collection !== false) {
    return refuse(`{{#each}} needs a list or an object, got ${kindOf(collection)}`);
  }
  const entries = Object.entries(collection || {});
  if (entries.length === 0) return options.inverse(this);
  let text = '';
  for (const [index, [key, item]] of entries.entries()) {
    budget.rounds -= 1;
    if (budget.rounds <= 0) refuse(`the template loops more than ${limits.iterations} times`);
    const data = Handlebars.createFrame(options.data) as Record<string, unknown>;
    Object.assign(data, {
      key: Array.isArray(collection) ? index : key,
      index,
      first: index === 0,
      last: index === entries.length - 1,
    });
    text += options.fn(item, { data, blockParams: [item, data['key']] });
    if (text.length > limits.textLength) return tooLong();
  }
  return text;
}

function need(value: unknown, label: string): unknown {
  return value === undefined ? refuse(`"${label}": there is no such value`) : value;
}

function textOf(value: unknown, label: string): string {
  if (value === null) return '';
  return (
    scalarText(value) ??
    refuse(
      `"${label}": is ${kindOf(value) === 'object' ? 'an object' : `a ${kindOf(value)}`}; write {{json ${label}}}`,
    )
  );
}

function wordOf(helper: string, value: unknown): string {
  return scalarText(value) ?? refuse(`{{${helper}}} needs text, got ${kindOf(value)}`);
}

function jsonOf(value: unknown): string {
  const text = JSON.stringify(value) as string | undefined;
  return text ?? refuse(`{{json}} cannot write a ${kindOf(value)}`);
}

/** Text between two fences of backticks, longer than any run of backticks inside. */
function fenced(text: string): string {
  let longest = 2;
  for (const [run] of text.matchAll(/`+/g)) longest = Math.max(longest, run.length);
  const fence = '`'.repeat(longest + 1);
  return `${fence}text\n${text}${text.endsWith('\n') ? '' : '\n'}${fence}`;
}

function empty(value: unknown): boolean {
  return (
    value === undefined ||
    value === null ||
    value === false ||
    value === '' ||
    (Array.isArray(value) && value.length === 0)
  );
}

function spend(text: string): string {
  budget.characters -= text.length;
  return budget.characters < 0 ? tooLong() : text;
}

function tooLong(): never {
  return refuse(`the text is longer than ${limits.textLength} characters`);
}

function refuse(message: string): never {
  throw new Problem('template_failed', message);
}
