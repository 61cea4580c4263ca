import assert from 'node:assert/strict';
import { Problem } from '../../core/problem.ts';
import { noUsage } from '../../core/message.ts';
import { run, gate, waiting, type Test } from './world.ts';

/** What the contract promises of admission. */
export function admissionTests(test: Test): void {
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

  test('what is recorded from the first is there when the work begins, and of what was admitted before nothing is', async (world) => {
    const seen: unknown[] = [];
    const { durable } = await world.open(async (context, { id }) => {
      seen.push([id, context.recorded('?by')]);
      return null;
    });
    const asked = { idempotencyKey: 'k' };
    assert.equal(await durable.known(run('none', asked)), undefined);
    await durable.admit(run('a', asked), [['?by', 'ann']]);
    await durable.result('a');
    assert.equal((await durable.admit(run('b', asked), [['?by', 'bob']])).id, 'a');
    const { id, created } = (await durable.known(run('c', asked))) ?? {};
    assert.deepEqual({ id, created, seen }, { id: 'a', created: false, seen: [['a', 'ann']] });
    await assert.rejects(
      durable.known(run('other', { ...asked, input: 'other' })),
      (thrown) => thrown instanceof Problem && thrown.code === 'conflict',
    );
    assert.equal(await durable.known(run('without')), undefined);
  });

  test('what was admitted before is not done again, nor told of, also when its session is busy', async (world) => {
    const hold = gate();
    const done: string[] = [];
    const { durable, events } = await world.open(
      async (_context, { id }) => {
        await hold.opened;
        done.push(id);
        return id;
      },
      { queued: ({ id }, position) => ({ runId: id, type: 'submission_queued', data: { position } }) },
    );
    const asked = { key: 'session', idempotencyKey: 'k' };
    await durable.admit(run('r1', asked));
    const again = durable.admit(run('r2', asked));
    hold.open();
    const { id, created } = await again;
    assert.deepEqual({ id, created }, { id: 'r1', created: false });
    await durable.admit(run('r3', { key: 'session' }));
    await durable.result('r3');
    assert.deepEqual(done, ['r1', 'r3']);
    assert.deepEqual(await events('r2'), []);
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

  test('what was admitted before under its id is not done again, whether it has ended or not', async (world) => {
    const done: string[] = [];
    const first = await world.open(async (context, { id }) => {
      await context.step('pay', async () => done.push(id));
      if (id === 'open') await context.receive('r', 'go');
      return done.length;
    });
    await first.durable.admit(run('open'));
    await waiting(first, 'open');
    await first.durable.admit(run('ended'));
    await first.durable.result('ended');
    for (const id of ['ended', 'open']) assert.equal((await first.durable.admit(run(id))).created, false, id);
    const events = (await first.events('ended')).length;
    await first.crash();
    const { durable, ...next } = await world.reopen(async (context, { id }) => {
      await context.step('pay', async () => done.push(`${id} again`));
      return 'went on';
    });
    assert.equal((await durable.admit(run('ended'))).created, false);
    assert.equal((await durable.admit(run('open'))).created, false);
    assert.equal((await durable.result('open'))?.output, 'went on');
    await durable.idle();
    assert.deepEqual(done, ['open', 'ended']);
    assert.equal((await next.events('ended')).length, events);
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

  test('what is at work has its parts admitted while draining, and no more once it is stopped', async (world) => {
    const { durable } = await world.open(async () => 1);
    durable.drain();
    await durable.admit(run('a'), [], true);
    assert.equal((await durable.result('a'))?.state, 'succeeded');
    await durable.close();
    await assert.rejects(
      durable.admit(run('b'), [], true),
      (thrown) => thrown instanceof Problem && thrown.code === 'shutting_down',
    );
  });
}
