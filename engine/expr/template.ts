import { suggest } from '../core/suggest.ts';
import { checkTemplateTypes, type CheckedTemplate } from './check-template.ts';
import { limits } from './limits.ts';
import { remembered } from './remembered.ts';
import { checkTemplate, type TemplateReport } from './template-check.ts';
import { compileTree, runTemplate, type Delegate } from './template-engine.ts';
import { parseTemplateTree, type TemplateTree } from './template-parse.ts';
import { readsOfTemplate } from './template-reads.ts';
import { strictTree } from './template-strict.ts';
import type { TypeScope } from './type-scope.ts';
import type { Read, Template, TemplateFault } from './types.ts';

/**
 * Parses a Handlebars template: syntax, helpers and partials are checked here, code is made on the first rendering.
 * `partials` are sources by name. There is a template exactly when there are no faults. Never throws.
 */
export function parseTemplate(
  source: string,
  { partials = noPartials }: { readonly partials?: Readonly<Record<string, string>> } = {},
): { readonly template?: Template; readonly faults: readonly TemplateFault[] } {
  if (!source.includes('{{')) return { template: literalTemplate(source), faults: [] };
  const parsed = parse(source);
  if (parsed.alone !== undefined) return parsed.alone;
  const used = new Map<string, Parsed>();
  const faults = [...parsed.faults, ...partialFaults(parsed, partials, used)];
  const { tree, delegate } = parsed;
  const result =
    tree === undefined || delegate === undefined || faults.length > 0
      ? { faults }
      : { template: templateOf(tree, delegate, used), faults };
  // Without partials there is nothing else that it depends on.
  if (parsed.partials.length === 0) parsed.alone = result;
  return result;
}

/** A template that renders as the text it is given, `{{` included. */
export function literalTemplate(text: string): Template {
  return { source: text, render: () => text };
}

/** The paths a template reads from its scope, with their places in its source. */
export function templateReads(template: Template): readonly Read[] {
  return known.get(template)?.() ?? [];
}

/** What only the types of a scope show: faults, and what each name that is read stands for. Names the scope does not have are not looked at. */
export function typedTemplate(template: Template, scope: TypeScope): CheckedTemplate {
  const trees = parts.get(template);
  return trees === undefined
    ? { faults: [], reads: [] }
    : checkTemplateTypes(trees.tree, trees.partials, scope);
}

const noPartials: Readonly<Record<string, string>> = {};
const known = new WeakMap<Template, () => readonly Read[]>();
const parts = new WeakMap<
  Template,
  { readonly tree: TemplateTree; readonly partials: ReadonlyMap<string, TemplateTree> }
>();
const parsedPartials = new WeakMap<object, Map<string, Parsed>>();

interface Parsed extends TemplateReport {
  readonly tree: TemplateTree | undefined;
  /** Compiles the template when it is asked for first. */
  readonly delegate: (() => Delegate) | undefined;
  /** What parsing gave, when that depends on no partials. */
  alone?: ReturnType<typeof parseTemplate>;
}

/** The workflows of a project, and each look at it anew, share most of their texts. */
const parse = remembered(parseSource);

function parseSource(source: string): Parsed {
  const { tree, fault } = parseTemplateTree(source);
  if (tree === undefined) return { tree, delegate: undefined, faults: [fault], partials: [], statements: 0 };
  const report = checkTemplate(tree);
  let compiled: Delegate | undefined;
  const delegate = (): Delegate => (compiled ??= compileTree(strictTree(tree.program)));
  return { ...report, tree, delegate: report.faults.length > 0 ? undefined : delegate };
}

function templateOf(
  tree: TemplateTree,
  delegate: () => Delegate,
  used: ReadonlyMap<string, Parsed>,
): Template {
  let made: Record<string, Delegate> | undefined;
  const partials = (): Record<string, Delegate> =>
    (made ??= Object.fromEntries(
      [...used].flatMap(([name, partial]) =>
        partial.delegate === undefined ? [] : [[name, partial.delegate()]],
      ),
    ));
  const template: Template = {
    source: tree.source,
    render: (scope) => runTemplate(delegate(), scope, partials()),
  };
  const trees = new Map(
    [...used].flatMap(([name, partial]) =>
      partial.tree === undefined ? [] : [[name, partial.tree] as const],
    ),
  );
  let reads: readonly Read[] | undefined;
  known.set(template, () => (reads ??= readsOfTemplate(tree, trees)));
  parts.set(template, { tree, partials: trees });
  return template;
}

/** Follows the partials of a source into `used`; a partial that is unknown, broken, endless or too large is a fault at its first call. */
function partialFaults(
  top: Parsed,
  partials: Readonly<Record<string, string>>,
  used: Map<string, Parsed>,
): TemplateFault[] {
  const sizes = new Map<string, number>();
  const size = (name: string, path: readonly string[]): number => {
    if (path.includes(name)) {
      const cycle = [...path.slice(path.indexOf(name)), name].join(' → ');
      throw new PartialFault(`partial "${name}" includes itself: ${cycle}`, 'template/circular-partial');
    }
    if (path.length >= limits.partialDepth)
      throw new PartialFault(`partial "${name}" is included more than ${limits.partialDepth} deep`);
    const counted = sizes.get(name);
    if (counted !== undefined) return counted;
    if (!Object.hasOwn(partials, name))
      throw new PartialFault(`partial "${path.at(-1) ?? ''}" includes unknown partial "${name}"`);
    const partial = load(name, partials);
    if (partial.faults.length > 0)
      throw new PartialFault(`partial "${name}" has faults: ${partial.faults[0]?.message ?? ''}`);
    used.set(name, partial);
    const inner = partial.partials.reduce((total, { name: next }) => total + size(next, [...path, name]), 0);
    sizes.set(name, partial.statements + inner);
    if (partial.statements + inner > limits.templateStatements)
      throw new PartialFault(`partial "${name}" is too large`);
    return partial.statements + inner;
  };
  const faults: TemplateFault[] = [];
  for (const { name, start, end } of top.partials) {
    if (!Object.hasOwn(partials, name)) {
      const suggestions = suggest(name, Object.keys(partials), 3);
      const near = suggestions[0] === undefined ? '' : `; did you mean "${suggestions[0]}"?`;
      const message = `unknown partial "${name}"${near}`;
      faults.push({
        rule: 'template/unknown-partial',
        message,
        start,
        end,
        ...(suggestions.length === 0 ? {} : { suggestions }),
      });
      continue;
    }
    try {
      size(name, []);
    } catch (error) {
      const fault = error instanceof PartialFault ? error : undefined;
      const message = fault?.message ?? `partial "${name}" cannot be used`;
      faults.push({ rule: fault?.rule ?? 'template/not-allowed', message, start, end });
    }
  }
  return faults;
}

/** Unwinds the walk over partials; never leaves this file. */
class PartialFault extends Error {
  readonly rule: TemplateFault['rule'];

  constructor(message: string, rule: TemplateFault['rule'] = 'template/not-allowed') {
    super(message);
    this.rule = rule;
  }
}

function load(name: string, partials: Readonly<Record<string, string>>): Parsed {
  let all = parsedPartials.get(partials);
  if (all === undefined) parsedPartials.set(partials, (all = new Map()));
  let parsed = all.get(name);
  if (parsed === undefined) all.set(name, (parsed = parseSource(partials[name] ?? '')));
  return parsed;
}
