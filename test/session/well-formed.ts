import { expect } from 'chai';
import type { Message } from '../../engine/core/message.ts';

/** Holds a conversation to what every provider wants: each call of a tool has one result, right behind it, and no result is without a call. */
export function expectWellFormed(messages: readonly Message[], what = 'the conversation'): void {
  for (const [place, message] of messages.entries()) {
    const calls =
      message.role === 'assistant'
        ? message.content.flatMap((part) => (part.type === 'tool_call' ? [part.toolCallId] : []))
        : [];
    const next = messages[place + 1];
    const results = next?.role === 'tool' ? next.content.map(({ toolCallId }) => toolCallId) : [];
    expect(results, `${what}, behind message ${place}`).to.deep.equal(calls);
  }
  expect(messages[0]?.role ?? 'user', what).to.equal('user');
}
