import { stepListsIn, type Node } from '../../source/index.ts';
import type { Rule, Spot } from '../rule.ts';
import { stepsOf } from '../spec-steps.ts';
import { spotOf } from '../spot.ts';

/** Steps that run side by side and write to the same session, or make their calls under the same idempotency key. */
export const parallelWriteConflict: Rule = {
  id: 'graph/parallel-write-conflict',
  level: 'warning',
  check({ sources }, report) {
    for (const source of sources.filter(({ kind }) => kind === 'workflow')) {
      for (const { node } of stepsOf(source)) {
        const lanes = node.get('parallel').get('branches').entries();
        const seen = new Map<string, { readonly lane: string; readonly step: Node }>();
        for (const [lane, list] of lanes) {
          for (const step of stepsBelow(list)) {
            for (const { target, what, key } of writesOf(step)) {
              const first = seen.get(target);
              if (first === undefined) seen.set(target, { lane, step });
              else if (first.lane !== lane) {
                report(
                  spotOf(step.get(key)),
                  `branch "${first.lane}" writes to the same ${what} at the same time; give each branch its own`,
                  { related: [{ ...spotOf(first.step.get(key)), message: 'the other one' }] },
                );
              }
            }
          }
        }
        checkRounds(node, report);
      }
    }
  },
};

/** What every round of a `foreach` writes to, though several run at the same time or each shall have its own effect. */
function checkRounds(node: Node, report: (at: Spot, message: string) => void): void {
  const foreach = node.get('foreach');
  const isLoop = node.get('loop').value !== undefined;
  if (foreach.value === undefined && !isLoop) return;
  const steps = [...stepsBelow(node.get('steps'))];
  const changing = [
    ...(isLoop ? ['prev'] : [foreach.get('as').text() ?? 'item']),
    'index',
    ...steps.map((step) => `steps.${step.get('id').text() ?? ''}`),
  ];
  const isSame = (text: string): boolean => !changing.some((name) => mentions(text, name));
  const isConcurrent = (foreach.get('maxConcurrency').number() ?? 1) > 1;
  for (const step of steps) {
    for (const { what, key, text } of writesOf(step)) {
      if (!isSame(text) || (key === 'session' && !isConcurrent)) continue;
      const others = isLoop ? 'every round' : 'every item';
      report(
        spotOf(step.get(key)),
        key === 'session'
          ? `${others} writes to the same ${what} at the same time; name ${changing[0] ?? ''} in it, or leave it out`
          : `${others} has the same key, so all calls but the first count as repeated; add "index" to it`,
      );
    }
  }
}

interface Write {
  readonly target: string;
  readonly what: string;
  readonly key: 'session' | 'idempotencyKey';
  readonly text: string;
}

function writesOf(step: Node): readonly Write[] {
  const session = step.get('session').text();
  const key = step.get('idempotencyKey').text();
  const who = step.get('agent').text() ?? '';
  const tool = step.get('tool').text() ?? '';
  const instance = step.get('instance').text() ?? '';
  return [
    ...(session === undefined
      ? []
      : [
          {
            target: JSON.stringify(['session', who, instance, session]),
            what: `session "${session}"`,
            key: 'session' as const,
            text: session + instance,
          },
        ]),
    ...(key === undefined || tool === ''
      ? []
      : [
          {
            target: JSON.stringify(['key', tool, key]),
            what: `idempotency key of the tool "${tool}"`,
            key: 'idempotencyKey' as const,
            text: key,
          },
        ]),
  ];
}

function* stepsBelow(list: Node): Generator<Node> {
  for (const step of list.list()) {
    yield step;
    for (const inner of stepListsIn(step)) yield* stepsBelow(inner);
  }
}

/** Whether an expression or template names a variable or a step; words that only look alike count too. */
function mentions(text: string, name: string): boolean {
  return new RegExp(
    `(^|[^\\w])${name.replace(/[^\w.]/g, '').replaceAll('.', '\\.')}([^\\w]|$)|steps\\s*\\[|@`,
  ).test(text);
}
