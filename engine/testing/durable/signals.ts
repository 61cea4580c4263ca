import assert from 'node:assert/strict';
import type { Json } from '../../core/json.ts';
import { run, gate, until, waiting, type Test, type Work } from './world.ts';

/** What the contract promises of time and signals. */
export function signalsTests(test: Test): void {
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

  test('who waits for what others bring about shows it, and nothing of it is recorded', async (world) => {
    const hold = gate();
    let rounds = 0;
    const work: Work = (context) =>
      context.wait(async () => {
        rounds += 1;
        await hold.opened;
        return 'brought';
      });
    const first = await world.open(work);
    await first.durable.admit(run('a'));
    await waiting(first, 'a');
    await first.crash();
    hold.open();
    const { durable } = await world.reopen(work);
    assert.equal((await durable.result('a'))?.output, 'brought');
    assert.equal(rounds, 2);
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

  test('a signal that does not fit is looked at once, and left to who it fits, through a crash', async (world) => {
    const looked: Json[] = [];
    const fits = (payload: Json): boolean => {
      looked.push(payload);
      return typeof payload === 'number';
    };
    const work: Work = async (context) => {
      const number = await context.receive('first', 'news', { fits });
      const any = await context.receive('second', 'news');
      return [number?.payload ?? null, any?.payload ?? null];
    };
    const first = await world.open(work);
    await first.durable.admit(run('a'));
    await waiting(first, 'a');
    await first.durable.signal('a', { topic: 'news', payload: 'x', idempotencyKey: '1' });
    await until(() => looked.length === 1);
    await first.durable.signal('a', { topic: 'news', payload: 'y', idempotencyKey: '2' });
    await until(() => looked.length === 2);
    await waiting(first, 'a');
    await first.crash();
    const { durable } = await world.reopen(work);
    await durable.signal('a', { topic: 'news', payload: 1, idempotencyKey: '3' });
    assert.deepEqual((await durable.result('a'))?.output, [1, 'x']);
    assert.deepEqual(looked, ['x', 'y', 1]);
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
}
