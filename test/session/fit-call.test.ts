import { expect } from 'chai';
import type { ImagePart, Message } from '../../engine/core/message.ts';
import type { ModelRequest } from '../../engine/ports/model.ts';
import { fitCall } from '../../engine/session/fit-call.ts';

const image: ImagePart = { type: 'image', image: 'aGk=', mediaType: 'image/png' };
const said = (text: string, ...images: ImagePart[]): Message => ({
  role: 'user',
  content: [{ type: 'text', text }, ...images],
});
const answer: Message = { role: 'assistant', content: [{ type: 'text', text: 'Hi.' }] };

/** What a model that takes no images is sent. */
function sent(messages: readonly Message[]): ModelRequest {
  const request = { model: { provider: 'p', id: 'm', settings: {} }, system: '', messages, tools: [] };
  return fitCall(
    request as unknown as ModelRequest,
    { capabilities: { images: false }, configuredMaxOutput: undefined, priceFrom: undefined },
    { isStandIn: false, log: () => undefined },
  );
}

describe('a conversation for a model that takes no images', () => {
  it('is sent as it is when it has none', () => {
    const messages = [said('one'), answer, said('two')];
    expect(sent(messages).messages).to.equal(messages);
  });

  it('is one array as it grows, in which what was there stays the same', () => {
    const messages = [said('look', image), answer, said('two')];
    const first = sent(messages).messages;
    const before = [...first];
    messages.push(answer, said('three'));
    const second = sent(messages).messages;
    expect(second).to.equal(first);
    expect(before.every((message, index) => message === second[index])).to.equal(true);
    expect(second.map(({ content }) => content.map((part) => part.type))).to.deep.equal([
      ['text', 'text'],
      ['text'],
      ['text'],
      ['text'],
      ['text'],
    ]);
    expect(messages[0]).to.deep.equal(said('look', image));
  });

  it('is that of the messages as they are, when some were taken out', () => {
    const messages = [said('look', image), answer, said('two')];
    sent(messages);
    messages.splice(0, 2);
    expect(sent(messages).messages).to.equal(messages);
    messages.unshift(said('other', image), answer);
    expect(sent(messages).messages).to.deep.equal(sent([...messages]).messages);
  });
});
