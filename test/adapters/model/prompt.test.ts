import { expect } from 'chai';
import { toPrompt } from '../../../engine/adapters/model/prompt.ts';
import type { Message } from '../../../engine/core/message.ts';
import { userMessage } from './kit.ts';

const silent: Message = { role: 'assistant', content: [{ type: 'text', text: '' }] };
const answer: Message = { role: 'assistant', content: [{ type: 'text', text: 'Hi.' }] };

describe('the prompt of a conversation', () => {
  it('has what users say one after the other in one message, also over a silent answer', () => {
    const prompt = toPrompt('', [userMessage('One'), silent, userMessage('Two'), answer]);
    expect(prompt.map(({ role, content }) => [role, content.length])).to.deep.equal([
      ['user', 2],
      ['assistant', 1],
    ]);
  });

  it('converts each message of a conversation that grows once, however often it is sent', () => {
    const messages = [userMessage('Hello'), answer];
    const before = toPrompt('Be kind.', messages);
    messages.push(userMessage('Weather?'));
    const after = toPrompt('Be brief.', messages);
    expect(before).to.have.length(3);
    expect(after.slice(1, 3).map((message, index) => message === before[index + 1])).to.deep.equal([
      true,
      true,
    ]);
    expect(after[0]).to.deep.equal({ role: 'system', content: 'Be brief.' });
  });

  it('is that of the messages as they are, whatever became of the array since it was sent', () => {
    const messages = [userMessage('Hello'), answer, userMessage('Weather?')];
    toPrompt('', messages);
    messages[0] = userMessage('Hi');
    expect(toPrompt('', messages)).to.deep.equal(toPrompt('', [...messages]));
    messages.length = 1;
    expect(toPrompt('', messages)).to.deep.equal(toPrompt('', [...messages]));
  });

  it('is the same after its last message was joined with another', () => {
    const messages = [userMessage('One')];
    const before = structuredClone(toPrompt('', messages));
    messages.push(userMessage('Two'));
    toPrompt('', messages);
    messages.pop();
    expect(toPrompt('', messages)).to.deep.equal(before);
  });
});
