import type { Diagnostic } from '../../core/diagnostic.ts';

const most = 3;

/** The line that tells where to read on about the rules of some findings, at most three of them. */
export function explainHint(diagnostics: readonly Diagnostic[]): string {
  const rules = [...new Set(diagnostics.map(({ rule }) => rule))];
  const [only = ''] = rules;
  if (rules.length === 1) return `engine explain ${only} says more`;
  const more = rules.length > most ? ', …' : '';
  return `engine explain <rule> says more: ${rules.slice(0, most).join(', ')}${more}`;
}
