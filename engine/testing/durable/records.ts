import assert from 'node:assert/strict';
import type { Json } from '../../core/json.ts';
import { Problem } from '../../core/problem.ts';
import { noUsage } from '../../core/message.ts';
import { never, run, until, settled, type Test, type Work } from './world.ts';

/** What the contract promises of records. */
export function recordsTests(test: Test): void {
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

  for (const [what, further, state] of [
    ['a tool call ended', { type: 'tool_end', data: { ...call, isError: false } }, 'running'],
    ['a last turn ended', { type: 'turn_end', data: { ...turn, toolCalls: 0 } }, 'running'],
    ['a turn asked for tools', { type: 'turn_end', data: { ...turn, toolCalls: 1 } }, 'failed'],
  ] as const)
    test(`work that stops the engine again and again, but not before ${what}, is ${state}`, async (world) => {
      let works = 0;
      const work: Work = async (context) => {
        context.emit({ ...further, runId: 'a' });
        await context.committed();
        works += 1;
        return never;
      };
      let current = await world.open(work, { retakes: 2 });
      await current.durable.admit(run('a'));
      const hasEnded = async (): Promise<boolean> => (await current.get('a'))?.state === 'failed';
      for (let crashes = 1; crashes <= 5; crashes += 1) {
        await until(async () => works >= crashes || (await hasEnded()));
        if (await hasEnded()) break;
        await current.crash();
        current = await world.reopen(work, { retakes: 2 });
      }
      await until(async () => works >= 6 || (await hasEnded()));
      assert.equal((await current.get('a'))?.state, state);
    });
}

const call = { tool: 'it', output: null, durationMs: 0 } as const;
const turn = { model: 'script/m', text: '', finish: 'stop', usage: noUsage } as const;
