import { choices, suggest } from '../core/suggest.ts';
import { adjustmentOf } from './adjustable.ts';
import { knownRules } from './known-rules.ts';
import type { Rule } from './rule.ts';

/** What is wrong with naming a rule somewhere to turn it down. */
export interface NamingFault {
  readonly rule: 'ref/unknown-rule' | 'ref/rule-not-adjustable';
  readonly message: string;
  readonly suggestions?: readonly string[];
}

/** The fault of naming this rule in a setting or an ignore; undefined when its findings may be turned down. */
export function namingFault(rules: readonly Rule[], id: string): NamingFault | undefined {
  if (adjustmentOf(rules, id).adjustable) return undefined;
  const known = knownRules();
  if (known.includes(id)) {
    return {
      rule: 'ref/rule-not-adjustable',
      message: `"${id}" cannot be turned down, because nothing runs with such a fault; cure what it finds`,
    };
  }
  const last = id.split('/').at(-1) ?? id;
  const sameEnd = known.filter((rule) => rule.endsWith(`/${last}`));
  const suggestions = sameEnd.length > 0 ? sameEnd.slice(0, 3) : suggest(id, known, 3);
  const end =
    suggestions[0] === undefined
      ? '; "engine explain" lists all'
      : sameEnd.length > 0
        ? `; did you mean "${suggestions[0]}"?`
        : choices(id, known);
  return { rule: 'ref/unknown-rule', message: `no rule "${id}"${end}`, suggestions };
}
