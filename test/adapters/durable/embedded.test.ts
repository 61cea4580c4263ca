import { expect } from 'chai';
import { createSystemClock } from '../../../engine/adapters/clock/system.ts';
import { createEmbedded } from '../../../engine/adapters/durable/embedded.ts';
import { openMemoryStore } from '../../../engine/adapters/store/memory.ts';
import { Problem } from '../../../engine/core/problem.ts';
import { createJournal } from '../../../engine/journal/index.ts';
import type { Durable, NewExecution, Worker } from '../../../engine/ports/durable.ts';
import type { Store } from '../../../engine/ports/store.ts';
import type { Tracing } from '../../../engine/ports/telemetry.ts';
import { noUsage } from '../../../engine/core/message.ts';
import { failureOf, gate } from '../../engine/kit.ts';

const run = (id: string, more: Partial<NewExecution> = {}): NewExecution => ({
  ...{ id, kind: 'run', name: 'flow', key: '', input: null, hash: 'h' },
  ...more,
});
const traced: Pick<Tracing, 'asked' | 'begins'> = {
  asked: ({ id }) => ({ traceparent: `00-${id}` }),
  begins: () => undefined,
};
const eventsOf = async (store: Store, id: string): Promise<string[]> =>
  (await store.events.read(id, { after: 0, limit: 100 })).map(({ type }) => type);

describe('durable: embedded', () => {
  let store: Store;
  const opened: Durable[] = [];

  beforeEach(() => {
    store = openMemoryStore();
  });
  afterEach(async () => {
    for (const durable of opened.splice(0)) await durable.close();
  });

  /** An engine over the store, or over one that answers in its place. */
  function open(
    work: Worker['work'],
    over: Partial<Store> = {},
    { tracing, ...worker }: Partial<Worker> & { readonly tracing?: typeof traced } = {},
  ): Durable {
    const clock = createSystemClock();
    const own = { ...store, ...over };
    const journal = createJournal({ store: own, clock, report: () => undefined });
    const durable = createEmbedded({
      ...{ store: own, clock, tracing, redact: (value) => value, report: () => undefined },
      openLog: (id, start) => journal.open(id, start),
    });
    durable.define('run', {
      started: ({ id }, records) =>
        records === undefined
          ? { type: 'run_start', runId: id, data: { workflow: 'flow', hash: 'h', input: null } }
          : { type: 'run_resume', runId: id, data: { checkpoints: records } },
      queued: ({ id }, before) => ({ type: 'submission_queued', runId: id, data: { position: before } }),
      ended: ({ id }, { state }) => ({ type: 'run_end', runId: id, data: { state, usage: noUsage } }),
      work,
      ...worker,
    });
    opened.push(durable);
    return durable;
  }

  for (const [what, isFirst] of [
    ['has its turn', true],
    ['waits for its turn', false],
  ] as const)
    it(`of what could not be admitted nothing is stored, when it ${what}`, async () => {
      const held = gate();
      const durable = open(() => held.opened.then(() => null), {
        executions: {
          ...store.executions,
          async insert(execution, records) {
            if (execution.id !== 'b') return store.executions.insert(execution, records);
            // Who asked hears it last.
            for (let turn = 0; turn < 3; turn += 1) await new Promise(setImmediate);
            throw new Problem('store_unavailable', 'no room');
          },
        },
        events: {
          ...store.events,
          async append(events) {
            // The first write fails with the admission, as one commit does.
            if (events.some(({ executionId }) => executionId === 'b') && !isRefused) {
              isRefused = true;
              throw new Problem('store_unavailable', 'no room');
            }
            await store.events.append(events);
          },
        },
      });
      let isRefused = false;
      if (!isFirst) await durable.admit(run('a', { key: 'k' }));
      expect((await failureOf(durable.admit(run('b', { key: 'k' })))).type).to.equal('store_unavailable');
      held.open();
      if (!isFirst) expect((await durable.result('a'))?.state).to.equal('succeeded');
      await durable.admit(run('c', { key: 'k' }));
      expect((await durable.result('c'))?.state).to.equal('succeeded');
      expect([await eventsOf(store, 'b'), (await store.checkpoints.all('b')).size]).to.deep.equal([[], 0]);
    });

  it('of what was admitted before no trace is kept', async () => {
    const durable = open(async () => null, {}, { tracing: traced });
    const asked = { idempotencyKey: 'k' };
    await durable.admit(run('a', asked));
    await durable.result('a');
    expect((await durable.admit(run('b', asked))).id).to.equal('a');
    expect([...(await store.checkpoints.all('a')).keys()]).to.deep.equal(['?trace']);
    expect([...(await store.checkpoints.all('b')).keys()]).to.deep.equal([]);
  });

  it('what is asked for again while the first one is forgotten is admitted', async () => {
    const asked = { idempotencyKey: 'k' };
    const durable = open(async () => null, {
      executions: {
        ...store.executions,
        async insert(execution, records) {
          const isNew = await store.executions.insert(execution, records);
          if (!isNew) await store.executions.forgetKeys(Number.MAX_SAFE_INTEGER);
          return isNew;
        },
      },
    });
    await durable.admit(run('a', asked));
    await durable.result('a');
    const { id, created } = await durable.admit(run('b', asked), [['?by', 'ann']]);
    expect({ id, created }).to.deep.equal({ id: 'b', created: true });
    expect((await durable.result('b'))?.state).to.equal('succeeded');
    expect((await store.checkpoints.all('b')).get('?by')).to.equal('ann');
  });

  it('what is done again stands in the trace of who asked for that', async () => {
    let fails = true;
    const durable = open(
      async (context) => {
        await context.step('one', async () => 1);
        if (fails) throw new Problem('tool_failed', 'no');
        return null;
      },
      {},
      { tracing: traced },
    );
    await durable.admit(run('a'));
    await durable.result('a');
    fails = false;
    await durable.redrive('a', 'b', () => true);
    await durable.result('b');
    expect(Object.fromEntries(await store.checkpoints.all('b'))).to.deep.equal({
      one: 1,
      '?trace': { traceparent: '00-b' },
    });
  });

  /** Leaves `a` in the store as work that an earlier process began. */
  async function leave(): Promise<void> {
    await store.executions.insert({ ...run('a'), state: 'queued', attempts: 0, createdAt: 1 });
  }

  /** A store whose first read of events waits; what is behind `go` goes on then. */
  function slow(): { over: Partial<Store>; reached: Promise<void>; go: () => void } {
    const [reached, go] = [gate(), gate()];
    const read: Store['events']['read'] = async (id, page) => {
      reached.open();
      await go.opened;
      return store.events.read(id, page);
    };
    return { over: { events: { ...store.events, read } }, reached: reached.opened, go: () => go.open() };
  }

  it('a cancellation that comes while work is taken up holds', async () => {
    await leave();
    const { over, reached, go } = slow();
    const worked = gate();
    const durable = open(async (context) => {
      worked.open();
      return new Promise((_resolve, reject) =>
        context.signal.addEventListener('abort', () => reject(context.signal.reason as Error)),
      );
    }, over);
    const taken = durable.takeUp('a');
    await reached;
    const cancelled = durable.cancel('a', new Problem('cancelled', 'stop'));
    go();
    expect([await taken, await cancelled]).to.deep.equal([true, true]);
    expect((await durable.result('a'))?.state).to.equal('cancelled');
  });

  it('a signal that comes while work is taken up reaches it', async () => {
    await leave();
    const { over, reached, go } = slow();
    const durable = open(async (context) => (await context.receive('r', 'topic'))?.payload ?? null, over);
    const taken = durable.takeUp('a');
    await reached;
    await durable.signal('a', { topic: 'topic', payload: 'here', idempotencyKey: 'k' });
    go();
    await taken;
    expect((await durable.result('a'))?.output).to.equal('here');
  });

  it('what ended while it was looked at is not begun again', async () => {
    await leave();
    let works = 0;
    const [seen, go] = [gate(), gate()];
    let isHeld = false;
    const durable = open(async () => (works += 1), {
      executions: {
        ...store.executions,
        async get(id) {
          const found = await store.executions.get(id);
          if (!isHeld) return found;
          isHeld = false;
          seen.open();
          await go.opened;
          return found;
        },
      },
    });
    isHeld = true;
    const late = durable.takeUp('a');
    await seen.opened;
    await durable.takeUp('a');
    await durable.result('a');
    go.open();
    await late;
    await durable.idle();
    expect(works).to.equal(1);
  });

  it('what is removed while it is asked for again is not done without its records', async () => {
    let fails = true;
    const done: string[] = [];
    const durable = open(
      async (context) => {
        await context.step('pay', async () => {
          done.push('pay');
          return 'paid';
        });
        if (fails) throw new Problem('tool_failed', 'no');
        return null;
      },
      {
        executions: {
          ...store.executions,
          async get(id) {
            const found = await store.executions.get(id);
            // Retention takes it at this moment.
            if (id === 'a' && !fails) await store.executions.remove(id);
            return found;
          },
        },
      },
    );
    await durable.admit(run('a'));
    await durable.result('a');
    fails = false;
    await durable.redrive('a', 'b', () => true);
    await durable.result('b');
    expect(done).to.deep.equal(['pay']);
  });
});
