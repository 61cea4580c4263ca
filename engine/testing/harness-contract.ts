import assert from 'node:assert/strict';
import type { Message, ToolResultPart } from '../core/message.ts';
import { Problem } from '../core/problem.ts';
import type { Harness } from '../ports/harness.ts';
import { answer, asks, call, createWorld, question, says, usageOf, type Turn } from './harness-world.ts';

/** How the suite gets the harness under test. */
export interface HarnessSubject {
  readonly harness: Harness;
}

/** One promise of the harness port, for any test runner. */
export interface HarnessCase {
  readonly title: string;
  run(subject: HarnessSubject): Promise<void>;
}

/**
 * The contract every harness passes; models and tools are the suite's own.
 *
 * @example for (const { title, run } of harnessContract) it(title, () => run({ harness }))
 */
export const harnessContract: readonly HarnessCase[] = [
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
  {
    title: 'results keep the order of the calls whichever tool ends first',
    async run({ harness }) {
      const world = createWorld(asks(call('a', 'look', {}), call('b', 'touch', {})), says('Done.'));
      world.endFirst = 'b';
      await world.run(harness);
      assert.deepEqual(
        world.appended[1]?.content.map((part) => (part as ToolResultPart).toolCallId),
        ['a', 'b'],
      );
    },
  },
  {
    title: 'a tool that fails is answered to the model, not thrown',
    async run({ harness }) {
      const world = createWorld(asks(call('a', 'look', {})), says('Sorry.'));
      world.tool = (asked) => ({ ...answer(asked), output: 'broken', isError: true });
      const result = await world.run(harness);
      assert.equal(result.text, 'Sorry.');
      assert.deepEqual(world.appended[1], {
        role: 'tool',
        content: [
          { type: 'tool_result', toolCallId: 'a', toolName: 'look', output: 'broken', isError: true },
        ],
      });
    },
  },
  {
    title: 'a call of an unknown tool or with unreadable input gets an error and is not run',
    async run({ harness }) {
      const unreadable = { ...call('b', 'look', '{"at'), invalid: 'the input is not valid JSON' };
      const world = createWorld(asks(call('a', 'lok', {}), unreadable), says('Sorry.'));
      await world.run(harness);
      assert.deepEqual(
        world.log.filter((line) => line.startsWith('tool ')),
        [],
      );
      assert.deepEqual(
        world.appended[1]?.content.map((part) => {
          const { toolCallId, isError } = part as ToolResultPart;
          return [toolCallId, isError];
        }),
        [
          ['a', true],
          ['b', true],
        ],
      );
    },
  },
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
  {
    title: 'a tool that throws because of the signal ends the operation',
    async run({ harness }) {
      const world = createWorld(asks(call('a', 'look', {})), says('Seen.'));
      world.tool = () => {
        throw new Problem('aborted', 'stopped');
      };
      await throwsCode('aborted', () => world.run(harness));
      assert.deepEqual(ids(world.appended, 'tool_result'), []);
    },
  },
];

function ids(messages: readonly Message[], type: 'tool_call' | 'tool_result'): string[] {
  return messages.flatMap((message) =>
    message.content.flatMap((part) =>
      part.type === type && (part.type === 'tool_call' || part.type === 'tool_result')
        ? [part.toolCallId]
        : [],
    ),
  );
}

async function throwsCode(code: string, work: () => Promise<unknown>): Promise<void> {
  await assert.rejects(work, (thrown) => thrown instanceof Problem && thrown.code === code);
}

/** A turn that the model refuses because the conversation is too long. */
const tooLong: Turn = () => {
  throw new Problem('model_failed', 'prompt is too long', { details: { reason: 'context_overflow' } });
};
