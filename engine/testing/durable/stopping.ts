import assert from 'node:assert/strict';
import { Problem } from '../../core/problem.ts';
import { gate, never, run, until, untilAborted, waiting, type Test } from './world.ts';

/** What the contract promises of stopping. */
export function stoppingTests(test: Test): void {
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

  test('what would not be recorded any more is not begun', async (world) => {
    const began = gate();
    const done: string[] = [];
    const { durable } = await world.open(async (context) => {
      began.open();
      await untilAborted(context.signal).catch(() => undefined);
      return context.step('late', async () => done.push('late'));
    });
    await durable.admit(run('a'));
    await began.opened;
    await durable.close();
    assert.deepEqual(done, []);
  });

  test('a cancellation that was acknowledged holds through a crash', async (world) => {
    const first = await world.open(() => never);
    await first.durable.admit(run('a'));
    await first.durable.cancel('a', new Problem('cancelled', 'stop'));
    await first.crash();
    const { durable } = await world.reopen(async () => 'ran again');
    assert.equal((await durable.result('a'))?.state, 'cancelled');
  });

  test('what waits for another execution is at work as long as that one is', async (worlds) => {
    const hold = gate();
    const world = await worlds.open(async (context, { id }) => {
      if (id !== 'b') {
        return context.waitFor(async (tell) => {
          const called = id === 'top' ? 'a' : 'b';
          tell(called);
          return (await world.durable.result(called, context.signal))?.output ?? null;
        });
      }
      await context.receive('r', 'go');
      await context.step('work', async () => (await hold.opened, null));
      return 'done';
    });
    const { durable } = world;
    for (const id of ['b', 'a', 'top']) await durable.admit(run(id));
    for (const id of ['b', 'a', 'top']) await waiting(world, id);
    await durable.idle();
    assert.equal(await durable.signal('b', { topic: 'go', payload: null, idempotencyKey: 'g' }), true);
    await until(async () => (await world.get('b'))?.state === 'running');
    const idle = durable.idle();
    hold.open();
    await idle;
    assert.equal((await world.get('top'))?.output, 'done');
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
}
