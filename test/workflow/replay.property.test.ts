import { expect } from 'chai';
import fc from 'fast-check';
import type { NewEvent } from '../../engine/core/event.ts';
import { asProblem, Problem } from '../../engine/core/problem.ts';
import { runWorkflow } from '../../engine/workflow/index.ts';
import { workflowOf, type Spec } from './build.ts';
import { fakeContext, pastOf, type Fake, type Reply } from './fake-context.ts';

// Failure, duration and answer of a call depend on its step alone. All failures read alike, because which of two branches fails
// first may change when a crash shifts their times.
const world: Reply = async ({ call, request }, time) => {
  const { fails, ms } = request['input'] as { fails: boolean; ms: number };
  await time.sleep(ms, call.signal);
  if (fails) throw new Problem('tool_failed', 'no');
  return call.stepPath;
};

const answer = (topic: string) => ({ payload: { decision: 'approved', by: topic, data: null }, after: 10 });

const seen = '${{ size(steps) }}';
const list = (step: fc.Arbitrary<Spec>): fc.Arbitrary<Spec[]> =>
  fc.array(step, { minLength: 1, maxLength: 3 });
const onError = fc.constantFrom('fail-fast', 'collect');
const handler = fc.option(
  fc.constantFrom<Spec>(
    { output: 'caught' },
    { steps: [{ id: 'mend', tool: 'x', with: { fails: false, ms: 1, seen } }] },
  ),
  { nil: undefined },
);
const condition = fc.option(fc.constantFrom('size(steps) > 0', 'true'), { nil: undefined });

const { tree } = fc.letrec<{ step: Spec; tree: Spec[] }>((tie) => {
  const steps = tie('tree');
  const work = fc.record({
    tool: fc.constant('x'),
    with: fc.record({
      fails: fc.integer({ min: 0, max: 5 }).map((n) => n === 0),
      ms: fc.integer({ min: 0, max: 20 }),
      seen: fc.constant(seen),
    }),
  });
  const set = fc.constant({ set: seen });
  const wait = fc.integer({ min: 0, max: 20 }).map((ms) => ({ wait: { duration: `${ms}ms` } }));
  // Answers come 10 ms after the question: some of these are decided, others expire.
  const approval = fc.record({
    approval: fc.constant({ title: 'Go?' }),
    timeout: fc.constantFrom('5ms', '15ms'),
  });
  const event = fc.constant({ wait: { event: 'go' } });
  const parallel = fc.record({
    parallel: fc.record({ branches: fc.record({ left: steps, right: steps }), onError }),
  });
  const foreach = fc.record({
    foreach: fc.record({
      items: fc.constantFrom('[1]', '[1, 2, 3]'),
      maxConcurrency: fc.integer({ min: 1, max: 3 }),
      onError,
    }),
    steps,
  });
  const branch = fc.record({ branch: steps.map((inner) => [{ when: 'size(steps) > 1', steps: inner }]) });
  const loop = fc.record({ loop: fc.constant({ until: 'index == 1', maxIterations: 3 }), steps });
  const verb = fc.oneof(
    { depthSize: 'small' },
    work,
    work,
    set,
    wait,
    approval,
    event,
    parallel,
    foreach,
    branch,
    loop,
  );
  const step = fc.tuple(verb, handler, condition).map(([body, caught, holds]) => ({
    ...body,
    ...(caught === undefined ? {} : { catch: [caught] }),
    ...(holds === undefined ? {} : { if: holds }),
  }));
  return {
    step,
    tree: list(tie('step')).map((all) => all.map((one, i) => ({ ...one, id: `s${i}` }))),
  };
});

async function outcome(fake: Fake, steps: readonly Spec[]): Promise<unknown> {
  const run = runWorkflow(workflowOf({ steps }), null, fake.context, { env: {} });
  return Promise.race([
    run.then(
      ({ output }) => ({ output }),
      (thrown: unknown) => ({ error: asProblem(thrown).toData() }),
    ),
    fake.crashed,
  ]);
}

/** Every step that started ended, and only work that a crash cut off starts without having ended. */
function expectPairs(events: readonly NewEvent[]): void {
  const open = new Map<string, string>();
  for (const event of events) {
    const path = event.stepPath ?? '';
    if (event.type === 'step_start') {
      if (open.has(path)) expect(event.data.verb, `${path} starts twice`).to.be.oneOf(['tool', 'set']);
      open.set(path, event.data.verb);
    }
    if (event.type === 'step_end') {
      expect(open.has(path) || event.data.status === 'skipped', `${path} ends without a start`).to.equal(
        true,
      );
      open.delete(path);
    }
  }
  expect([...open.keys()]).to.deep.equal([]);
}

describe('workflow: replay of any tree of steps', () => {
  it('a run resumed from any commit ends as the uninterrupted one, and repeats no recorded step', async () => {
    await fc.assert(
      fc.asyncProperty(tree, fc.nat(), fc.nat(), async (steps, at, cut) => {
        const whole = fakeContext({ reply: world, answer });
        const expected = await outcome(whole, steps);
        if (whole.checkpoints.size === 0) return;

        const crashAfter = (at % whole.checkpoints.size) + 1;
        const before = fakeContext({ reply: world, answer, crashAfter });
        expect(await outcome(before, steps)).to.equal('crashed');
        const recorded = new Set(before.checkpoints.keys());

        const surplus = before.events.length - before.stored();
        const stored = before.events.slice(0, before.stored() + (cut % (surplus + 1)));
        const after = fakeContext({
          reply: world,
          answer,
          checkpoints: before.checkpoints,
          past: pastOf(stored),
        });
        expect(await outcome(after, steps)).to.deep.equal(expected);
        for (const { call } of after.calls)
          expect(recorded.has(call.stepPath), call.stepPath).to.equal(false);
        for (const event of after.events) {
          if (event.type !== 'step_start' || event.data.verb !== 'tool') continue;
          expect(recorded.has(event.stepPath ?? ''), event.stepPath).to.equal(false);
        }
        expectPairs([...stored, ...after.events]);
      }),
      { numRuns: 150 },
    );
  });
});
