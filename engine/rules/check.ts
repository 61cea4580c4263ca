import { hasErrors, type Diagnostic } from '../core/diagnostic.ts';
import { hides, readIgnores, type Ignore } from './ignores.ts';
import type { Checkable, Rule } from './rule.ts';
import { levelIn, readSettings, type RuleSettings } from './settings.ts';

/**
 * Runs rules over a project, those that need a whole one only when nothing found so far is an error.
 * @param found what was found before.
 * @returns everything that counts, of `found` and of the rules, at the levels the project wants, without what its comments
 *   ignore; with what is wrong with the settings and the comments themselves.
 */
export function checkWith(
  rules: readonly Rule[],
  project: Checkable,
  found: readonly Diagnostic[],
): readonly Diagnostic[] {
  const { settings, diagnostics: badSettings } = readSettings(rules, project.sources);
  const { ignores, diagnostics: badIgnores } = readIgnores(rules, project.sources);
  const used = new Set<Ignore>();
  const settle = (diagnostic: Diagnostic): readonly Diagnostic[] => {
    const level = levelIn(settings, rules, diagnostic.rule, diagnostic.level);
    if (level === 'off') return [];
    const hiding = ignores.filter((ignore) => hides(ignore, diagnostic));
    for (const ignore of hiding) used.add(ignore);
    if (hiding.length > 0) return [];
    return [level === diagnostic.level ? diagnostic : { ...diagnostic, level }];
  };

  const before = [...withoutEchoes(found).flatMap(settle), ...badSettings, ...badIgnores];
  const isWhole = !hasErrors(before);
  const settled = [...before];
  for (const rule of rules) {
    if (!isWhole && rule.always !== true) continue;
    if (levelIn(settings, rules, rule.id, rule.level) === 'off') continue;
    settled.push(...run(rule, project).flatMap(settle));
  }
  // With errors left not every rule ran, so what an ignore would have hidden is not known.
  if (hasErrors(settled)) return settled;
  return [
    ...settled,
    ...ignores.flatMap((ignore) => (used.has(ignore) ? [] : unused(ignore, rules, settings))),
  ];
}

/** Findings without what another one at the same place says better: the form of a name that is not there, an entry that is twice. */
function withoutEchoes(found: readonly Diagnostic[]): readonly Diagnostic[] {
  const placeOf = ({ file, pointer = '' }: Diagnostic): string => `${file}#${pointer}`;
  const lost = new Set(found.filter(({ rule }) => /^ref\/unknown-/.test(rule)).map(placeOf));
  const twice = new Set(found.filter(({ rule }) => rule === 'ref/duplicate-entry').map(placeOf));
  return found.filter((one) => {
    if (one.rule === 'schema/bad-format') return !lost.has(placeOf(one));
    return one.rule !== 'schema/bad-value' || !twice.has(placeOf(one));
  });
}

function run(rule: Rule, project: Checkable): Diagnostic[] {
  const diagnostics: Diagnostic[] = [];
  rule.check(project, ({ file, range, pointer }, message, parts = {}) =>
    diagnostics.push({
      rule: rule.id,
      level: rule.level,
      message,
      file,
      ...(range === undefined ? {} : { range }),
      ...(pointer === undefined ? {} : { pointer }),
      ...parts,
    }),
  );
  return diagnostics;
}

/** The finding about an ignore that hides nothing; none when its rule does not look at the project at all. */
function unused(
  { rule, source, range, line, removal }: Ignore,
  rules: readonly Rule[],
  settings: RuleSettings,
): readonly Diagnostic[] {
  const id = 'style/unused-ignore';
  const level = levelIn(settings, rules, id, 'warning');
  const ignored = rules.find((candidate) => candidate.id === rule)?.level ?? 'warning';
  if (level === 'off' || levelIn(settings, rules, rule, ignored) === 'off') return [];
  return [
    {
      rule: id,
      level,
      message: `there is no finding of "${rule}" ${line === undefined ? 'in this file' : `on line ${line}`}; take the ignore away`,
      file: source.file,
      range,
      ...(removal === undefined
        ? {}
        : { fix: { title: 'remove the comment', safe: true, edits: [removal] } }),
    },
  ];
}
