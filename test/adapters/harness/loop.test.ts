import { expect } from 'chai';
import { turnLoop } from '../../../engine/adapters/harness/loop.ts';
import type { NewEvent } from '../../../engine/core/event.ts';
import type { Message } from '../../../engine/core/message.ts';
import type { HarnessContext } from '../../../engine/ports/harness.ts';
import { harnessContract } from '../../../engine/testing/harness-contract.ts';
import { startFakeServer, textReply, toolReply } from '../../fakes/openai-server.ts';
import { modelsOf, providerOf, userMessage, weatherTool } from '../model/kit.ts';

describe('the turn loop', () => {
  for (const { title, run } of harnessContract) it(title, () => run({ harness: turnLoop }));

  it('runs the tools of a real model over HTTP until it answers', async () => {
    const server = await startFakeServer(
      toolReply(
        { id: 'a', name: 'weather', fragments: ['{"city":', '"Oslo"}'] },
        { id: 'b', name: 'wether', fragments: ['{}'] },
      ),
      textReply('It is ', 'cold.'),
    );
    try {
      const events: NewEvent[] = [];
      const history: Message[] = [];
      const context: HarnessContext = {
        models: modelsOf({
          providers: { local: providerOf({ type: 'openai-compatible', baseUrl: server.baseUrl }) },
        }),
        emit: (event) => events.push(event),
        newTurnId: () => `t${events.length}`,
        append(message) {
          history.push(message);
          return Promise.resolve();
        },
        callTool: ({ toolCallId, toolName, input }) =>
          Promise.resolve({
            type: 'tool_result',
            toolCallId,
            toolName,
            output: { asked: input },
            isError: false,
          }),
        nextTurn: () => Promise.resolve([userMessage('Weather in Oslo?'), ...history]),
        isDone: () => false,
        makeRoom: () => Promise.resolve(false),
      };
      const result = await turnLoop.run(
        {
          model: { provider: 'local', id: 'fake', settings: {} },
          system: '',
          tools: [weatherTool],
          settings: {},
          maxTurns: 3,
          origin: { agent: 'triage' },
          signal: new AbortController().signal,
        },
        context,
      );
      expect(result).to.deep.equal({
        text: 'It is cold.',
        usage: {
          inputTokens: 40,
          outputTokens: 14,
          totalTokens: 54,
          cacheReadTokens: 16,
          cacheWriteTokens: 0,
          reasoningTokens: 6,
        },
        modelCalls: 2,
      });
      expect(events.map((event) => event.type)).to.deep.equal([
        'turn_start',
        'tool_input_delta',
        'tool_input_delta',
        'tool_input_delta',
        'turn_end',
        'tool_start',
        'tool_end',
        'turn_start',
        'text_delta',
        'text_delta',
        'turn_end',
      ]);
      expect(history[1]).to.deep.equal({
        role: 'tool',
        content: [
          {
            type: 'tool_result',
            toolCallId: 'a',
            toolName: 'weather',
            output: { asked: { city: 'Oslo' } },
            isError: false,
          },
          {
            type: 'tool_result',
            toolCallId: 'b',
            toolName: 'wether',
            output: 'no tool "wether"; did you mean "weather"?',
            isError: true,
          },
        ],
      });
      expect(server.requests).to.have.length(2);
    } finally {
      await server.close();
    }
  });
});
