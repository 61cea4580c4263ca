import assert from 'node:assert/strict';
import { Problem } from '../../core/problem.ts';
import { ids, throwsCode, type HarnessCase } from './case.ts';
import { answer, asks, call, createWorld, says, usageOf, type Turn } from './world.ts';

/** What ends an operation, and what does not. */
export const endCases: readonly HarnessCase[] = [
  {
    title: 'a model that still wants tools after the last turn is stopped, each of its calls answered',
    async run({ harness }) {
      const world = createWorld(asks(call('a', 'look', {})), asks(call('b', 'look', {})));
      await throwsCode('max_turns', () => world.run(harness, { maxTurns: 2 }));
      assert.equal(world.requests.length, 2);
      const asked = ids(world.appended, 'tool_call');
      assert.deepEqual(asked, ['a', 'b']);
      assert.deepEqual(ids(world.appended, 'tool_result'), asked);
    },
  },
  {
    title:
      'a tool that ends the operation ends it after its turn, the last one too, without another model call',
    async run({ harness }) {
      const world = createWorld(asks(call('a', 'look', {}), call('b', 'touch', {})));
      world.isDone = () => ids(world.appended, 'tool_result').includes('b');
      const result = await world.run(harness, { maxTurns: 1, endings: ['touch'] });
      assert.deepEqual(result, { text: '', usage: usageOf(1), modelCalls: 1 });
      assert.equal(world.requests.length, 1);
      assert.deepEqual(
        world.log.filter((line) => line.startsWith('tool ')),
        ['tool turn-1 b begins', 'tool turn-1 b ends'],
      );
      assert.deepEqual(ids(world.appended, 'tool_result'), ['a', 'b']);
    },
  },
  {
    title: 'a spent budget stops the operation before the next model call',
    async run({ harness }) {
      const world = createWorld(asks(call('a', 'look', {})), says('Seen.'));
      world.budget = 1;
      await throwsCode('limit_reached', () => world.run(harness));
      assert.equal(world.requests.length, 1);
    },
  },
  {
    title: 'a conversation too long for the model is made shorter and sent again',
    async run({ harness }) {
      const world = createWorld(tooLong, says('Short.'));
      world.room = [true];
      const result = await world.run(harness);
      assert.deepEqual(result, { text: 'Short.', usage: usageOf(1), modelCalls: 1 });
      assert.deepEqual(world.log.slice(0, 5), [
        'before 0 calls, 0 tokens',
        'turn_start turn-1',
        'turn_end turn-1 failed, 0 tools: ',
        'make room',
        'before 0 calls, 0 tokens',
      ]);
    },
  },
  {
    title: 'a conversation that cannot be made shorter ends the operation with what the model said',
    async run({ harness }) {
      const world = createWorld(tooLong, says('Short.'));
      await throwsCode('model_failed', () => world.run(harness));
      assert.equal(world.requests.length, 1);
    },
  },
  {
    title: 'a model that fails in the middle ends its turn with the text so far and appends nothing',
    async run({ harness }) {
      const world = createWorld(async function* () {
        yield { type: 'text_delta', text: 'Good ' };
        await Promise.resolve();
        throw new Problem('model_unavailable', 'gone');
      });
      await throwsCode('model_unavailable', () => world.run(harness));
      assert.deepEqual(world.log.slice(-2), [
        'text_delta turn-1 Good ',
        'turn_end turn-1 failed, 0 tools: Good ',
      ]);
      assert.deepEqual(world.appended, []);
    },
  },
  {
    title: 'the signal stops a turn in the middle; its turn_end says aborted and nothing is appended',
    async run({ harness }) {
      const stop = new AbortController();
      const world = createWorld(async function* ({ signal }) {
        yield { type: 'text_delta', text: 'Good ' };
        stop.abort(new Error('enough'));
        await Promise.resolve();
        if (signal.aborted) throw new Problem('aborted', 'stopped');
      });
      await throwsCode('aborted', () => world.run(harness, { signal: stop.signal }));
      assert.deepEqual(world.log.at(-1), 'turn_end turn-1 aborted, 0 tools: Good ');
      assert.deepEqual(world.appended, []);
    },
  },
  {
    title: 'the signal stops the operation between a tool and the next model call',
    async run({ harness }) {
      const stop = new AbortController();
      const world = createWorld(asks(call('a', 'look', {})), says('Seen.'));
      world.tool = (asked) => {
        stop.abort(new Error('enough'));
        return answer(asked);
      };
      await throwsCode('aborted', () => world.run(harness, { signal: stop.signal }));
      assert.equal(world.requests.length, 1);
    },
  },
];

/** A turn that the model refuses because the conversation is too long. */
const tooLong: Turn = () => {
  throw new Problem('model_failed', 'prompt is too long', { details: { reason: 'context_overflow' } });
};
