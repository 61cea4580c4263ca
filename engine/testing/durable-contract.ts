import assert from 'node:assert/strict';
import type { EngineEvent } from '../core/event.ts';
import type { Json } from '../core/json.ts';
import { Problem } from '../core/problem.ts';
import { noUsage } from '../core/message.ts';
import type { Durable, ExecutionContext, NewExecution, Worker } from '../ports/durable.ts';
import type { Execution } from '../ports/store.ts';
import type { TestRunner } from './store-contract.ts';

/** One engine of durable work over a store that outlives it. */
export interface DurableWorld {
  readonly durable: Durable;
  /** Stored events of an execution, in order. */
  events(id: string): Promise<readonly EngineEvent[]>;
  get(id: string): Promise<Execution | undefined>;
  /** What holds the store closes it, without waiting for work: what a crash leaves. */
  crash(): Promise<void>;
  /** Ends in order. */
  close(): Promise<void>;
}

/** Makes engines for the suite. */
export interface DurableContractOptions {
  /** An engine over a new, empty store. */
  open(): Promise<DurableWorld>;
  /** An engine over the store that was opened last. */
  reopen(): Promise<DurableWorld>;
}

type Work = (context: ExecutionContext, execution: Execution) => Promise<Json>;

/**
 * The contract of the port `Durable`, as tests: every adapter passes it unchanged. Work that a crash leaves behind is played by a
 * promise that never settles.
 *
 * @example durableContract({ describe, it }, { open, reopen });
 */
export function durableContract(
  { describe, it }: TestRunner,
  { open, reopen }: DurableContractOptions,
): void {
  const test = (title: string, body: (world: Worlds) => Promise<void>): void => {
    it(title, async () => {
      const opened: DurableWorld[] = [];
      const start = async (make: () => Promise<DurableWorld>, work: Work, more: Partial<Worker>) => {
        const world = await make();
        opened.push(world);
        world.durable.define('run', { ...worker, ...more, work });
        await world.durable.start();
        return world;
      };
      try {
        await body({
          open: (work, more = {}) => start(open, work, more),
          reopen: (work, more = {}) => start(reopen, work, more),
        });
      } finally {
        for (const world of opened.reverse()) await world.close().catch(() => undefined);
      }
    });
  };

  describe('admission', () => {
    test('what is admitted comes to its outcome, with its events', async (world) => {
      const { durable, events } = await world.open(async (context, { input }) => {
        context.spent({ ...noUsage, inputTokens: 3, totalTokens: 3 });
        return { got: input };
      });
      assert.equal((await durable.admit(run('a', { input: [1] }))).created, true);
      const ended = await durable.result('a');
      assert.deepEqual(
        [ended?.state, ended?.output, ended?.usage?.totalTokens],
        ['succeeded', { got: [1] }, 3],
      );
      assert.deepEqual(
        (await events('a')).map(({ index, type }) => [index, type]),
        [
          [1, 'run_start'],
          [2, 'run_end'],
        ],
      );
      assert.equal(await durable.result('unknown'), undefined);
    });

    test('what the work throws is the failure', async (world) => {
      const { durable } = await world.open(async () => {
        throw new Problem('tool_failed', 'no');
      });
      await durable.admit(run('a'));
      const ended = await durable.result('a');
      assert.deepEqual([ended?.state, ended?.error], ['failed', { type: 'tool_failed', message: 'no' }]);
    });

    test('one idempotency key admits once, however many ask', async (world) => {
      let works = 0;
      const { durable } = await world.open(async () => {
        works += 1;
        return null;
      });
      const receipts = await Promise.all(
        Array.from({ length: 20 }, (_, index) => durable.admit(run(`e${index}`, { idempotencyKey: 'k' }))),
      );
      assert.equal(receipts.filter(({ created }) => created).length, 1);
      assert.equal(new Set(receipts.map(({ id }) => id)).size, 1);
      await durable.idle();
      assert.equal(works, 1);
      await assert.rejects(
        durable.admit(run('other', { idempotencyKey: 'k', input: 'other' })),
        (thrown) => thrown instanceof Problem && thrown.code === 'conflict',
      );
    });

    test('one id admits once', async (world) => {
      const { durable } = await world.open(async () => 1);
      const receipts = await Promise.all([durable.admit(run('a')), durable.admit(run('a'))]);
      assert.deepEqual(
        receipts.map(({ created }) => created),
        [true, false],
      );
      await durable.result('a');
      assert.equal((await durable.admit(run('a'))).created, false);
    });

    test('nothing is admitted while draining, and what is at work ends', async (world) => {
      const hold = gate();
      const { durable } = await world.open(() => hold.opened.then(() => 1));
      await durable.admit(run('a'));
      durable.drain();
      await assert.rejects(
        durable.admit(run('b')),
        (thrown) => thrown instanceof Problem && thrown.code === 'shutting_down',
      );
      hold.open();
      await durable.idle();
      assert.equal((await durable.result('a'))?.state, 'succeeded');
    });
  });

  describe('order', () => {
    test('executions of one key run one at a time in order of admission; others do not wait', async (world) => {
      const order: string[] = [];
      let atWork = 0;
      const { durable } = await world.open(async (_context, { id, key }) => {
        if (key === 'k') assert.equal((atWork += 1), 1);
        await turns(3);
        order.push(id);
        if (key === 'k') atWork -= 1;
        return null;
      });
      const admitted: Promise<unknown>[] = [];
      for (let index = 0; index < 30; index += 1)
        admitted.push(durable.admit(run(`k${index}`, { key: 'k' })));
      admitted.push(durable.admit(run('free', { key: 'other' })));
      await Promise.all(admitted);
      assert.equal(durable.pending('k').length > 0, true);
      await durable.idle();
      assert.deepEqual(
        order.filter((id) => id !== 'free'),
        Array.from({ length: 30 }, (_, index) => `k${index}`),
      );
      assert.ok(order.indexOf('free') < 5);
      assert.deepEqual(durable.pending('k'), []);
    });

    test('a failure lets the next one go', async (world) => {
      const { durable } = await world.open(async (_context, { id }) => {
        if (id === 'a') throw new Problem('tool_failed', 'no');
        return id;
      });
      await durable.admit(run('a', { key: 'k' }));
      await durable.admit(run('b', { key: 'k' }));
      assert.equal((await durable.result('b'))?.output, 'b');
    });

    test('as many as the limit says run at a time', async (world) => {
      let atWork = 0;
      let most = 0;
      const { durable } = await world.open(
        async () => {
          most = Math.max(most, (atWork += 1));
          await turns(3);
          atWork -= 1;
          return null;
        },
        { limit: () => 3 },
      );
      await Promise.all(
        Array.from({ length: 10 }, (_, index) => durable.admit(run(`e${index}`, { key: 'k' }))),
      );
      await durable.idle();
      assert.equal(most, 3);
    });

    test('order holds through a crash', async (world) => {
      const first = await world.open(() => never);
      for (const id of ['a', 'b', 'c']) await first.durable.admit(run(id, { key: 'k' }));
      await first.crash();
      const order: string[] = [];
      const { durable } = await world.reopen(async (_context, { id }) => {
        order.push(id);
        return null;
      });
      await durable.idle();
      assert.deepEqual(order, ['a', 'b', 'c']);
    });
  });

  describe('records', () => {
    test('what was recorded is not done again after a crash; what was not is', async (world) => {
      const done: string[] = [];
      const work =
        (isFirst: boolean): Work =>
        async (context) => {
          const one = await context.step('one', async () => {
            done.push('one');
            return 1;
          });
          const two = await context.step('two', async () => {
            done.push('two');
            return isFirst ? never : 2;
          });
          return [one, two];
        };
      const first = await world.open(work(true));
      await first.durable.admit(run('a'));
      await until(() => done.includes('two'));
      await first.crash();
      const { durable, events } = await world.reopen(work(false));
      assert.deepEqual((await durable.result('a'))?.output, [1, 2]);
      assert.deepEqual(done, ['one', 'two', 'two']);
      assert.deepEqual(
        (await events('a')).map(({ type }) => type),
        ['run_start', 'run_resume', 'run_end'],
      );
    });

    test('steps side by side are recorded each under its key', async (world) => {
      const done: number[] = [];
      const work =
        (hangs: number): Work =>
        async (context) =>
          Promise.all(
            [0, 1, 2, 3].map((index) =>
              context.step(`lane[${index}]`, async () => {
                done.push(index);
                if (index >= hangs) return never;
                return index;
              }),
            ),
          );
      const first = await world.open(work(2));
      await first.durable.admit(run('a'));
      await until(() => done.length === 4);
      await settled(first, 'a', 2);
      await first.crash();
      const { durable } = await world.reopen(work(9));
      assert.deepEqual((await durable.result('a'))?.output, [0, 1, 2, 3]);
      assert.deepEqual([...done].sort(), [0, 1, 2, 2, 3, 3]);
    });

    test('a failing step leaves no record', async (world) => {
      let tries = 0;
      const { durable } = await world.open(async (context) => {
        const attempt = (): Promise<Json> =>
          context.step('one', async () => {
            tries += 1;
            if (tries < 3) throw new Problem('tool_failed', 'no');
            return tries;
          });
        for (;;) {
          try {
            return await attempt();
          } catch {
            assert.equal(context.recorded('one'), undefined);
          }
        }
      });
      await durable.admit(run('a'));
      assert.equal((await durable.result('a'))?.output, 3);
    });

    test('work that stops the engine again and again without recording anything fails in the end', async (world) => {
      let current = await world.open(() => never, { retakes: 2 });
      await current.durable.admit(run('a'));
      for (let crashes = 0; crashes < 3; crashes += 1) {
        await current.crash();
        current = await world.reopen(() => never, { retakes: 2 });
      }
      const ended = await current.durable.result('a');
      assert.deepEqual([ended?.state, ended?.error?.type], ['failed', 'interrupted']);
    });
  });

  describe('time and signals', () => {
    test('a pause lasts from the first time it was asked for, through a crash', async (world) => {
      const work: Work = async (context) => {
        await context.pause('nap', 300);
        return null;
      };
      const first = await world.open(work);
      await first.durable.admit(run('a'));
      await waiting(first, 'a');
      const began = Date.now();
      await first.crash();
      const { durable } = await world.reopen(work);
      assert.equal((await durable.result('a'))?.state, 'succeeded');
      assert.ok(Date.now() - began < 1_500);
    });

    test('a signal that comes early is kept, and each is received once', async (world) => {
      const hold = gate();
      const { durable } = await world.open(async (context) => {
        await hold.opened;
        const one = await context.receive('first', 'news');
        const two = await context.receive('second', 'news');
        const other = await context.receive('third', 'other', { timeoutMs: 20 });
        return [one?.payload ?? null, two?.payload ?? null, other === undefined];
      });
      await durable.admit(run('a'));
      const send = (payload: string, idempotencyKey: string): Promise<boolean> =>
        durable.signal('a', { topic: 'news', payload, idempotencyKey });
      assert.deepEqual(
        [await send('x', '1'), await send('again', '1'), await send('y', '2')],
        [true, false, true],
      );
      hold.open();
      assert.deepEqual((await durable.result('a'))?.output, ['x', 'y', true]);
      assert.equal(await send('late', '3'), false);
      assert.equal(await durable.signal('unknown', { topic: 't', payload: 1, idempotencyKey: '1' }), false);
    });

    test('what was received stays received, and who waits shows it', async (world) => {
      const received: Json[] = [];
      const work: Work = async (context) => {
        const one = await context.receive('first', 'news');
        received.push(one?.payload ?? null);
        const two = await context.receive('second', 'news');
        return [one?.payload ?? null, two?.payload ?? null];
      };
      const first = await world.open(work);
      await first.durable.admit(run('a'));
      await waiting(first, 'a');
      await first.durable.signal('a', { topic: 'news', payload: 'x', idempotencyKey: '1' });
      await until(() => received.length === 1);
      await waiting(first, 'a');
      await first.crash();
      const { durable } = await world.reopen(work);
      await durable.signal('a', { topic: 'news', payload: 'y', idempotencyKey: '2' });
      assert.deepEqual((await durable.result('a'))?.output, ['x', 'y']);
    });

    test('a hundred that wait do not keep others from working', async (world) => {
      const { durable } = await world.open(async (context, { id }) => {
        if (id.startsWith('w')) await context.receive('r', 'never');
        return id;
      });
      for (let index = 0; index < 100; index += 1) await durable.admit(run(`w${index}`));
      await durable.admit(run('new'));
      assert.equal((await durable.result('new'))?.output, 'new');
    });
  });

  describe('stopping', () => {
    test('what is cancelled ends as cancelled: at work, waiting for a signal, waiting for its turn', async (world) => {
      const { durable } = await world.open(async (context, { id }) => {
        if (id === 'waits') await context.receive('r', 'never');
        await untilAborted(context.signal);
        return null;
      });
      await durable.admit(run('works', { key: 'k' }));
      await durable.admit(run('queued', { key: 'k' }));
      await durable.admit(run('waits'));
      for (const id of ['queued', 'waits', 'works']) {
        assert.equal(await durable.cancel(id, new Problem('cancelled', 'stop')), true);
        const ended = await durable.result(id);
        assert.deepEqual(
          [ended?.state, ended?.error],
          ['cancelled', { type: 'cancelled', message: 'stop' }],
          id,
        );
        assert.equal(await durable.cancel(id, new Problem('cancelled', 'again')), false);
      }
      assert.equal(await durable.cancel('unknown', new Problem('cancelled', 'stop')), false);
    });

    test('a cancellation that was acknowledged holds through a crash', async (world) => {
      const first = await world.open(() => never);
      await first.durable.admit(run('a'));
      await first.durable.cancel('a', new Problem('cancelled', 'stop'));
      await first.crash();
      const { durable } = await world.reopen(async () => 'ran again');
      assert.equal((await durable.result('a'))?.state, 'cancelled');
    });

    test('closing leaves work without an outcome to the next start', async (world) => {
      const first = await world.open((context) => untilAborted(context.signal));
      await first.durable.admit(run('a'));
      await first.close();
      const { durable } = await world.reopen(async () => 'done');
      assert.equal((await durable.result('a'))?.output, 'done');
    });

    test('what failed is done again under a new id, with the records that are kept', async (world) => {
      const done: string[] = [];
      let fails = true;
      const { durable } = await world.open(async (context) => {
        for (const key of ['one', 'two', 'three'])
          await context.step(key, async () => {
            done.push(key);
            if (key === 'three' && fails) throw new Problem('tool_failed', 'no');
            return key;
          });
        return 'ok';
      });
      await durable.admit(run('a'));
      await durable.result('a');
      fails = false;
      assert.equal((await durable.redrive('a', 'b', (key) => key === 'one')).created, true);
      assert.equal((await durable.result('b'))?.output, 'ok');
      assert.deepEqual(done, ['one', 'two', 'three', 'two', 'three']);
      assert.equal((await durable.result('a'))?.state, 'failed');
      await assert.rejects(
        durable.redrive('b', 'c'),
        (thrown) => thrown instanceof Problem && thrown.code === 'conflict',
      );
      await assert.rejects(
        durable.redrive('unknown', 'c'),
        (thrown) => thrown instanceof Problem && thrown.code === 'not_found',
      );
    });
  });
}

interface Worlds {
  open(work: Work, more?: Partial<Worker>): Promise<DurableWorld>;
  reopen(work: Work, more?: Partial<Worker>): Promise<DurableWorld>;
}

const never = new Promise<never>(() => undefined);

const worker: Omit<Worker, 'work'> = {
  started: ({ id, input, hash, name }, records) =>
    records === undefined
      ? { runId: id, type: 'run_start', data: { workflow: name, input, hash } }
      : { runId: id, type: 'run_resume', data: { checkpoints: records } },
  ended: ({ id }, { state, output, error, usage }) => ({
    runId: id,
    type: 'run_end',
    data: {
      state,
      ...(output === undefined ? {} : { output }),
      ...(error === undefined ? {} : { error }),
      usage: usage ?? noUsage,
    },
  }),
};

function run(id: string, more: Partial<NewExecution> = {}): NewExecution {
  return { id, kind: 'run', name: 'flow', key: '', input: null, hash: 'h', ...more };
}

function gate(): { readonly opened: Promise<void>; open(): void } {
  let openIt: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => (openIt = resolve));
  return { opened, open: () => openIt() };
}

/** A few turns of the event loop. */
async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await turns(1);
}

/** Until an execution is stored as waiting. */
function waiting(world: DurableWorld, id: string): Promise<void> {
  return until(async () => (await world.get(id))?.state === 'waiting');
}

/** Until what is in flight of so many records is on disk: writes are in order, so a further one is behind them. */
async function settled(world: DurableWorld, id: string, records: number): Promise<void> {
  await turns(20 * records);
  await world.durable.signal(id, { topic: 'settled', payload: null, idempotencyKey: 'settled' });
}

function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    const stop = (): void => reject(signal.reason as Error);
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
}
