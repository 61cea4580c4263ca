import { jsonSchema, stepCountIs, streamText, tool } from 'ai';
import { instantModel } from './instant-models.ts';
import type { Subject } from './measure.ts';
import { system } from './start-engine.ts';
import { engineTurn } from './text-turn.ts';

/** Two model turns with a tool call between them: the AI SDK alone, and the engine. */
export async function toolLoops(): Promise<readonly Subject[]> {
  return [
    aiSdkLoop(),
    await engineTurn('engine, in memory', 'memory', 'adder'),
    await engineTurn('engine, durable (fsync)', 'sqlite', 'adder'),
  ];
}

function aiSdkLoop(): Subject {
  const model = instantModel();
  const add = tool({
    description: 'Adds two numbers.',
    inputSchema: jsonSchema<{ a: number; b: number }>({
      type: 'object',
      properties: { a: { type: 'number' }, b: { type: 'number' } },
      required: ['a', 'b'],
    }),
    execute: ({ a, b }) => a + b,
  });
  return {
    name: 'ai SDK alone (streamText)',
    async turn() {
      const { textStream } = streamText({
        model,
        system,
        messages: [{ role: 'user', content: 'Hello' }],
        tools: { add },
        stopWhen: stepCountIs(3),
      });
      let text = '';
      for await (const part of textStream) text += part;
      if (text === '') throw new Error('the loop ended without text');
      return text;
    },
  };
}
