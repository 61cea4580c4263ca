import { expect } from 'chai';
import fc from 'fast-check';
import type { EngineEvent } from '../../engine/core/event.ts';
import { Problem } from '../../engine/core/problem.ts';
import { createJournal } from '../../engine/journal/index.ts';
import { brief, collect, delta, ended, log, run, settle, world } from './journal-world.ts';

describe('subscription', () => {
  it('gives what is stored, then what happens, up to the terminal event', async () => {
    const { journal } = world();
    const writer = journal.open('e');
    writer.emit(log('one'));
    await writer.flush();
    const all = collect(journal.subscribe('e'));
    const rest = collect(journal.subscribe('e', { after: 1 }));
    await settle();
    writer.emit(delta('live'));
    writer.emit(log('two'));
    await writer.end(ended);
    expect(await all).to.deep.equal([1, 'live', 2, 3]);
    expect(await rest).to.deep.equal(['live', 2, 3]);
    expect(await collect(journal.subscribe('e'))).to.deep.equal([1, 2, 3]);
    expect(await collect(journal.subscribe('e', { after: 3 }))).to.deep.equal([]);
  });

  it('ends when the execution is over in the store, also without a terminal event', async () => {
    const { journal, store } = world();
    await store.executions.insert(run('e'));
    const writer = journal.open('e');
    writer.emit(log('one'));
    await writer.flush();
    await store.executions.finish('e', { state: 'failed', endedAt: 2 });
    const events = collect(journal.subscribe('e'));
    await settle();
    await writer.close();
    expect(await events).to.deep.equal([1]);
    expect(await collect(journal.subscribe('e'))).to.deep.equal([1]);
    expect(await collect(journal.subscribe('unknown'))).to.deep.equal([]);
  });

  it('waits for the terminal event while a log is open, whatever the store says', async () => {
    const { journal, store } = world();
    await store.executions.insert(run('e', 'succeeded'));
    const writer = journal.open('e');
    const events = collect(journal.subscribe('e'));
    await settle();
    await writer.end(ended);
    expect(await events).to.deep.equal([1]);
  });

  it('waits for an execution that nobody works on yet, and goes on over a restart of the work', async () => {
    const { journal, store } = world();
    await store.executions.insert(run('e', 'queued'));
    const events = collect(journal.subscribe('e'));
    await settle();
    const first = journal.open('e');
    first.emit(log('one'));
    await first.close();
    await settle();
    await (await journal.resume('e')).end(ended);
    expect(await events).to.deep.equal([1, 2]);
  });

  it('a slow subscriber loses deltas, then its place in memory, never a stored event', async () => {
    const { journal } = world({ buffer: 10 });
    const writer = journal.open('e');
    writer.emit(log('one'));
    await writer.flush();
    const events = journal.subscribe('e')[Symbol.asyncIterator]();
    expect(brief((await events.next()).value as EngineEvent)).to.equal(1);
    for (let n = 0; n < 8; n += 1) writer.emit(delta(`d${n}`));
    for (let n = 0; n < 9; n += 1) writer.emit(log(`${n}`));
    await writer.flush();
    for (let n = 0; n < 30; n += 1) writer.emit(log(`${n}`));
    await writer.end(ended);
    const rest = await collect({ [Symbol.asyncIterator]: () => events });
    expect(rest).to.deep.equal(Array.from({ length: 40 }, (_, index) => index + 2));
  });

  it('a subscriber that comes late gets no stale deltas', async () => {
    const { journal, hold } = world();
    const writer = journal.open('e');
    writer.emit(log('one'));
    await writer.flush();
    const events = journal.subscribe('e')[Symbol.asyncIterator]();
    const first = events.next();
    const gate = hold();
    writer.emit(delta('stale'));
    writer.emit(log('two'));
    gate.open();
    await writer.flush();
    expect(brief((await first).value as EngineEvent)).to.equal(1);
    await writer.end(ended);
    const rest = await collect({ [Symbol.asyncIterator]: () => events });
    expect(rest.filter((item) => typeof item === 'number')).to.deep.equal([2, 3]);
    expect([
      [2, 3],
      ['stale', 2, 3],
    ]).to.deep.include(rest);
  });

  it('ends quietly when its signal aborts or it is let go, also while it waits', async () => {
    const { journal, store } = world();
    await store.executions.insert(run('e'));
    const controller = new AbortController();
    const events = collect(journal.subscribe('e', { signal: controller.signal }));
    const iterator = journal.subscribe('e')[Symbol.asyncIterator]();
    const pending = iterator.next();
    await settle();
    controller.abort();
    expect(await events).to.deep.equal([]);
    await iterator.return?.();
    expect((await pending).done).to.equal(true);
    expect(await collect(journal.subscribe('e', { signal: AbortSignal.abort() }))).to.deep.equal([]);
  });

  it('rejects when the journal is closed, and when the store fails', async () => {
    const { journal, store } = world();
    await store.executions.insert(run('e'));
    const events = collect(journal.subscribe('e')).catch((error: unknown) => error);
    await settle();
    journal.close();
    expect(await events)
      .to.be.instanceOf(Problem)
      .with.property('code', 'shutting_down');
    await store.close();
    expect(await collect(journal.subscribe('e')).catch((error: unknown) => error)).to.have.property(
      'code',
      'store_unavailable',
    );
  });

  it('with polling, follows what another process writes', async () => {
    const { journal, store, clock } = world();
    const other = createJournal({ store, clock, pollMs: 10 });
    await store.executions.insert(run('e'));
    const events = collect(other.subscribe('e'));
    await settle();
    const writer = journal.open('e');
    writer.emit(log('one'));
    await writer.flush();
    await settle();
    writer.emit(log('two'));
    await writer.end(ended);
    expect(await events).to.deep.equal([1, 2, 3]);
  });

  it('whatever the timing, every subscriber gets exactly the stored events after its start, and deltas in place', async () => {
    const act = fc.oneof(
      fc.record({ do: fc.constant('emit' as const), count: fc.integer({ min: 1, max: 4 }) }),
      fc.record({ do: fc.constant('delta' as const), count: fc.integer({ min: 1, max: 4 }) }),
      fc.record({
        do: fc.constant('subscribe' as const),
        after: fc.integer({ min: 0, max: 12 }),
        pause: fc.nat(3),
      }),
      fc.record({ do: fc.constant('turn' as const) }),
      fc.record({ do: fc.constant('flush' as const) }),
      fc.record({ do: fc.constant('restart' as const) }),
    );
    const property = fc.asyncProperty(
      fc.array(act, { maxLength: 30 }),
      fc.array(fc.nat(3), { minLength: 1, maxLength: 8 }),
      fc.integer({ min: 1, max: 6 }),
      async (acts, delays, buffer) => {
        const { store } = world();
        let calls = 0;
        const slow = async (): Promise<void> => {
          calls += 1;
          const delay = delays[calls % delays.length] ?? 0;
          for (let n = 0; n < delay; n += 1) await new Promise((resolve) => setImmediate(resolve));
        };
        const slowStore = {
          ...store,
          events: {
            ...store.events,
            append: async (events: readonly EngineEvent[]) => {
              await slow();
              await store.events.append(events);
              await slow();
            },
            read: async (...query: Parameters<typeof store.events.read>) => {
              await slow();
              const page = await store.events.read(...query);
              await slow();
              return page;
            },
          },
        };
        const journal = createJournal({ store: slowStore, clock: world().clock, buffer });
        await store.executions.insert(run('e'));
        let writer = journal.open('e');
        let stored = 0;
        const results: Promise<{ after: number; seen: (number | string)[] }>[] = [];
        const consume = async (after: number, pause: number) => {
          const seen: (number | string)[] = [];
          for await (const event of journal.subscribe('e', { after })) {
            seen.push(brief(event));
            for (let n = 0; n < pause; n += 1) await new Promise((resolve) => setImmediate(resolve));
          }
          return { after, seen };
        };
        for (const step of acts) {
          if (step.do === 'emit') {
            for (let n = 0; n < step.count; n += 1) stored = writer.emit(log('x')).index;
          }
          if (step.do === 'delta') {
            for (let n = 0; n < step.count; n += 1) writer.emit(delta(`after ${stored}`));
          }
          if (step.do === 'subscribe') results.push(consume(Math.min(step.after, stored), step.pause));
          if (step.do === 'turn') await new Promise((resolve) => setImmediate(resolve));
          if (step.do === 'flush') await writer.flush();
          if (step.do === 'restart') {
            await writer.close();
            writer = await journal.resume('e');
          }
        }
        stored = (await writer.end(ended)).index;
        results.push(consume(0, 0));
        for (const { after, seen } of await Promise.all(results)) {
          expect(seen.filter((item) => typeof item === 'number')).to.deep.equal(
            Array.from({ length: stored - after }, (_, index) => after + index + 1),
          );
          let cursor = after;
          for (const item of seen) {
            if (typeof item === 'number') cursor = item;
            else expect(item).to.equal(`after ${cursor}`);
          }
        }
      },
    );
    await fc.assert(property, { numRuns: 300 });
  });
});
