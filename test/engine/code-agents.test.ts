import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openSqliteStore } from '../../engine/adapters/store/sqlite.ts';
import type { Problem } from '../../engine/core/problem.ts';
import { createEngine } from '../../engine/engine.ts';
import { loadCode } from '../../engine/code/load-code.ts';
import { findingsOf, programOf, projectOf, temporaryFolder } from '../fakes/project.ts';
import { closeEngines, engineOf, failureOf, fakeModels, gate } from './kit.ts';

const files = {
  'engine.yaml': 'model: openai/gpt-5\nenv: [TEAM]\n',
  'src/agents/helper.ts': `import { createAgent } from 'flue-engine';
export default createAgent(({ agent, id, session, input, env }) => ({
  description: 'Helps.',
  model: 'anthropic/claude-haiku-4-5',
  instructions: \`\${agent} of \${id} in \${session} for \${env.TEAM}: {{not a template}} \${JSON.stringify(input)}\`,
  tools: ['look'],
  inputSchema: { type: 'object', required: ['n'], properties: { n: { type: 'number' } } },
}));
`,
  'src/agents/plain.ts': `export default () => ({ instructions: 'Be brief.' });\n`,
  'src/agents/wrong.ts': `export default () => ({ tools: ['lok'], maxTurn: 3 });\n`,
  'src/agents/tooly.ts': `export default () => ({ tools: [{ name: 'x', run() {} }] });\n`,
  'src/agents/nothing.ts': `export const agent = 1;\n`,
  'src/agents/throwing.ts': `export default () => { throw new Error('no luck'); };\n`,
  'src/tools/look.yaml':
    'type: node\nmodule: ./look.ts\ndescription: Looks.\ninputSchema: { type: object }\n',
  'src/tools/look.ts': `export default () => 'seen';\n`,
  'src/workflows/asks.yaml': 'steps: [{ id: ask, agent: helper, with: { n: 3 } }]\n',
};

describe('engine: agents in TypeScript', () => {
  afterEach(closeEngines);

  it('are part of a project without being imported', async () => {
    const program = await programOf({ ...files, 'src/agents/bomb.ts': 'throw new Error("imported");\n' });
    expect(Object.keys(program.agents)).to.include.members(['helper', 'plain', 'bomb']);
    expect(program.unavailable).to.deep.equal([]);
  });

  it('describe themselves for an instance and an input when they are prompted', async () => {
    const { engine, models } = await engineOf(
      files,
      (_request, turn) => (turn === 1 ? { calls: [{ tool: 'look' }] } : 'fine'),
      { env: { TEAM: 'red' } },
    );
    const session = engine.agents.session('helper', 'shop-1', 'main');
    const { text, model } = await session.prompt('go', { input: { n: 3 } });
    expect({ text, model }).to.deep.equal({ text: 'fine', model: 'anthropic/claude-haiku-4-5' });
    expect(models.requests[0]?.system).to.equal(
      'helper of shop-1 in main for red: {{not a template}} {"n":3}',
    );
    expect(models.requests[0]?.tools.map(({ name }) => name)).to.deep.equal(['look']);
    const failure = await failureOf(session.prompt('go', { input: { n: 'x' } }));
    expect(failure).to.deep.include({ type: 'invalid_input' });
  });

  it('need no createAgent, and take the model of the project', async () => {
    const { engine, models } = await engineOf(files);
    await engine.agents.session('plain', 'x').prompt('hi');
    expect(models.requests[0]).to.deep.include({ system: 'Be brief.' });
    expect(models.requests[0]?.model.id).to.equal('gpt-5');
  });

  it('are called by steps', async () => {
    const { engine, models } = await engineOf(files, () => 'said', { env: { TEAM: 'red' } });
    const { output } = await engine.workflows.run('asks');
    expect(output).to.equal('said');
    expect(models.requests[0]?.system).to.contain('{"n":3}');
  });

  it('what is wrong is said as for a file, with the key it stands at', async () => {
    const { engine } = await engineOf(files);
    const faultOf = async (name: string): Promise<string> =>
      (await failureOf(engine.agents.session(name, 'x').prompt('hi'))).message;
    const wrong = engine.agents.session('wrong', 'x').prompt('hi');
    const thrown = await wrong.then(
      () => undefined,
      (problem: Problem) => problem,
    );
    expect(thrown?.message).to.match(
      /^agent "wrong" \(src\/agents\/wrong\.ts\): tools\[0\]: no tool "lok"; did you mean "look"\? \(and 1 more\)$/,
    );
    expect(thrown?.details).to.deep.equal({
      faults: [
        'tools[0]: no tool "lok"; did you mean "look"?',
        'maxTurn: unknown key "maxTurn"; did you mean "maxTurns"?',
      ],
    });
    expect(await faultOf('tooly')).to.equal(
      'agent "tooly" (src/agents/tooly.ts): tools[0]: expected the name of a tool, found a map; tools in code are files in src/tools',
    );
    expect(await faultOf('nothing')).to.contain('has no default export createAgent(…)');
    expect(await faultOf('throwing')).to.equal('agent "throwing" (src/agents/throwing.ts): no luck');
  });

  it('a file that calls what flue-engine does not have is told so', async () => {
    const { engine } = await engineOf({
      'engine.yaml': 'model: openai/m\n',
      'src/agents/a.ts': `import { creatAgent } from 'flue-engine';\nexport default creatAgent({});\n`,
      'src/tools/t.ts': `import { createEngine } from 'flue-engine';\nexport default createEngine({});\n`,
      'src/agents/b.yaml': 'description: B.\ntools: [t]\n',
    });
    expect((await failureOf(engine.agents.session('a', 'x').prompt('hi'))).message).to.equal(
      'agent "a" (src/agents/a.ts): the file cannot be imported: "flue-engine" has no "creatAgent" for this file; did you mean "createAgent"?',
    );
    expect((await failureOf(engine.agents.session('b', 'x').prompt('hi'))).message).to.contain(
      '"flue-engine" has no "createEngine" for this file; ',
    );
  });

  it('start from profiles in code, by name or as they are, and have subagents', async () => {
    const { engine, models } = await engineOf(
      {
        'engine.yaml': 'model: openai/gpt-5\n',
        'src/profiles/careful.ts': `import { defineAgentProfile, extendAgentProfile } from 'flue-engine';
const base = defineAgentProfile({ thinking: 'high', subagents: ['clerk'] });
export default extendAgentProfile(base, { subagents: [{ name: 'inner', instructions: 'Inner.' }] });
`,
        'src/agents/boss.ts': `import { createAgent } from 'flue-engine';
export default createAgent({ profile: 'careful', instructions: 'Boss.' });
`,
        'src/agents/other.ts': `export default {
  profile: { maxTurns: 3, instructions: 'Base.' },
  subagents: [],
};
`,
        'src/agents/clerk.ts': `export default { description: 'Does the work.', instructions: 'Clerk.' };\n`,
      },
      ({ system, messages }) => {
        if (messages.length > 1) return 'done';
        const to = system === 'Boss.' ? 'inner' : system === 'Inner.' ? undefined : 'clerk';
        return to === undefined ? 'ok' : { calls: [{ tool: 'task', input: { agent: to, prompt: 'x' } }] };
      },
    );
    await engine.agents.session('boss', 'x').prompt('hi');
    expect(models.requests.map(({ system }) => system)).to.deep.equal(['Boss.', 'Inner.', 'Boss.']);
    expect(models.requests[0]?.thinking).to.equal('high');
    models.requests.length = 0;
    await engine.agents
      .session('other', 'x')
      .prompt('hi')
      .catch(() => undefined);
    expect(models.requests[0]?.system).to.equal('Base.');
  });

  it('a helper in code describes itself when it gets a task', async () => {
    const { engine, models } = await engineOf(
      {
        'engine.yaml': 'model: openai/gpt-5\n',
        'src/agents/boss.yaml': 'subagents: [clerk]\ninstructions: Boss.\n',
        'src/agents/clerk.ts': `export default ({ id }) => ({ instructions: 'Clerk of ' + id });\n`,
      },
      ({ system, messages }) =>
        system === 'Boss.' && messages.length === 1
          ? { calls: [{ tool: 'task', input: { agent: 'clerk', prompt: 'x' } }] }
          : 'done',
    );
    await engine.agents.session('boss', 'x').prompt('hi');
    expect(models.requests.map(({ system }) => system)).to.deep.equal(['Boss.', 'Clerk of x', 'Boss.']);
  });

  it('declared agents cannot start from a profile in code, and are told so', async () => {
    const found = await findingsOf({
      'engine.yaml': 'model: openai/gpt-5\n',
      'src/profiles/careful.ts': 'export default {};\n',
      'src/agents/boss.yaml': 'description: x\nextends: careful\n',
    });
    expect(found.join('\n')).to.contain(
      'profile "careful" is written in TypeScript, and only an agent in TypeScript can start from it',
    );
  });

  it('bring skills from folders, which the project must not have already', async () => {
    const folder = projectOf({
      'engine.yaml': 'model: openai/gpt-5\n',
      'know-how/returns/SKILL.md': '---\nname: returns\ndescription: Use it for returns.\n---\nAsk first.\n',
      'know-how/returns/references/a.md': 'tea\n',
      'src/agents/clerk.ts': `import { createAgent, loadSkill } from 'flue-engine';
export default createAgent({ skills: [loadSkill(new URL('../../know-how/returns', import.meta.url).pathname)] });
`,
    });
    const { engine, models } = await engineOf(folder, ({ messages }) =>
      messages.length === 1
        ? { calls: [{ tool: 'load_skill', input: { name: 'returns', file: 'references/a.md' } }] }
        : 'ok',
    );
    await engine.agents.session('clerk', 'x').prompt('hi');
    expect(models.requests[0]?.system).to.contain('- returns: Use it for returns.');
    expect(JSON.stringify(models.requests[1]?.messages)).to.contain('tea');
  });

  it('work that was accepted ends on what the agent said then, without asking it again', async () => {
    const folder = projectOf({
      'engine.yaml': 'model: openai/gpt-5\n',
      'src/agents/clerk.ts': `import { appendFileSync } from 'node:fs';
export default ({ id }) => {
  appendFileSync(new URL('../../asked', import.meta.url), 'x');
  return { instructions: 'Clerk of ' + id };
};
`,
    });
    const path = join(temporaryFolder(), 'engine.sqlite');
    const reached = gate();
    const hanging = fakeModels(async () => {
      reached.open();
      await new Promise(() => undefined);
      return '';
    });
    const first = await createEngine({
      project: folder,
      store: await openSqliteStore({ path }),
      ports: { models: hanging },
    });
    const { submissionId } = await first.dispatch('clerk', { instance: 'x', message: 'hi' });
    await reached.opened;
    await first.close();
    const models = fakeModels(() => 'done');
    const second = await createEngine({
      project: folder,
      store: await openSqliteStore({ path }),
      ports: { models },
    });
    expect((await second.submissions.wait(submissionId)).output).to.equal('done');
    expect(models.requests[0]?.system).to.equal('Clerk of x');
    await second.close();
    expect(readFileSync(join(folder, 'asked'), 'utf8')).to.equal('x');
  });

  it('are looked at by "validate --load-code", in full where they ask nothing', async () => {
    const all = {
      ...files,
      'src/profiles/odd.ts': 'export default [];\n',
      'src/profiles/good.ts': 'export default { maxTurns: 2 };\n',
      'src/workflows/empty.ts': 'export const x = 1;\n',
    };
    const found = await loadCode(await programOf(all));
    expect(found.map(({ file, message }) => `${file}: ${message}`)).to.have.members([
      'src/profiles/odd.ts: profile "odd" (src/profiles/odd.ts): the file has no default export defineAgentProfile(…)',
      'src/agents/wrong.ts: agent "wrong" (src/agents/wrong.ts): tools[0]: no tool "lok"; did you mean "look"? (and 1 more)',
      'src/agents/tooly.ts: agent "tooly" (src/agents/tooly.ts): tools[0]: expected the name of a tool, found a map; tools in code are files in src/tools',
      'src/agents/nothing.ts: agent "nothing" (src/agents/nothing.ts): the file has no default export createAgent(…)',
      'src/agents/throwing.ts: agent "throwing" (src/agents/throwing.ts): no luck',
      'src/workflows/empty.ts: workflow "empty" (src/workflows/empty.ts): the file has no export "run", a function of the context',
    ]);
  });

  it('what a description may not say is refused, as in a file', async () => {
    const bad: Readonly<Record<string, readonly [definition: string, fault: RegExp]>> = {
      blank: [`{ description: '' }`, /description: /],
      unknown: [`{ promptt: 'x' }`, /unknown key "promptt"/],
      thinking: [`{ thinking: 'much' }`, /thinking: /],
      twice: [`{ tools: ['look', 'look'] }`, /"look" stands twice in "tools"/],
      helpers: [`{ subagents: ['plain', 'plain'] }`, /"plain" stands twice in "subagents"/],
      nameless: [`{ subagents: [{ instructions: 'x' }] }`, /subagents\[0\]: a profile .* needs a "name"/],
      number: [`{ subagents: [3] }`, /subagents\[0\]: expected a name or a profile, found a number/],
      window: [`{ compaction: { keepRecentTokens: -1 } }`, /compaction\.keepRecentTokens: /],
      profiled: [`{ profile: { maxTurns: 0 } }`, /profiled-base: maxTurns: /],
      named: [`{ name: 'other' }`, /name: the name of the file, "named", is its name; found "other"/],
      list: [`[]`, /no default export createAgent/],
      cycle: [`(() => { const a = {}; a.env = a; return a; })()`, /env: /],
      sized: [`{ instructions: 7 }`, /instructions: /],
    };
    const agents = Object.entries(bad).map(([name, [definition]]) => [
      `src/agents/${name}.ts`,
      `export default ${definition};\n`,
    ]);
    const { engine } = await engineOf({
      ...files,
      ...(Object.fromEntries(agents) as Record<string, string>),
    });
    for (const [name, [, fault]] of Object.entries(bad)) {
      const { type, message } = await failureOf(engine.agents.session(name, 'x').prompt('hi'));
      expect(type, name).to.equal('invalid_project');
      expect(message, name).to.match(fault);
    }
  });

  it('nearer words win over those of the profile, lists are put behind its lists', async () => {
    const { engine, models } = await engineOf(
      {
        ...files,
        'src/tools/more.yaml':
          'type: node\nmodule: ./look.ts\ndescription: More.\ninputSchema: { type: object }\n',
        'src/profiles/base.yaml':
          'model: anthropic/claude-haiku-4-5\nthinking: high\ntools: [look]\ninstructions: Base.\n',
        'src/agents/near.ts': `export default async () => {
  await Promise.resolve();
  return { profile: 'base', tools: ['more'], instructions: 'Near.', compaction: false };
};
`,
        'src/agents/none.ts': `export default { profile: 'base', model: false };\n`,
      },
      () => 'ok',
    );
    await engine.agents.session('near', 'x').prompt('hi');
    const [request] = models.requests;
    expect(request?.tools.map(({ name }) => name)).to.deep.equal(['look', 'more']);
    expect(request).to.deep.include({ system: 'Near.', thinking: 'high' });
    const none = engine.agents.session('none', 'x');
    expect((await failureOf(none.prompt('hi'))).type).to.equal('missing_model');
    await none.prompt('hi', { model: 'openai/gpt-5' });
    expect(models.requests[1]?.model.id).to.equal('gpt-5');
  });

  it('work by skills in steps, and have the files they say', async () => {
    const { engine, models } = await engineOf({
      'engine.yaml': 'model: openai/gpt-5\n',
      '.agents/skills/returns/SKILL.md': '---\nname: returns\ndescription: Use it.\n---\nAsk first.\n',
      '.agents/skills/returns/a.md': 'tea\n',
      'src/agents/clerk.ts': `export default { instructions: 'Clerk.', sandbox: 'virtual' };\n`,
      'src/workflows/takes.yaml': 'steps: [{ id: a, skill: returns, agent: clerk }]\n',
    });
    expect((await engine.workflows.run('takes')).output).to.equal('ok');
    const [request] = models.requests;
    expect(request?.system).to.contain('Clerk.').and.to.contain('- returns: Use it.');
    expect(request?.tools.map(({ name }) => name)).to.include('load_skill');
    const session = engine.agents.session('clerk', 'x');
    expect(await failureOf(session.readFile('nothing.txt'))).to.deep.include({ type: 'sandbox_failed' });
  });
});
