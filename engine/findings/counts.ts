import type { Diagnostic, Level } from '../core/diagnostic.ts';
import type { Facts } from '../program/facts.ts';
import type { Program } from '../program/program.ts';
import type { Source } from '../source/index.ts';

/** How many diagnostics there are of each level. */
export function countLevels(diagnostics: readonly Diagnostic[]): {
  readonly errors: number;
  readonly warnings: number;
  readonly infos: number;
} {
  const of = (level: Level): number => diagnostics.filter((diagnostic) => diagnostic.level === level).length;
  return { errors: of('error'), warnings: of('warning'), infos: of('info') };
}

/** How many specs of each kind a Program has, in reading order; only kinds it has. */
export function countSpecs({
  agents,
  delegates,
  workflows,
  tools,
  skills,
  roles,
}: Program): readonly [string, number][] {
  const profiles = Object.values(delegates).filter(({ kind }) => kind === 'profile');
  const all: [string, number][] = [
    ['agents', Object.keys(agents).length],
    ['workflows', Object.keys(workflows).length],
    ['profiles', profiles.length],
    ['tools', Object.keys(tools).length],
    ['skills', Object.keys(skills).length],
    ['roles', Object.keys(roles).length],
  ];
  return all.filter(([, number]) => number > 0);
}

/** How many steps the workflows have, those inside blocks included. */
export function countSteps(sources: readonly Source[]): number {
  return sources.reduce((sum, { kind, value }) => sum + (kind === 'workflow' ? stepsIn(value, '') : 0), 0);
}

function stepsIn(value: unknown, key: string): number {
  if (Array.isArray(value)) {
    const own = key === 'steps' ? value.length : 0;
    return value.reduce((sum: number, item) => sum + stepsIn(item, ''), own);
  }
  if (typeof value !== 'object' || value === null) return 0;
  return Object.entries(value).reduce((sum, [name, inner]) => {
    if (dataKeys.has(name)) return sum;
    return sum + stepsIn(inner, key === 'branches' && Array.isArray(inner) ? 'steps' : name);
  }, 0);
}

/** Keys below which everything is data of the writer. */
const dataKeys: ReadonlySet<string> = new Set([
  ...['with', 'set', 'data', 'details', 'return', 'output', 'body', 'inputSchema', 'outputSchema'],
]);

/** How many parts of the expressions and templates have a type, and how many there are. */
export function shareOfTypes({ expressions }: Facts): { readonly typed: number; readonly parts: number } {
  let typed = 0;
  let parts = 0;
  for (const fact of expressions) {
    typed += fact.typed;
    parts += fact.typed + fact.untyped;
  }
  return { typed, parts };
}
