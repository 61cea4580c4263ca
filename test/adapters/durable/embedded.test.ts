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

  /** A store that tells when a cancellation is in it. */
  function cancellable(): { over: Pick<Store, 'executions'>; stored: Promise<void> } {
    const stored = gate();
    const cancel: Store['executions']['cancel'] = async (id, reason) => {
      const isOpen = await store.executions.cancel(id, reason);
      // Behind what hears of it at once.
      setImmediate(() => stored.open());
      return isOpen;
    };
    return { over: { executions: { ...store.executions, cancel } }, stored: stored.opened };
  }

  it('what is cancelled while it is taken up is not worked on, and ends once with the first reason', async () => {
    await leave();
    const { over, reached, go } = slow();
    const { over: told, stored } = cancellable();
    let works = 0;
    const durable = open(async () => (works += 1), { ...over, ...told });
    const taken = durable.takeUp('a');
    await reached;
    const cancels = ['first', 'second'].map((why) => durable.cancel('a', new Problem('cancelled', why)));
    await stored;
    go();
    expect([await taken, ...(await Promise.all(cancels))]).to.deep.equal([true, true, true]);
    const ended = await durable.result('a');
    expect([works, ended?.state, ended?.error?.message]).to.deep.equal([0, 'cancelled', 'first']);
    expect(await eventsOf(store, 'a')).to.deep.equal(['run_end']);
  });

  it('what is being taken up when the engine closes is left to the next start', async () => {
    await leave();
    const { over, reached, go } = slow();
    const worked: string[] = [];
    const durable = open(async () => worked.push('closed'), over);
    const taken = durable.takeUp('a');
    await reached;
    await durable.close();
    go();
    await taken;
    await durable.idle();
    expect([worked, await eventsOf(store, 'a')]).to.deep.equal([[], []]);
    const next = open(async () => worked.push('next'));
    await next.start();
    expect([(await next.result('a'))?.state, worked]).to.deep.equal(['succeeded', ['next']]);
  });

  it('what is being read when the engine closes as it starts is left to the next start', async () => {
    await leave();
    const { over, reached, go } = slow();
    const worked: string[] = [];
    const durable = open(async () => worked.push('closed'), over);
    const started = durable.start();
    await reached;
    await durable.close();
    go();
    await started;
    await durable.idle();
    expect([worked, durable.pending('k')]).to.deep.equal([[], []]);
    expect((await store.executions.get('a'))?.state).to.equal('queued');
  });

  for (const [when, failing] of [
    ['at first', 1],
    ['once more, since it was signalled,', 2],
  ] as const)
    it(`what cannot be read ${when} while it is taken up is in nobody's way, and is taken up later`, async () => {
      await store.executions.insert({
        ...run('a', { key: 'k' }),
        state: 'queued',
        attempts: 0,
        createdAt: 1,
      });
      const { over, reached, go } = slow();
      let reads = 0;
      const all: Store['signals']['all'] = async (id) => {
        reads += 1;
        if (reads === failing) throw new Problem('store_unavailable', 'busy');
        return store.signals.all(id);
      };
      const durable = open(async (context) => (await context.receive('r', 'topic'))?.payload ?? null, {
        ...over,
        signals: { ...store.signals, all },
      });
      const taken = failureOf(durable.takeUp('a'));
      await reached;
      await durable.signal('a', { topic: 'topic', payload: 'here', idempotencyKey: 's' });
      go();
      expect((await taken).type).to.equal('store_unavailable');
      expect(durable.pending('k')).to.deep.equal([]);
      await durable.admit(run('b', { key: 'k' }));
      await durable.signal('b', { topic: 'topic', payload: 'there', idempotencyKey: 's' });
      expect((await durable.result('b'))?.output).to.equal('there');
      expect(await durable.takeUp('a')).to.equal(true);
      expect((await durable.result('a'))?.output).to.equal('here');
    });

  it('a signal that was stored but not handed over gets there when it is sent again', async () => {
    let fails = true;
    const durable = open(async (context) => (await context.receive('r', 'topic'))?.payload ?? null, {
      signals: {
        ...store.signals,
        async all(id) {
          if (fails) throw new Problem('store_unavailable', 'busy');
          return store.signals.all(id);
        },
      },
    });
    await durable.admit(run('a'));
    const signal = { topic: 'topic', payload: 'here', idempotencyKey: 's' };
    expect((await failureOf(durable.signal('a', signal))).type).to.equal('store_unavailable');
    fails = false;
    expect(await durable.signal('a', signal)).to.equal(false);
    expect((await durable.result('a'))?.output).to.equal('here');
  });

  it('what is being cancelled is not begun when its turn comes, and ends once', async () => {
    const [held, ending, go] = [gate(), gate(), gate()];
    const worked: string[] = [];
    let finishes = 0;
    const durable = open(
      async (_context, { id }) => {
        worked.push(id);
        if (id === 'a') await held.opened;
        return null;
      },
      {
        executions: {
          ...store.executions,
          async finish(id, outcome) {
            if (id === 'b') {
              finishes += 1;
              ending.open();
              await go.opened;
            }
            return store.executions.finish(id, outcome);
          },
        },
      },
    );
    for (const id of ['a', 'b', 'c']) await durable.admit(run(id, { key: 'k' }));
    const cancels = ['first', 'second'].map((why) => durable.cancel('b', new Problem('cancelled', why)));
    await ending.opened;
    held.open();
    await durable.result('a');
    go.open();
    expect(await Promise.all(cancels)).to.deep.equal([true, true]);
    await durable.result('c');
    const ended = await store.executions.get('b');
    expect([worked, finishes, ended?.error?.message]).to.deep.equal([['a', 'c'], 1, 'first']);
    expect((await eventsOf(store, 'b')).filter((type) => type === 'run_end')).to.have.length(1);
  });

  it('what is asked for twice at once under one id has the receipt of what was admitted before', async () => {
    const asked = { idempotencyKey: 'k' };
    const durable = open(async () => null);
    await durable.admit(run('a', asked));
    await durable.result('a');
    const both = await Promise.all([durable.admit(run('b', asked)), durable.admit(run('b', asked))]);
    expect(both.map(({ id, created }) => [id, created])).to.deep.equal([
      ['a', false],
      ['a', false],
    ]);
    expect(await store.executions.get('b')).to.equal(undefined);
  });

  /** A store that forgets a key at the moment that it holds up an admission, and waits there. */
  function forgetful(): { over: Partial<Store>; forgot: Promise<void>; go: () => void } {
    const [forgot, go] = [gate(), gate()];
    const insert: Store['executions']['insert'] = async (execution, records) => {
      const isNew = await store.executions.insert(execution, records);
      if (!isNew) {
        await store.executions.forgetKeys(Number.MAX_SAFE_INTEGER);
        forgot.open();
        await go.opened;
      }
      return isNew;
    };
    const over = { executions: { ...store.executions, insert } };
    return { over, forgot: forgot.opened, go: () => go.open() };
  }

  for (const [how, key] of [
    ['has its turn', ''],
    ['gets its turn meanwhile', 'session'],
  ] as const)
    it(`what is asked for twice at once while the first one is forgotten is done once, when it ${how}`, async () => {
      const asked = { idempotencyKey: 'k' };
      const { over, forgot, go } = forgetful();
      const held = gate();
      const worked: string[] = [];
      const work: Worker['work'] = async (_context, { id }) => {
        worked.push(id);
        if (id === 'before') await held.opened;
        return null;
      };
      const durable = open(work, over);
      await durable.admit(run('a', asked));
      await durable.result('a');
      await durable.admit(run('before', { key }));
      const both = [1, 2].map(() => durable.admit(run('b', { ...asked, key })));
      await forgot;
      held.open();
      await durable.result('before');
      go();
      const receipts = await Promise.all(both);
      expect(receipts.map(({ id }) => id)).to.deep.equal(['b', 'b']);
      expect(receipts.map(({ created }) => created)).to.have.members([true, false]);
      expect((await durable.result('b'))?.state).to.equal('succeeded');
      expect([worked, durable.pending(key)]).to.deep.equal([['a', 'before', 'b'], []]);
    });

  it('what is asked for while the first one is forgotten is refused once the engine is closed', async () => {
    const asked = { idempotencyKey: 'k' };
    const { over, forgot, go } = forgetful();
    const durable = open(async () => null, over);
    await durable.admit(run('a', asked));
    await durable.result('a');
    const again = failureOf(durable.admit(run('b', asked)));
    await forgot;
    const closed = durable.close();
    go();
    expect((await again).type).to.equal('shutting_down');
    await closed;
    expect(await store.executions.get('b')).to.equal(undefined);
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

  it('what began under an id that is taken, though it was said to be new, is stopped and leaves nothing', async () => {
    await leave();
    let began = 0;
    const durable = open(async (context) => {
      began += 1;
      if (began === 1) await context.sleep(1_000_000);
      return 'done';
    });
    expect((await durable.admit(run('a'), [], false, true)).created).to.equal(false);
    expect((await durable.result('a'))?.output).to.equal('done');
    expect(began).to.equal(2);
    const types = await eventsOf(store, 'a');
    expect(types.filter((type) => type === 'run_end')).to.have.length(1);
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
