import { expect } from 'chai';
import type { EngineEvent } from '../../engine/core/event.ts';
import { Problem } from '../../engine/core/problem.ts';
import { redactor } from '../../engine/journal/index.ts';
import { brief, delta, ended, log, run, world } from './journal-world.ts';

describe('execution log', () => {
  it('events get a dense index, an id and a time; live-only ones get neither index nor id', async () => {
    const { journal, store } = world();
    const writer = journal.open('e');
    expect(writer.emit(log('one'))).to.deep.equal({
      v: 1,
      id: 'e#1',
      index: 1,
      timestamp: '2026-01-01T00:00:00.000Z',
      executionId: 'e',
      type: 'log',
      runId: 'e',
      data: { level: 'info', message: 'one' },
    });
    expect(writer.emit(delta('x'))).to.include({ id: '', index: 0, type: 'text_delta' });
    expect(writer.emit(log('two'))).to.include({ id: 'e#2', index: 2 });
    await writer.flush();
    expect((await store.events.read('e', { after: 0, limit: 9 })).map(({ id }) => id)).to.deep.equal([
      'e#1',
      'e#2',
    ]);
  });

  it('events are written together, and those that come during a write with the next one', async () => {
    const { journal, appends, hold } = world();
    const gate = hold();
    const writer = journal.open('e');
    for (const message of ['a', 'b', 'c']) writer.emit(log(message));
    const first = writer.flush();
    await Promise.resolve();
    for (const message of ['d', 'e']) writer.emit(log(message));
    gate.open();
    await first;
    await writer.flush();
    expect(appends).to.deep.equal([
      [1, 2, 3],
      [4, 5],
    ]);
  });

  it('stored events are delivered when committed; deltas at once, but not before earlier stored events', async () => {
    const seen: (number | string)[] = [];
    const { journal, hold } = world({ observers: [(event) => void seen.push(brief(event))] });
    const writer = journal.open('e');
    writer.emit(delta('first'));
    expect(seen).to.deep.equal(['first']);
    const gate = hold();
    writer.emit(log('one'));
    writer.emit(delta('second'));
    writer.emit(log('two'));
    writer.emit(delta('third'));
    await Promise.resolve();
    expect(seen).to.deep.equal(['first']);
    gate.open();
    await writer.flush();
    expect(seen).to.deep.equal(['first', 1, 'second', 2, 'third']);
    writer.emit(delta('fourth'));
    expect(seen.at(-1)).to.equal('fourth');
  });

  it('the terminal event is in the store before anybody sees it', async () => {
    let storedThen = -1;
    const { journal, store, hold } = world({
      observers: [
        (event) => {
          if (event.type === 'run_end') void store.events.last('e').then((last) => (storedThen = last));
        },
      ],
    });
    const gate = hold();
    const writer = journal.open('e');
    writer.emit(log('one'));
    const end = writer.end(ended);
    await Promise.resolve();
    expect(storedThen).to.equal(-1);
    gate.open();
    expect(await end).to.include({ type: 'run_end', index: 2 });
    expect(storedThen).to.equal(2);
  });

  it('after the end nothing is added, and the first terminal event stands', async () => {
    const seen: (number | string)[] = [];
    const { journal, store } = world({ observers: [(event) => void seen.push(brief(event))] });
    const writer = journal.open('e');
    const first = await writer.end(ended);
    expect(writer.emit(log('late'))).to.include({ index: 0, id: '' });
    expect(await writer.end({ type: 'submission_end', data: { state: 'failed' } })).to.equal(first);
    await writer.close();
    expect(await store.events.last('e')).to.equal(1);
    expect(seen).to.deep.equal([1]);
  });

  it('a failed append rejects the flush, and the next flush writes the same events under the same indexes', async () => {
    const seen: (number | string)[] = [];
    const { journal, store, fail } = world({ observers: [(event) => void seen.push(brief(event))] });
    const full = new Problem('store_unavailable', 'the disk is full');
    const writer = journal.open('e');
    writer.emit(log('one'));
    await writer.flush();
    fail(full);
    writer.emit(log('two'));
    writer.emit(delta('stale'));
    expect(await writer.flush().catch((error: unknown) => error)).to.equal(full);
    writer.emit(log('three'));
    expect(await writer.end(ended).catch((error: unknown) => error)).to.equal(full);
    expect(seen).to.deep.equal([1]);
    fail(undefined);
    expect((await writer.end(ended)).index).to.equal(4);
    expect(seen).to.deep.equal([1, 2, 3, 4]);
    expect(await store.events.last('e')).to.equal(4);
  });

  it('opening an open log again gives the same log; after closing, a new one goes on from the index it is told', async () => {
    const { journal, store } = world();
    const writer = journal.open('e');
    expect(journal.open('e')).to.equal(writer);
    writer.emit(log('one'));
    await writer.close();
    expect(writer.emit(log('late'))).to.include({ index: 0 });
    journal.open('e', { from: 1 }).emit(log('two'));
    await journal.open('e').flush();
    expect(await store.events.last('e')).to.equal(2);
  });

  it('times of one execution never go backwards, not even after it is taken up again', async () => {
    const { journal, store, clock } = world();
    const writer = journal.open('e');
    writer.emit(log('one'));
    clock.time -= 5000;
    writer.emit(log('two'));
    await writer.close();
    clock.time -= 5000;
    const again = await journal.resume('e');
    again.emit(log('three'));
    clock.time += 20_000;
    again.emit(log('four'));
    await again.flush();
    const times = (await store.events.read('e', { after: 0, limit: 9 })).map(({ timestamp }) =>
      timestamp.slice(11, 19),
    );
    expect(times).to.deep.equal(['00:00:00', '00:00:00', '00:00:00', '00:00:10']);
    expect((await journal.resume('fresh')).emit(log('one')).index).to.equal(1);
  });

  it('observers that throw or reject harm nobody', async () => {
    const seen: EngineEvent[] = [];
    const { journal, store } = world({
      observers: [
        () => {
          throw new Error('thrown');
        },
        () => Promise.reject(new Error('rejected')),
        (event) => void seen.push(event),
      ],
    });
    const writer = journal.open('e');
    writer.emit(delta('x'));
    writer.emit(log('one'));
    await writer.end(ended);
    expect(seen.map(({ type }) => type)).to.deep.equal(['text_delta', 'log', 'run_end']);
    expect(await store.events.last('e')).to.equal(2);
  });

  it('secrets are out of events before they are stored or sent', async () => {
    const seen: EngineEvent[] = [];
    const { journal, store } = world({
      redact: redactor(['sk-123456']),
      observers: [(event) => void seen.push(event)],
    });
    const writer = journal.open('e');
    expect(writer.emit(log('key sk-123456.')).data).to.deep.equal({
      level: 'info',
      message: 'key [secret].',
    });
    await writer.flush();
    expect(JSON.stringify([seen, await store.events.read('e', { after: 0, limit: 9 })])).to.not.include(
      'sk-123456',
    );
  });
});

describe('journal', () => {
  it('reads stored events by place and type', async () => {
    const { journal } = world();
    const writer = journal.open('e');
    for (let n = 0; n < 1200; n += 1) writer.emit(n % 400 === 0 ? { type: 'idle', data: {} } : log(`${n}`));
    await writer.end(ended);
    expect((await journal.read('e')).length).to.equal(1000);
    expect((await journal.read('e', { after: 1198, limit: 2 })).map(brief)).to.deep.equal([1199, 1200]);
    const found = await journal.read('e', { types: ['idle', 'run_end'] });
    expect(found.map(brief)).to.deep.equal([1, 401, 801, 1201]);
    expect((await journal.read('e', { after: 1, limit: 1, types: ['idle'] })).map(brief)).to.deep.equal([
      401,
    ]);
  });

  it('reports internal failures, and never throws while doing so', () => {
    const reported: Problem[] = [];
    const problem = new Problem('internal_error', 'an internal error occurred', { cause: new Error('why') });
    world({ report: (told) => void reported.push(told) }).journal.report(problem);
    expect(reported).to.deep.equal([problem]);
    world({
      report: () => {
        throw new Error('no');
      },
    }).journal.report(problem);
  });

  it('what goes along with an event and throws is told, and holds up no event', async () => {
    const told: string[] = [];
    const { journal, store } = world({
      report: (problem) => void told.push(`${problem.code} ${(problem.cause as Error).message}`),
      withEvent: (event) => {
        if (event.index === 1) throw new Error('no body');
        return [];
      },
    });
    const execution = run('e');
    await store.executions.insert(execution);
    const writer = journal.open('e', { execution });
    writer.emit(log('one'));
    await writer.flush();
    writer.emit(log('two'));
    await writer.end(ended, { state: 'succeeded', endedAt: 2 });
    expect((await store.events.read('e', { after: 0, limit: 9 })).map(({ index }) => index)).to.deep.equal([
      1, 2, 3,
    ]);
    expect((await store.executions.get('e'))?.state).to.equal('succeeded');
    expect(told).to.deep.equal(['internal_error no body']);
  });

  it('of what was never admitted nothing is written, and who waits for that hears so', async () => {
    const { journal, appends } = world();
    const writer = journal.open('e');
    writer.emit(log('one'));
    const recorded = writer.checkpoint('k', 1, { isUrgent: false }).catch((thrown: unknown) => thrown);
    const flushed = writer.flush().catch((thrown: unknown) => thrown);
    writer.drop();
    expect(await recorded).to.have.property('code', 'store_unavailable');
    expect(await flushed).to.have.property('code', 'store_unavailable');
    expect(await writer.checkpoint('k', 2).catch((thrown: unknown) => thrown)).to.have.property(
      'code',
      'store_unavailable',
    );
    await writer.close();
    expect(appends).to.deep.equal([]);
  });

  it('an end that the store did not take is in the store with its outcome, or not at all', async () => {
    const told: (string | undefined)[] = [];
    const { journal, store, fail } = world({
      withEvent: (event, { outcome }) => {
        if (event.type === 'run_end') told.push(outcome?.state);
        return [];
      },
    });
    const execution = run('e');
    await store.executions.insert(execution);
    const writer = journal.open('e', { execution });
    fail(new Problem('store_unavailable', 'the disk is full'));
    const outcome = { state: 'succeeded', output: 1, endedAt: 2 } as const;
    const refused: unknown = await writer.end(ended, outcome).catch((thrown: unknown) => thrown);
    expect(refused).to.have.property('code', 'store_unavailable');
    fail(undefined);
    await writer.close();
    expect((await store.events.read('e', { after: 0, limit: 9 })).map(({ type }) => type)).to.deep.equal([
      'run_end',
    ]);
    expect(await store.executions.get('e')).to.deep.include({ state: 'succeeded', output: 1 });
    expect(told).to.deep.equal(['succeeded', 'succeeded']);
  });
});
