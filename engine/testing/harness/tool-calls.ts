import assert from 'node:assert/strict';
import type { ToolResultPart } from '../../core/message.ts';
import { Problem } from '../../core/problem.ts';
import { ids, throwsCode, type HarnessCase } from './case.ts';
import { answer, asks, call, createWorld, says } from './world.ts';

/** What becomes of the calls of tools. */
export const toolCases: readonly HarnessCase[] = [
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
