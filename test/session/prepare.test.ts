import { expect } from 'chai';
import { closeEngines, engineOf, failureOf } from '../engine/kit.ts';

const project = {
  'AGENTS.md': 'Project rule: be brief.\n',
  'CLAUDE.md': 'Claude rule: be kind.\n',
  'engine.yaml': `model: openai/config
models:
  alias: { model: anthropic/aliased, settings: { temperature: 0.1, topK: 5 } }
env: [CITY]
`,
  '.agents/roles/boss.md':
    '---\ndescription: Boss.\nmodel: openai/role\nthinking: high\nmodelSettings: { temperature: 0.7 }\n---\n\nYou lead {{agent.name}} in {{env.CITY}}.\n',
  '.agents/roles/plain.md': '---\ndescription: Plain.\n---\n\nBe plain.\n',
  '.agents/skills/guide/SKILL.md':
    '---\nname: guide\ndescription: How to guide.\n---\n\nGuide {{like}} this.\n',
  '.agents/skills/guide/references/table.md': 'A table.\n',
  'src/agents/a.md':
    '---\ndescription: A.\nmodel: openai/agent\nthinking: low\nmodelSettings: { temperature: 0.5, topP: 0.9 }\nskills: [guide]\n---\n\nYou are {{agent.name}} of {{instance.id}}.\n',
  'src/agents/config.md': '---\ndescription: Config.\n---\n\nYou are it.\n',
  'src/agents/never.md': '---\ndescription: Never.\nmodel: false\n---\n\nYou are it.\n',
  'src/agents/aliased.md':
    '---\ndescription: Aliased.\nmodel: alias\nmodelSettings: { temperature: 0.5 }\n---\n\nYou are it.\n',
  'src/agents/typed.md': `---
description: Typed.
inputSchema:
  type: object
  required: [title]
  additionalProperties: false
  properties: { title: { type: string }, level: { type: number, default: 2 } }
---

Judge {{input.title}} at level {{input.level}}.
`,
};
const env = { CITY: 'Rome', SECRET: 'no' };

describe('sessions: what a prompt is made of', () => {
  afterEach(closeEngines);

  it('the system prompt holds instructions, project instructions, skills and role, in this order', async () => {
    const { engine, models } = await engineOf(project, () => 'ok', { env });
    await engine.agents.session('a', 'x').prompt('Hi', { role: 'boss' });
    expect(models.requests[0]?.system).to.equal(
      [
        'You are a of x.',
        'Project rule: be brief.',
        'Claude rule: be kind.',
        "Skills hold instructions for particular kinds of work. When the work matches a description, call the tool `load_skill` with the skill's name before you start, and follow what it says.\n\n- guide: How to guide.",
        'For this request you act in the role "boss".\n\nYou lead a in Rome.',
      ].join('\n\n'),
    );
  });

  it('the system prompt begins the same whatever the call brings, so that it can be cached', async () => {
    const { engine, models } = await engineOf(project, () => '1', { env });
    const session = engine.agents.session('a', 'x');
    await session.prompt('1');
    await session.prompt('2', { role: 'plain', result: { type: 'number' } });
    const [first, second] = models.requests.map(({ system }) => system);
    expect(second?.startsWith(first ?? '-')).to.equal(true);
  });

  it('load_skill gives a skill as it is written, and files of its folder', async () => {
    const call = (input: { name: string; file?: string }) => ({ calls: [{ tool: 'load_skill', input }] });
    const { engine } = await engineOf(
      project,
      [
        call({ name: 'guide' }),
        call({ name: 'guide', file: 'references/table.md' }),
        call({ name: 'guide', file: 'references/tabel.md' }),
        call({ name: 'guide', file: '../../../engine.yaml' }),
        call({ name: 'giude' }),
        'done',
      ],
      { env },
    );
    const session = engine.agents.session('a', 'x');
    await session.prompt('Go');
    const results = (await session.history()).flatMap((message) =>
      message.role === 'tool' ? message.content : [],
    );
    expect(results.map(({ output, isError }) => [isError, output])).to.deep.equal([
      [false, 'Guide {{like}} this.'],
      [false, 'A table.\n'],
      [true, 'no file "references/tabel.md" in skill "guide"; did you mean "references/table.md"?'],
      [true, 'no file "../../../engine.yaml" in skill "guide"; expected one of "references/table.md"'],
      [true, results[4]?.output],
    ]);
    expect(results[4]?.output).to.match(/^invalid input: .*"guide"/);
  });

  const choices: readonly [title: string, agent: string, options: object, chosen: unknown][] = [
    ['the agent beats the config', 'a', {}, ['openai/agent', { temperature: 0.5, topP: 0.9 }, 'low']],
    ['the config is the last', 'config', {}, ['openai/config', {}, undefined]],
    [
      'a role beats the agent',
      'a',
      { role: 'boss' },
      ['openai/role', { temperature: 0.7, topP: 0.9 }, 'high'],
    ],
    [
      'a role without a model changes none',
      'a',
      { role: 'plain' },
      ['openai/agent', { temperature: 0.5, topP: 0.9 }, 'low'],
    ],
    [
      'the call beats the role',
      'a',
      { role: 'boss', model: 'google/call', thinking: 'off' },
      ['google/call', { temperature: 0.7, topP: 0.9 }, 'off'],
    ],
    [
      'an alias brings its settings, which the agent beats',
      'aliased',
      {},
      ['anthropic/aliased', { temperature: 0.5, topK: 5 }, undefined],
    ],
    [
      'an agent without a model takes that of the call',
      'never',
      { model: 'alias' },
      ['anthropic/aliased', { temperature: 0.1, topK: 5 }, undefined],
    ],
  ];
  for (const [title, agent, options, chosen] of choices) {
    it(`model and settings: ${title}`, async () => {
      const { engine, models } = await engineOf(project, () => 'ok', { env });
      await engine.agents.session(agent, 'x').prompt('Hi', options);
      const { model, settings, thinking } = models.requests[0] ?? {};
      expect([`${model?.provider}/${model?.id}`, settings, thinking]).to.deep.equal(chosen);
    });
  }

  it('what cannot be done is refused before anything is stored', async () => {
    const { engine, models } = await engineOf(project, () => 'ok', { env });
    const ask = (agent: string, message: string, options = {}): Promise<unknown> =>
      failureOf(engine.agents.session(agent, 'x').prompt(message, options));
    expect(await ask('a', 'Hi', { role: 'bos' })).to.deep.equal({
      type: 'unknown_role',
      message: 'no role "bos"; did you mean "boss"?',
    });
    expect(await ask('never', 'Hi')).to.deep.equal({
      type: 'missing_model',
      message: 'agent "never" says "model: false": every call must name a model',
    });
    expect(await ask('a', 'Hi', { model: 'nope/x' })).to.have.property('type', 'missing_model');
    expect(await ask('a', ' ')).to.deep.equal({
      type: 'invalid_input',
      message: 'agent "a" needs a message',
    });
    expect(await ask('a', 'Hi', { input: { a: 1 } })).to.have.property('type', 'invalid_input');
    expect(await ask('typed', 'Hi', { input: { titel: 'x' } })).to.have.property('type', 'invalid_input');
    expect(await ask('typed', 'Hi')).to.have.property('type', 'invalid_input');
    expect(await engine.executions({})).to.deep.equal([]);
    expect(await engine.agents.session('a', 'x').history()).to.deep.equal([]);
    expect(models.requests).to.deep.equal([]);
  });

  it('a typed input fills the instructions, with defaults, and is the message when there is none', async () => {
    const { engine, models } = await engineOf(project, () => 'ok', { env });
    await engine.agents.session('typed', 'x').prompt('', { input: { title: 'This' } });
    expect(models.requests[0]?.system).to.match(/^Judge This at level 2\./);
    expect(models.requests[0]?.messages).to.deep.equal([
      { role: 'user', content: [{ type: 'text', text: '{\n  "title": "This",\n  "level": 2\n}' }] },
    ]);
    expect(models.requests[0]?.origin).to.deep.include({
      agent: 'typed',
      input: { title: 'This', level: 2 },
    });
  });

  it('images go with the message', async () => {
    const { engine, models } = await engineOf(project, () => 'ok', { env });
    await engine.agents
      .session('a', 'x')
      .prompt('Look', { images: [{ image: 'AAAA', mediaType: 'image/png' }] });
    expect(models.requests[0]?.messages[0]?.content).to.deep.equal([
      { type: 'text', text: 'Look' },
      { type: 'image', image: 'AAAA', mediaType: 'image/png' },
    ]);
  });
});
