import { expect } from 'chai';
import { openMemoryStore } from '../../engine/adapters/store/memory.ts';
import { noUsage } from '../../engine/core/message.ts';
import type { ModelRequest, Models } from '../../engine/ports/model.ts';
import { closeEngines, engineOf, fakeModels } from '../engine/kit.ts';

const look = "export default { description: 'Looks.', inputSchema: { type: 'object' }, run: () => 'seen' };";
const project = {
  'AGENTS.md': 'Be brief.',
  'src/agents/a.md':
    '---\ndescription: An agent.\nmodel: openai/gpt-5\ntools: [look, later]\nskills: [s]\n---\n\nYou are {{instance.id}}.\n',
  'src/tools/look.ts': look,
  'src/tools/later.ts': look,
  'src/skills/s/SKILL.md': '---\nname: s\ndescription: A skill.\n---\n\nDo it.\n',
};

/** What a provider's prompt cache sees of a call. */
const headOf = ({ system, tools }: ModelRequest): string => JSON.stringify([system, tools]);

describe('sessions: the beginning of a prompt', () => {
  afterEach(closeEngines);

  it('is the same from call to call, byte for byte, within prompts, between them and after a restart', async () => {
    const answering = ({ messages }: ModelRequest) =>
      messages.at(-1)?.role === 'user' ? { calls: [{ tool: 'look', input: { b: 1, a: 2 } }] } : 'ok';
    const store = openMemoryStore();
    const first = await engineOf(project, answering, { store });
    for (const message of ['one', 'two']) await first.engine.agents.session('a', 'x').prompt(message);
    const second = await engineOf(project, answering, { store });
    await second.engine.agents.session('a', 'x').prompt('three');
    const requests = [...first.models.requests, ...second.models.requests];
    expect(requests).to.have.length(6);
    for (const [at, request] of requests.entries()) {
      expect(headOf(request)).to.equal(headOf(requests[0] as ModelRequest));
      const before = JSON.stringify(requests[at - 1]?.messages ?? []).slice(0, -1);
      expect(JSON.stringify(request.messages).startsWith(before)).to.equal(true);
    }
  });

  it('changes with a summary only, and is the same again from then on', async () => {
    const files = {
      ...project,
      'engine.yaml': 'compaction: { contextWindowTokens: 1200, reserveTokens: 300, keepRecentTokens: 200 }\n',
    };
    const models = fakeModels(() => 'ok');
    const { engine } = await engineOf(files, [], { ports: { models: uncounted(models) } });
    const session = engine.agents.session('a', 'x');
    for (let at = 0; at < 12; at += 1) await session.prompt(`${at} ${'word '.repeat(120)}`);
    const calls = models.requests.filter(({ origin }) => origin.turn > 0);
    let changes = 0;
    calls.slice(1).forEach((request, at) => {
      const before = JSON.stringify(calls[at]?.messages).slice(0, -1);
      if (!JSON.stringify(request.messages).startsWith(before)) changes += 1;
      expect(headOf(request)).to.equal(headOf(calls[at] as ModelRequest));
    });
    expect(changes).to.be.greaterThan(1);
    expect(changes).to.equal(models.requests.length - calls.length);
  });
});

/** Models of a provider that counts no tokens. */
function uncounted(models: Models): Models {
  return {
    async *stream(request) {
      for await (const event of models.stream(request))
        yield event.type === 'finish' ? { ...event, usage: noUsage } : event;
    },
  };
}
