import type { EngineEvent, EventData } from '../../engine/core/event.ts';
import { noUsage, textOf, type Message } from '../../engine/core/message.ts';
import type { ModelRequest, Models } from '../../engine/ports/model.ts';
import { estimateMessage, estimateText } from '../../engine/session/compaction/tokens.ts';
import { fakeModels, type Answer } from '../engine/kit.ts';

/** A window of 1000 tokens of which 800 may be used, 300 of them for what stays. */
export const small = 'contextWindowTokens: 1000, reserveTokens: 200, keepRecentTokens: 300';
export const agent = (compaction = `{ ${small} }`, more = ''): string =>
  `---\ndescription: An agent.\nmodel: openai/gpt-5\ncompaction: ${compaction}\n${more}---\n\nYou are it.\n`;
export const look = `export default {
  description: 'Looks.',
  inputSchema: { type: 'object' },
  run: ({ at }) => 'seen ' + at + ' ' + 'x'.repeat(400),
};`;

export const isSummary = ({ origin }: ModelRequest): boolean => origin.turn === 0;
export const lastText = ({ messages }: ModelRequest): string => textOf(messages.at(-1) as Message);

/** Says about so many tokens. */
export const long = (name: string, tokens = 200): string =>
  `${name} ${'word '.repeat(Math.ceil((tokens * 4) / 5))}`;

/** Models that count as a provider does, or not at all. */
export function counting(
  answering: (request: ModelRequest, turn: number) => Answer | Promise<Answer>,
  isCounted = true,
): { readonly requests: ModelRequest[]; readonly models: Models } {
  const fake = fakeModels(answering);
  return {
    requests: fake.requests,
    models: {
      async *stream(request) {
        for await (const event of fake.stream(request)) {
          if (event.type !== 'finish') yield event;
          else yield { ...event, usage: isCounted ? usageOf(request, event.message) : noUsage };
        }
      },
    },
  };
}

export function usageOf({ system, messages }: ModelRequest, answer: Message) {
  const inputTokens = estimateText(system) + messages.reduce((sum, one) => sum + estimateMessage(one), 0);
  const outputTokens = estimateMessage(answer);
  return { ...noUsage, inputTokens, outputTokens, totalTokens: inputTokens + outputTokens };
}

export type Compactions = EventData['compaction_end'][];

export function endsOf(events: readonly EngineEvent[]): Compactions {
  return events.flatMap((event) => (event.type === 'compaction_end' ? [event.data] : []));
}
