import { alwaysGives, parseExpression } from '../../expr/index.ts';
import type { ExpressionFact } from '../../program/facts.ts';
import { factsByPlace } from '../facts-at.ts';
import type { Rule } from '../rule.ts';

/** A condition that types prove to be always true, or always false, decides nothing. */
export const constantCondition: Rule = {
  id: 'expr/constant-condition',
  level: 'warning',
  check({ facts }, report) {
    for (const known of factsByPlace(facts).values()) {
      const [fact] = known;
      if (fact === undefined || isMeant(fact) || fact.pointer.endsWith('/when')) continue;
      const truth = truthOf(known);
      if (truth === undefined) continue;
      const key = fact.pointer.split('/').at(-1) ?? '';
      report(fact, `this is always ${truth ? 'true' : 'false'}${outcomeOf(key, truth)}`);
    }
  },
};

/** What a condition always gives, wherever it is used. */
export function truthOf(known: readonly ExpressionFact[]): boolean | undefined {
  const [fact] = known;
  if (fact?.syntax !== 'condition') return undefined;
  const { expression } = parseExpression(fact.source);
  if (expression === undefined) return undefined;
  const [truth, ...others] = known.map(({ scope }) => alwaysGives(expression, scope));
  return others.every((other) => other === truth) ? truth : undefined;
}

/** `until: true`, `if: false` and the like are written on purpose. */
function isMeant({ source }: ExpressionFact): boolean {
  return /^\s*(true|false)\s*$/.test(source);
}

function outcomeOf(key: string, truth: boolean): string {
  if (key === 'if')
    return truth ? '; leave out the "if"' : ', so the step never runs; correct it or delete the step';
  if (key === 'until')
    return truth ? ', so there is one round only' : ', so only "maxIterations" ends the loop';
  if (key === 'while') return truth ? ', so only "maxIterations" ends the loop' : ', so there is no round';
  return '';
}
