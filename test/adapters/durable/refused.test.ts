import { expect } from 'chai';
import { createSystemClock } from '../../../engine/adapters/clock/system.ts';
import { createEmbedded } from '../../../engine/adapters/durable/embedded.ts';
import { openMemoryStore } from '../../../engine/adapters/store/memory.ts';
import { noUsage } from '../../../engine/core/message.ts';
import { Problem } from '../../../engine/core/problem.ts';
import { createJournal } from '../../../engine/journal/index.ts';
import type { Durable, NewExecution, Worker } from '../../../engine/ports/durable.ts';
import type { Store } from '../../../engine/ports/store.ts';
import { failureOf, gate } from '../../engine/kit.ts';

const asked = (id: string): NewExecution => ({
  ...{ id, kind: 'run', name: 'flow', key: 'k', input: null, hash: 'h' },
});
const full = (): Problem => new Problem('store_unavailable', 'the disk is full');
const forGood = (): Problem => new Problem('store_unavailable', 'it is stored already', { retryable: false });

describe('durable: outcomes that the store refuses', () => {
  const opened: Durable[] = [];
  afterEach(async () => {
    for (const durable of opened.splice(0)) await durable.close();
  });

  /** An engine whose waits take no time, over a store that refuses the end of "a" as it is told, and each record as well. */
  function open(
    refusal: (seconds: number) => Problem | undefined,
    worker: Pick<Worker, 'work'> & Partial<Worker>,
  ): { readonly durable: Durable; readonly store: Store; readonly reports: [string, number][] } {
    const memory = openMemoryStore();
    const reports: [string, number][] = [];
    let elapsed = 0;
    const refuse = (): void => {
      const problem = refusal(elapsed / 1000);
      if (problem !== undefined) throw problem;
    };
    const store: Store = {
      ...memory,
      executions: {
        ...memory.executions,
        async finish(id, outcome) {
          if (id === 'a') refuse();
          return memory.executions.finish(id, outcome);
        },
      },
      events: {
        ...memory.events,
        async append(events) {
          if (events.some(({ executionId, type }) => executionId === 'a' && type === 'run_end')) refuse();
          await memory.events.append(events);
        },
      },
      checkpoints: {
        ...memory.checkpoints,
        async put(...given) {
          refuse();
          await memory.checkpoints.put(...given);
        },
        async all(id) {
          if (id === 'a') refuse();
          return memory.checkpoints.all(id);
        },
      },
    };
    const clock = {
      ...createSystemClock(),
      elapsed: () => elapsed,
      async sleep(ms: number, signal?: AbortSignal) {
        await new Promise(setImmediate);
        signal?.throwIfAborted();
        elapsed += ms;
      },
    };
    const report = (problem: Problem): void =>
      void reports.push([`${problem.code}: ${problem.message}`, elapsed / 1000]);
    const journal = createJournal({ store, clock, report });
    const durable = createEmbedded({
      ...{ store, clock, report, redact: (value) => value },
      openLog: (id, start) => journal.open(id, start),
    });
    durable.define('run', {
      ended: ({ id }, { state }) => ({ type: 'run_end', runId: id, data: { state, usage: noUsage } }),
      ...worker,
    });
    opened.push(durable);
    return { durable, store, reports };
  }

  it('what is refused for good is let go: the next one of its key begins, and the log has it once', async () => {
    const { durable, store, reports } = open(forGood, { work: async () => null });
    await durable.admit(asked('a'));
    await durable.admit(asked('b'));
    expect(await failureOf(durable.result('a'))).to.deep.equal(forGood().toData());
    expect((await durable.result('b'))?.state).to.equal('succeeded');
    expect(durable.pending('k')).to.deep.equal([]);
    expect(reports).to.deep.equal([['store_unavailable: it is stored already', 0]]);
    // The next start takes it up.
    expect((await store.executions.get('a'))?.state).to.equal('running');
  });

  it('an outcome that is refused for a time and then for good is let go then', async () => {
    const { durable } = open((seconds) => (seconds < 20 ? full() : forGood()), { work: async () => null });
    await durable.admit(asked('a'));
    await durable.admit(asked('b'));
    expect((await failureOf(durable.result('a', undefined, true))).type).to.equal('outcome_pending');
    expect((await durable.result('b'))?.state).to.equal('succeeded');
  });

  it('work that waits for its store fails once what it waits for is refused for good', async () => {
    let failures = 0;
    // All is taken again after that, its failure too.
    const { durable } = open(
      (seconds) => (seconds < 20 ? full() : failures++ === 0 ? forGood() : undefined),
      {
        outlastsStore: true,
        work: (context) => context.step('s', async () => 1),
      },
    );
    await durable.admit(asked('a'));
    const ended = await durable.result('a');
    expect([ended?.state, ended?.error]).to.deep.equal(['failed', forGood().toData()]);
  });

  it('an outcome that is refused for long is told of each minute, and recorded in the end', async () => {
    const { durable, reports } = open((seconds) => (seconds < 150 ? full() : undefined), {
      work: async () => 'done',
    });
    await durable.admit(asked('a'));
    expect((await durable.result('a'))?.output).to.equal('done');
    const minutes = reports.map(([text, seconds]) => [text.split(':')[0], Math.floor(seconds / 60)]);
    expect(minutes).to.deep.equal([
      ['outcome_pending', 0],
      ['outcome_pending', 1],
      ['outcome_pending', 2],
    ]);
  });

  for (const [how, isCancelled, told] of [
    ['a failure', false, 'has failed with "model_failed"'],
    ['a cancellation', true, 'was cancelled'],
  ] as const)
    it(`who waits is told that what is not recorded yet is ${how}, and when to send it again`, async () => {
      const held = gate();
      let isFull = true;
      const { durable, store } = open(() => (isFull ? full() : undefined), {
        async work({ signal }) {
          await held.opened;
          signal.throwIfAborted();
          throw new Problem('model_failed', 'it said nothing');
        },
      });
      await durable.admit(asked('a'));
      const failure = durable.result('a', undefined, true).then(
        () => undefined,
        (thrown: unknown) => (thrown as Problem).toData(),
      );
      if (isCancelled) await durable.cancel('a', new Problem('cancelled', 'nobody needs it'));
      held.open();
      const [state, error] = isCancelled
        ? ['cancelled', { type: 'cancelled', message: 'nobody needs it' }]
        : ['failed', { type: 'model_failed', message: 'it said nothing' }];
      expect(await failure).to.deep.equal({
        type: 'outcome_pending',
        message: `"a" ${told}, which is not recorded yet: the store refuses it; it is recorded as soon as the store takes it, so send it again only once that is recorded`,
        details: { id: 'a', state, error },
      });
      isFull = false;
      expect((await durable.result('a'))?.state).to.equal(state);
      expect((await store.executions.get('a'))?.error).to.deep.equal(error);
    });
});
