import { expect } from 'chai';
import { openMemoryStore } from '../../engine/adapters/store/memory.ts';
import { noUsage, textOf, type Message } from '../../engine/core/message.ts';
import { findCut } from '../../engine/session/compaction/compaction-cut.ts';
import { loadHistory, type History, type UserMessage } from '../../engine/session/history.ts';

const user = (text: string): UserMessage => ({ role: 'user', content: [{ type: 'text', text }] });
const said = (text: string): Message => ({ role: 'assistant', content: [{ type: 'text', text }] });
const long = 'word '.repeat(200);

describe('sessions: where a conversation is cut', () => {
  let history: History;
  const documents = openMemoryStore().documents;
  let sessions = 0;
  beforeEach(async () => (history = await loadHistory(documents, `a.x.s${(sessions += 1)}`)));

  it('what others said to the work under way stays in their words too, and a long request loses its middle', async () => {
    await history.ask(user(`Begin here. ${long.repeat(20)} End there.`), 'one');
    await history.append(said(long));
    await history.join(user('And mind the gap.'), 'sub1');
    await history.append(said(long));
    const request = findCut(history.context, 100, true)?.request ?? '';
    expect(request).to.match(/^Begin here\./);
    expect(request).to.match(/characters left out …\n[^]*And mind the gap\.$/);
    expect(request.length).to.be.lessThan(500);
  });

  it('between operations nothing is being asked', async () => {
    await history.ask(user(long), 'one');
    await history.append(said(long));
    expect(findCut(history.context, 300, false)).to.deep.equal({ index: 1, request: undefined });
  });

  it('whole turns stay where they fit, and the last message stays whatever its size', async () => {
    for (const name of ['one', 'two', 'three']) {
      await history.ask(user(`${name} ${long}`), name);
      await history.append(said(long));
    }
    await history.ask(user(long.repeat(5)), 'four');
    expect(findCut(history.context, 100, true)?.index).to.equal(6);
    expect(findCut(history.context, 1_400, true)?.index).to.equal(6);
    expect(findCut(history.context, 1_900, true)?.index).to.equal(4);
    expect(findCut(history.context, 10_000, true)).to.equal(undefined);
  });

  it('a note that points to no summary is not followed', async () => {
    const key = `a.x.s${sessions}`;
    for (let at = 0; at < 80; at += 1) await history.ask(user(`m${at}`), `op${at}`);
    await documents.set('entries', `${key}.head`, { at: 78, from: 77 });
    const { context } = await loadHistory(documents, key);
    expect(context.messages.map(textOf)).to.deep.equal(Array.from({ length: 80 }, (_, at) => `m${at}`));
  });

  it('a summary that cannot be stored changes nothing', async () => {
    const key = `a.x.s${sessions}`;
    await history.ask(user('one'), 'one');
    await history.append(said('ok'));
    let isFull = true;
    const set: typeof documents.set = (...write) =>
      isFull ? Promise.reject(new Error('the disk is full')) : documents.set(...write);
    const other = await loadHistory({ ...documents, set }, key);
    const before = [...other.context.messages];
    const draft = {
      reason: 'manual',
      summary: 's',
      text: 's',
      from: 2,
      operation: 'two',
      model: 'm',
    } as const;
    const counts = {
      usage: noUsage,
      calls: 1,
      tokensBefore: 2,
      tokensAfter: 1,
      messagesBefore: 2,
      messagesAfter: 1,
    };
    const failure: unknown = await other.compact({ ...draft, ...counts }).catch((thrown: unknown) => thrown);
    expect(failure).to.have.property('message', 'the disk is full');
    expect(other.context.messages).to.deep.equal(before);
    isFull = false;
    await other.committed().catch(() => undefined);
    await other.ask(user('two'), 'two');
    expect((await loadHistory(documents, key)).context.messages.map(textOf)).to.deep.equal([
      'one',
      'ok',
      'two',
    ]);
  });
});
