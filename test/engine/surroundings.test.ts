import { expect } from 'chai';
import type { Engine } from '../../engine/api.ts';
import { closeEngines, engineOf } from './kit.ts';

const files = {
  'engine.yaml': 'model: openai/gpt-5\n',
  'AGENTS.md': 'Of the project.\n',
  'repo/AGENTS.md': 'Of the repository.\n',
  'repo/lib/CLAUDE.md': 'Of the library.\n',
  'repo/lib/deep/x.txt': 'x\n',
  'repo/docs/x.txt': 'x\n',
  'repo/.agents/skills/tidy/SKILL.md': '---\nname: tidy\ndescription: Use it to tidy.\n---\nTidy up.\n',
  'repo/.agents/skills/tidy/references/list.md': 'brooms\n',
  'repo/.agents/skills/returns/SKILL.md': '---\nname: returns\ndescription: Another one.\n---\nNo.\n',
  'repo/.agents/skills/broken/SKILL.md': '---\nname: other\n---\n',
  '.agents/skills/returns/SKILL.md': '---\nname: returns\ndescription: Use it for returns.\n---\nAsk.\n',
  '.agents/roles/formal.md': '---\ndescription: x\n---\nBe formal.\n',
  'src/sandboxes/box.yaml': 'type: virtual\nworkspace: /work\nmounts: [{ from: repo, to: /work }]\n',
  'src/agents/worker.yaml':
    'instructions: Work.\nsandbox: box\ntools: [read, task, load_skill]\nskills: [returns]\n',
  'src/agents/plain.yaml': 'instructions: Plain.\nsandbox: box\n',
  'src/agents/bare.yaml': 'instructions: Bare.\n',
};

describe('engine: what a workspace says', () => {
  afterEach(closeEngines);

  async function systemOf(
    agent: string,
    options = {},
  ): Promise<{ engine: Engine; system: string; id: string }> {
    const { engine, models } = await engineOf(files);
    const { submissionId } = await engine.agents.session(agent, 'x').prompt('hi', options);
    return { engine, system: models.requests[0]?.system ?? '', id: submissionId };
  }

  it('its AGENTS.md comes behind that of the project, before skills and role', async () => {
    const { system } = await systemOf('worker', { role: 'formal' });
    const parts = [
      'Work.',
      'Of the project.',
      'Of the repository.',
      '- returns: Use it for returns.',
      '- tidy: Use it to tidy.',
      'Be formal.',
    ];
    const places = parts.map((part) => system.indexOf(part));
    expect(places).not.to.include(-1);
    expect(places).to.deep.equal([...places].sort((one, other) => one - other));
  });

  it('skills of the project are not replaced, and what is left out is told', async () => {
    const { engine, system, id } = await systemOf('worker');
    expect(system).not.to.contain('Another one');
    const logs = (await engine.submissions.events(id)).flatMap((event) =>
      event.type === 'log' ? [event.data.message] : [],
    );
    expect(logs).to.have.length(2);
    expect(logs.join('\n')).to.contain(
      'the skill "returns" of the workspace is not used: the project has one of this name',
    );
    expect(logs.join('\n')).to.contain('the skill "broken" of the workspace is not used:');
  });

  it('its skills are loaded on demand, with their files', async () => {
    const { engine, models } = await engineOf(files, ({ messages }) =>
      messages.length === 1
        ? {
            calls: [
              { tool: 'load_skill', input: { name: 'tidy' } },
              { tool: 'load_skill', input: { name: 'tidy', file: './references/list.md' } },
              { tool: 'load_skill', input: { name: 'tidy', file: '../returns/SKILL.md' } },
            ],
          }
        : 'ok',
    );
    await engine.agents.session('worker', 'x').prompt('hi');
    const results = models.requests[1]?.messages.at(-1);
    expect(results?.role === 'tool' ? results.content.map(({ output }) => output) : []).to.deep.equal([
      'Tidy up.',
      'brooms\n',
      'no file "../returns/SKILL.md" in skill "tidy"; expected one of "references/list.md"',
    ]);
  });

  it('who cannot load skills is not told of them, and who has no files of nothing', async () => {
    const { system } = await systemOf('plain');
    expect(system).to.contain('Of the repository.').and.not.to.contain('tidy');
    expect((await systemOf('bare')).system).to.equal('Bare.\n\nOf the project.');
  });

  it('for a task the nearest folder from its own upwards counts', async () => {
    const { engine, models } = await engineOf(files, ({ messages, system }, turn) => {
      if (messages.length > 1 || turn > 4) return 'ok';
      const at = ['lib', 'lib/deep', 'docs'];
      return system.includes('Of the repository') && turn === 1
        ? { calls: at.map((cwd) => ({ tool: 'task', input: { prompt: cwd, cwd } })) }
        : 'done';
    });
    await engine.agents.session('worker', 'x').prompt('hi');
    const told = Object.fromEntries(
      models.requests.slice(1, 4).map(({ messages, system }) => {
        const [first] = messages;
        const text = first?.content[0]?.type === 'text' ? first.content[0].text : '';
        return [text, ['library', 'repository'].filter((word) => system.includes(`Of the ${word}`))];
      }),
    );
    expect(told).to.deep.equal({ lib: ['library'], 'lib/deep': ['library'], docs: ['repository'] });
  });

  it('the prompt is the same from call to call, so that it can be cached', async () => {
    const { engine, models } = await engineOf(files);
    const session = engine.agents.session('worker', 'x');
    await session.prompt('one');
    await session.prompt('two');
    expect(models.requests[0]?.system).to.equal(models.requests[1]?.system);
  });
});
