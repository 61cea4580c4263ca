import { expect } from 'chai';
import { openMemoryStore } from '../../engine/adapters/store/memory.ts';
import type { Engine } from '../../engine/api.ts';
import { createEngine } from '../../engine/engine.ts';
import { createSystemClock } from '../../engine/adapters/clock/system.ts';
import { cronTimes } from '../../engine/adapters/clock/cron.ts';
import { Problem } from '../../engine/core/problem.ts';
import type { Clock } from '../../engine/ports/clock.ts';
import type { Execution, Store } from '../../engine/ports/store.ts';
import { programOf, type Files } from '../fakes/project.ts';
import { failureOf, fakeModels, gate } from './kit.ts';

/** A clock that stands still until it is set. */
interface HandClock extends Clock {
  /** Goes to a time, second by second where somebody waits, and lets everything happen that happens then. */
  to(time: string): Promise<void>;
}

function handClock(start: string): HandClock {
  const system = createSystemClock();
  let now = Date.parse(start);
  const sleepers = new Set<{ until: number; wake: () => void }>();
  const settle = async (): Promise<void> => {
    for (let turn = 0; turn < 60; turn += 1) await new Promise(setImmediate);
  };
  return {
    now: () => now,
    elapsed: () => now,
    ulid: () => system.ulid(),
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted === true) return reject(signal.reason as Error);
        const stop = (): void => {
          sleepers.delete(sleeper);
          reject(signal?.reason as Error);
        };
        const sleeper = {
          until: now + ms,
          wake: () => {
            sleepers.delete(sleeper);
            signal?.removeEventListener('abort', stop);
            resolve();
          },
        };
        sleepers.add(sleeper);
        signal?.addEventListener('abort', stop, { once: true });
      }),
    async to(time) {
      const end = Date.parse(time);
      await settle();
      for (;;) {
        const next = Math.min(end, ...[...sleepers].map(({ until }) => until));
        now = Math.max(now, next);
        for (const sleeper of [...sleepers]) if (sleeper.until <= now) sleeper.wake();
        await settle();
        if (now >= end && ![...sleepers].some(({ until }) => until <= now)) return;
      }
    },
  };
}

const base: Files = {
  'engine.yaml': 'model: script/m\nenv: [WHO]\n',
  'src/models/m.yaml': 'default: { text: "unused" }\n',
  'src/agents/watcher.md': '---\ndescription: Watches.\n---\n\nYou watch.\n',
  'src/workflows/report.yaml':
    'inputSchema: { type: object, properties: { at: { type: string } } }\nsteps:\n  - { id: only, set: { at: "${{ input.at }}" } }\n',
};

describe('schedules', () => {
  const engines = new Set<Engine>();
  let store: Store;

  beforeEach(() => {
    const opened = openMemoryStore();
    store = { ...opened, close: async () => undefined };
  });
  afterEach(async () => {
    for (const engine of engines) await engine.close();
    engines.clear();
  });

  async function start(clock: Clock, schedules: Files, options: object = {}): Promise<Engine> {
    const engine = await createEngine({
      program: await programOf({ ...base, ...schedules }),
      store,
      env: { WHO: 'me' },
      ports: { clock, models: fakeModels(() => 'fine') },
      ...options,
    });
    engines.add(engine);
    return engine;
  }

  /** The idempotency keys of everything that was admitted, oldest first. */
  async function fired(): Promise<string[]> {
    const all: readonly Execution[] = await store.executions.list({ limit: 1000 });
    return all.map(({ idempotencyKey }) => idempotencyKey ?? 'without a key').reverse();
  }

  const hourly = (missed: string, more = ''): Files => ({
    'src/schedules/hourly.yaml': `cron: '0 * * * *'\nworkflow: report\ninput: { at: '\${{ schedule.time }}' }\nmissed: ${missed}\n${more}`,
  });

  it('a workflow starts at its times, once each, with the time in its input', async () => {
    const clock = handClock('2026-05-01T08:30:00Z');
    const engine = await start(clock, hourly('skip'));
    await clock.to('2026-05-01T08:59:59Z');
    expect(await fired()).to.deep.equal([]);
    await clock.to('2026-05-01T11:30:00Z');
    expect(await fired()).to.deep.equal([
      'hourly@2026-05-01T09:00:00.000Z',
      'hourly@2026-05-01T10:00:00.000Z',
      'hourly@2026-05-01T11:00:00.000Z',
    ]);
    const [last] = await engine.runs.list();
    expect(last).to.deep.include({ state: 'succeeded', output: { at: '2026-05-01T11:00:00.000Z' } });
    expect(await engine.schedules.list()).to.deep.equal([
      {
        name: 'hourly',
        cron: '0 * * * *',
        timezone: 'UTC',
        missed: 'skip',
        enabled: true,
        workflow: 'report',
        next: '2026-05-01T12:00:00.000Z',
        last: { time: '2026-05-01T11:00:00.000Z', runId: last?.runId },
      },
    ]);
  });

  it('an agent is called in its instance and session, with a message about the time', async () => {
    const clock = handClock('2026-05-01T08:30:00Z');
    const engine = await start(clock, {
      'src/schedules/watch.yaml':
        "cron: '@hourly'\nagent: watcher\ninstance: 'of {{env.WHO}}'\nmessage: 'Look, {{schedule.name}} at {{schedule.time}}'\n",
      'src/schedules/plain.yaml': "cron: '30 9 * * *'\nagent: watcher\nmessage: Hi\n",
    });
    await clock.to('2026-05-01T09:40:00Z');
    const texts = async (instance: string): Promise<string[]> =>
      (await engine.agents.session('watcher', instance).history()).map(({ role, content }) => {
        const [part] = content;
        return `${role}: ${part?.type === 'text' ? part.text : ''}`;
      });
    expect(await texts('of me')).to.deep.equal([
      'user: Look, watch at 2026-05-01T09:00:00.000Z',
      'assistant: fine',
    ]);
    expect(await texts('plain')).to.deep.equal(['user: Hi', 'assistant: fine']);
  });

  for (const [missed, made] of [
    ['skip', []],
    ['one', ['11']],
    ['all', ['09', '10', '11']],
  ] as const)
    it(`of times that pass while the engine is down, "${missed}" makes up for ${made.length}, once`, async () => {
      const first = await start(handClock('2026-05-01T08:30:00Z'), hourly(missed));
      await first.close();
      const expected = made.map((hour) => `hourly@2026-05-01T${hour}:00:00.000Z`);
      for (const again of ['2026-05-01T11:30:00Z', '2026-05-01T11:40:00Z']) {
        const clock = handClock(again);
        const engine = await start(clock, hourly(missed));
        await clock.to(again);
        expect(await fired()).to.deep.equal(expected);
        await engine.close();
      }
      const clock = handClock('2026-05-01T11:50:00Z');
      await start(clock, hourly(missed));
      await clock.to('2026-05-01T12:10:00Z');
      expect(await fired()).to.deep.equal([...expected, 'hourly@2026-05-01T12:00:00.000Z']);
    });

  it('a crash between the admission and the note of it does not fire twice', async () => {
    const clock = handClock('2026-05-01T08:30:00Z');
    const engine = await start(clock, hourly('all'));
    const before = await store.documents.get('schedules', 'hourly');
    await clock.to('2026-05-01T09:10:00Z');
    await engine.close();
    await store.documents.set('schedules', 'hourly', before ?? null);
    const next = handClock('2026-05-01T09:20:00Z');
    await start(next, hourly('all'));
    await next.to('2026-05-01T09:30:00Z');
    expect(await fired()).to.deep.equal(['hourly@2026-05-01T09:00:00.000Z']);
  });

  it('a new, changed, or returning schedule has missed nothing', async () => {
    await (await start(handClock('2026-05-01T08:30:00Z'), hourly('all'))).close();
    const changed = { 'src/schedules/hourly.yaml': "cron: '*/10 * * * *'\nworkflow: report\nmissed: all\n" };
    const clock = handClock('2026-05-01T10:35:00Z');
    const engine = await start(clock, changed);
    await clock.to('2026-05-01T10:41:00Z');
    expect(await fired()).to.deep.equal(['hourly@2026-05-01T10:40:00.000Z']);
    await engine.close();
    await (await start(handClock('2026-05-01T11:00:00Z'), hourly('all', 'enabled: false\n'))).close();
    const later = handClock('2026-05-01T13:30:00Z');
    await start(later, hourly('all'));
    await later.to('2026-05-01T13:30:00Z');
    expect(await fired()).to.have.length(1);
  });

  it('what cannot start is told, and the times after it come', async () => {
    const clock = handClock('2026-05-01T08:30:00Z');
    const warnings: string[] = [];
    const listen = (warning: Error): void => void warnings.push(warning.message);
    process.on('warning', listen);
    await start(clock, {
      'src/workflows/report.yaml':
        'inputSchema: { type: object, properties: { at: { type: string, maxLength: 3 } } }\nsteps: [{ id: a, log: x }]\n',
      ...hourly('all'),
    });
    await clock.to('2026-05-01T10:30:00Z');
    await new Promise(setImmediate);
    process.off('warning', listen);
    expect(await fired()).to.deep.equal([]);
    expect(warnings.filter((text) => text.includes('did not fire'))).to.have.length(2);
    expect(warnings[0]).to.match(
      /^invalid_input: schedule "hourly" did not fire at 2026-05-01T09:00:00.000Z: input of workflow "report"/,
    );
  });

  it('a clock that is set forward by hours brings missed times, and one that is set back fires none again', async () => {
    const clock = handClock('2026-05-01T08:30:00Z');
    let shift = 0;
    const shifted: Clock = { ...clock, now: () => clock.now() + shift };
    await start(shifted, hourly('one'));
    shift = 5 * 3_600_000;
    await clock.to('2026-05-01T08:35:00Z');
    expect(await fired()).to.deep.equal(['hourly@2026-05-01T13:00:00.000Z']);
    shift = 0;
    await clock.to('2026-05-01T10:30:00Z');
    expect(await fired()).to.have.length(1);
  });

  it('fires by hand, also when it is turned off', async () => {
    const clock = handClock('2026-05-01T08:30:00Z');
    const engine = await start(clock, hourly('skip', 'enabled: false\n'));
    await clock.to('2026-05-01T09:30:00Z');
    expect(await fired()).to.deep.equal([]);
    const { time } = await engine.schedules.trigger('hourly');
    expect(time).to.equal('2026-05-01T09:30:00.000Z');
    expect(await fired()).to.deep.equal(['hourly@2026-05-01T09:30:00.000Z']);
    expect(await failureOf(engine.schedules.trigger('hourli'))).to.deep.equal({
      type: 'not_found',
      message: 'no schedule "hourli"; did you mean "hourly"?',
    });
  });

  it('an engine that is to leave everything alone fires nothing', async () => {
    const clock = handClock('2026-05-01T08:30:00Z');
    await start(clock, hourly('all'), { recover: false });
    await clock.to('2026-05-01T10:30:00Z');
    expect(await fired()).to.deep.equal([]);
  });

  describe('times', () => {
    const list = (cron: string, zone: string, from: string, count: number): string[] => {
      const times = cronTimes(cron, zone);
      const found: string[] = [];
      for (
        let at = times.next(Date.parse(from));
        at !== undefined && found.length < count;
        at = times.next(at)
      )
        found.push(new Date(at).toISOString().slice(0, 16));
      return found;
    };

    it('a time in the hour that is left out comes right after it', () =>
      expect(list('30 2 * * *', 'Europe/Berlin', '2026-03-28T02:00:00Z', 2)).to.deep.equal([
        '2026-03-29T01:00',
        '2026-03-30T00:30',
      ]));
    it('a time in the hour that comes twice comes once, repetitions go on', () => {
      expect(list('30 2 * * *', 'Europe/Berlin', '2026-10-24T12:00:00Z', 2)).to.deep.equal([
        '2026-10-25T00:30',
        '2026-10-26T01:30',
      ]);
      expect(list('*/30 * * * *', 'Europe/Berlin', '2026-10-25T00:00:00Z', 4)).to.deep.equal([
        '2026-10-25T00:30',
        '2026-10-25T01:00',
        '2026-10-25T01:30',
        '2026-10-25T02:00',
      ]);
    });
    it('a leap day comes in leap years', () =>
      expect(list('0 0 29 2 *', 'UTC', '2026-03-01T00:00:00Z', 2)).to.deep.equal([
        '2028-02-29T00:00',
        '2032-02-29T00:00',
      ]));
  });

  describe('when the store fails, or the engine closes, at the wrong moment', () => {
    const hourly: Files = {
      'engine.yaml': '{}\n',
      'src/workflows/w.yaml': 'steps: [{ id: only, log: hello }]\n',
      'src/schedules/s.yaml': 'cron: "0 * * * *"\nworkflow: w\n',
    };

    it('a schedule goes on once the store can be read again', async () => {
      const store = openMemoryStore();
      const clock = handClock('2026-01-01T00:30:00Z');
      let fails = true;
      const engine = await createEngine({
        program: await programOf(hourly),
        env: {},
        store: {
          ...store,
          documents: {
            ...store.documents,
            get: (namespace, key) =>
              namespace === 'schedules' && fails
                ? Promise.reject(new Problem('store_unavailable', 'no disk'))
                : store.documents.get(namespace, key),
          },
        },
        ports: { clock, models: fakeModels([]) },
      });
      try {
        await clock.to('2026-01-01T00:31:00Z');
        fails = false;
        await clock.to('2026-01-01T01:00:01Z');
        expect(await engine.runs.list()).to.have.lengthOf(1);
      } finally {
        await engine.close();
      }
    });

    it('an engine that closes while it takes up other schedules follows none of them', async () => {
      const store = openMemoryStore();
      const program = await programOf(hourly);
      const [reached, go] = [gate(), gate()];
      let looks = 0;
      let reads = 0;
      const engine = await createEngine({
        ...{ program, env: {} },
        store: {
          ...store,
          close: async () => undefined,
          documents: {
            ...store.documents,
            get(namespace, key) {
              if (namespace === 'schedules') reads += 1;
              return store.documents.get(namespace, key);
            },
            async keys(namespace, filter) {
              if (namespace === 'schedules' && (looks += 1) === 2) {
                reached.open();
                await go.opened;
              }
              return store.documents.keys(namespace, filter);
            },
          },
        },
        ports: { clock: handClock('2026-01-01T00:30:00Z'), models: fakeModels([]) },
      });
      const reloaded = engine.reload(program);
      await reached.opened;
      const before = reads;
      await engine.close();
      go.open();
      await reloaded;
      expect(reads).to.equal(before);
    });
  });
});
