import type { Diagnostic, Level } from '../core/diagnostic.ts';
import { rootOf, type Source } from '../source/index.ts';
import { adjustmentOf } from './adjustable.ts';
import { namingFault } from './named-rule.ts';
import type { Rule } from './rule.ts';

/** The key `rules` of the project config. */
export interface RuleSettings {
  /** `recommended`: rules that are sure; `strict`: all; `minimal`: errors only. */
  readonly preset: 'recommended' | 'strict' | 'minimal';
  /** Levels by rule; they win over the preset. */
  readonly levels: ReadonlyMap<string, Level | 'off'>;
}

const presets: readonly string[] = ['recommended', 'strict', 'minimal'];
const levels: readonly string[] = ['error', 'warning', 'info', 'off'];

/** Reads the settings of a project; a rule that is not there, or that cannot be turned down, is an error at its key. */
export function readSettings(
  rules: readonly Rule[],
  sources: readonly Source[],
): { readonly settings: RuleSettings; readonly diagnostics: readonly Diagnostic[] } {
  const diagnostics: Diagnostic[] = [];
  const config = sources.find(({ kind }) => kind === 'project');
  const chosen = new Map<string, Level | 'off'>();
  let preset: RuleSettings['preset'] = 'recommended';
  for (const [id, node] of config === undefined ? [] : rootOf(config).get('rules').entries()) {
    const word = node.text() ?? '';
    if (id === 'preset') {
      if (presets.includes(word)) preset = word as RuleSettings['preset'];
      continue;
    }
    const fault = namingFault(rules, id);
    // Saying that an error is an error changes nothing.
    if (fault === undefined) {
      if (levels.includes(word)) chosen.set(id, word as Level | 'off');
    } else if (fault.rule === 'ref/unknown-rule' || word !== 'error') {
      const { source, pointer } = node;
      diagnostics.push({
        ...fault,
        level: 'error',
        file: source.file,
        range: source.rangeOf(pointer, 'key'),
        pointer,
      });
    }
  }
  return { settings: { preset, levels: chosen }, diagnostics };
}

/** The level of a rule's findings in a project, `off` when they are left out. */
export function levelIn(
  { preset, levels }: RuleSettings,
  rules: readonly Rule[],
  id: string,
  level: Level,
): Level | 'off' {
  const chosen = levels.get(id);
  if (chosen !== undefined) return chosen;
  const { adjustable, preset: least } = adjustmentOf(rules, id);
  if (!adjustable) return level;
  if (least === 'strict' && preset !== 'strict') return 'off';
  return preset === 'minimal' && level !== 'error' ? 'off' : level;
}
