import { expect } from 'chai';
import type { EngineEvent } from '../../engine/core/event.ts';
import { Problem } from '../../engine/core/problem.ts';
import type { ModelRequest } from '../../engine/ports/model.ts';
import { closeEngines, engineOf, failureOf, gate, linesOf } from '../engine/kit.ts';
import { agent, isSummary, lastText, long, counting } from './compaction-kit.ts';

describe('sessions: compaction on demand', () => {
  afterEach(closeEngines);

  it('leaves out the older half of a short conversation, with what the caller wants of the summary, in the order of prompts', async () => {
    const { opened: isAsked, open: asks } = gate();
    const { models, requests } = counting((request) => {
      if (lastText(request) === 'before') asks();
      return isSummary(request) ? 'In short.' : long('ok', 50);
    });
    const { engine } = await engineOf({ 'src/agents/a.md': agent('{}') }, [], { ports: { models } });
    const session = engine.agents.session('a', 'x');
    for (const at of [1, 2, 3]) await session.prompt(long(`m${at}`, 50));
    const events: EngineEvent[] = [];
    const before = session.prompt('before');
    await isAsked;
    const result = await session.compact({
      instructions: 'Keep names.',
      model: 'openai/gpt-5-mini',
      onEvent: (event) => events.push(event),
    });
    const after = session.prompt('after');
    await Promise.all([before, after]);
    expect(result).to.deep.include({
      compacted: true,
      summary: 'In short.',
      messagesBefore: 8,
      messagesAfter: 5,
    });
    expect(result.tokensAfter).to.be.lessThan(result.tokensBefore);
    expect(result.usage.totalTokens).to.be.greaterThan(100);
    expect(events.map(({ type }) => type)).to.deep.equal([
      'submission_queued',
      'operation_start',
      'compaction_start',
      'compaction_end',
      'operation_end',
      'submission_end',
    ]);
    expect(
      requests.map((request) => (isSummary(request) ? 'summary' : lastText(request).slice(0, 6))),
    ).to.deep.equal(['m1 wor', 'm2 wor', 'm3 wor', 'before', 'summary', 'after']);
    const request = requests.find(isSummary) as ModelRequest;
    expect(request.model.id).to.equal('gpt-5-mini');
    expect(lastText(request)).to.match(/\n\nKeep names\.$/);
    expect(requests.at(-1)?.messages).to.have.length(6);
    expect(await session.history()).to.have.length(10);
  });

  it('leaves out everything where nothing is to stay, and says so where there is nothing', async () => {
    const { models, requests } = counting((request) => (isSummary(request) ? 'In short.' : 'ok'));
    const { engine } = await engineOf({ 'src/agents/a.md': agent('false') }, [], { ports: { models } });
    const session = engine.agents.session('a', 'x');
    expect((await session.compact()).compacted).to.equal(false);
    await session.prompt('one');
    expect(await session.compact({ keepTokens: 0 })).to.deep.include({ compacted: true, messagesAfter: 1 });
    expect((await session.compact({ keepTokens: 0 })).compacted).to.equal(false);
    await session.prompt('two');
    expect(requests.at(-1)?.messages).to.have.length(2);
    expect(linesOf(await session.history())).to.deep.equal([
      'user: one',
      'assistant: ok',
      'user: two',
      'assistant: ok',
    ]);
  });

  it('that fails fails for who asked, and changes nothing', async () => {
    const { models, requests } = counting((request) => {
      if (!isSummary(request)) return 'ok';
      throw new Problem('model_refused', 'no');
    });
    const { engine } = await engineOf({ 'src/agents/a.md': agent('{}') }, [], { ports: { models } });
    const session = engine.agents.session('a', 'x');
    await session.prompt('one');
    expect(await failureOf(session.compact({ keepTokens: 0 }))).to.deep.equal({
      type: 'model_refused',
      message: 'no',
    });
    await session.prompt('two');
    expect(requests.at(-1)?.messages).to.have.length(3);
  });
});
