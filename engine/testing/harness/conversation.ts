import assert from 'node:assert/strict';
import { type HarnessCase } from './case.ts';
import { asks, call, createWorld, question, says, usageOf } from './world.ts';

/** What a harness says to models, and in which order it tells. */
export const conversationCases: readonly HarnessCase[] = [
  {
    title: 'an answer without tools ends the operation with its text and usage',
    async run({ harness }) {
      const world = createWorld(says('Good ', 'morning'));
      const result = await world.run(harness);
      assert.deepEqual(result, { text: 'Good morning', usage: usageOf(1), modelCalls: 1 });
      assert.deepEqual(world.log, [
        'before 0 calls, 0 tokens',
        'turn_start turn-1',
        'text_delta turn-1 Good ',
        'text_delta turn-1 morning',
        'turn_end turn-1 stop, 0 tools: Good morning',
        'append assistant: text',
      ]);
    },
  },
  {
    title: 'the assistant message is appended before its tools run, their results after, as one message',
    async run({ harness }) {
      const world = createWorld(asks(call('a', 'look', { at: 1 })), says('Seen.'));
      const result = await world.run(harness);
      assert.deepEqual(result, { text: 'Seen.', usage: usageOf(2), modelCalls: 2 });
      assert.deepEqual(world.log, [
        'before 0 calls, 0 tokens',
        'turn_start turn-1',
        'turn_end turn-1 tool_calls, 1 tools: ',
        'append assistant: tool_call',
        'tool turn-1 a begins',
        'tool turn-1 a ends',
        'append tool: a',
        'before 1 calls, 15 tokens',
        'turn_start turn-2',
        'text_delta turn-2 Seen.',
        'turn_end turn-2 stop, 0 tools: Seen.',
        'append assistant: text',
      ]);
    },
  },
  {
    title: 'each turn sends the system prompt, the tools and the whole conversation so far',
    async run({ harness }) {
      const world = createWorld(asks(call('a', 'look', {})), says('Seen.'));
      await world.run(harness);
      const [first, second] = world.requests;
      assert.deepEqual(first?.messages, [question]);
      assert.deepEqual(second?.messages, [question, ...world.appended.slice(0, 2)]);
      assert.deepEqual(
        // A harness may bring instructions and tools of its own, behind those of the task.
        world.requests.map(({ system, tools, origin }) => [
          system.slice(0, 'Be kind.'.length),
          tools.slice(0, 2).map((tool) => tool.name),
          origin.turn,
        ]),
        [
          ['Be kind.', ['look', 'touch'], 1],
          ['Be kind.', ['look', 'touch'], 2],
        ],
      );
    },
  },
];
