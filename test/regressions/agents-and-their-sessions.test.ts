import { expect } from 'chai';
import { textOf } from '../../engine/core/message.ts';
import {
  createAgent,
  defineAgentProfile,
  extendAgentProfile,
  isCreatedAgent,
} from '../../engine/code/define-agent.ts';
import { all, closeEngines, engineOf, failureOf, linesOf } from '../engine/kit.ts';

const agent = (more = ''): string => `---\ndescription: A.\nmodel: openai/m\n${more}---\n\nYou are it.\n`;

// What agent frameworks got wrong before us, or must get right.
describe('regressions: agents and their sessions', () => {
  afterEach(closeEngines);

  it('an agent in code is known as one, also that of another copy of the engine, and nothing else is', () => {
    const made = createAgent(() => ({ instructions: 'x' }));
    expect(isCreatedAgent(made)).to.equal(true);
    for (const other of [undefined, null, 'x', {}, { describe: () => ({}) }, () => ({})])
      expect(isCreatedAgent(other), String(other)).to.equal(false);
    expect(() => createAgent('x' as never)).to.throw('described by a function or a map');
    expect(() => defineAgentProfile('x' as never)).to.throw('a profile is a map');
  });

  it('a profile in code is put behind, never changed, by what it is extended with', () => {
    const base = Object.freeze(
      defineAgentProfile({ model: 'openai/m', skills: ['a'], subagents: [], tools: ['read'] }),
    );
    const more = extendAgentProfile(base, { skills: ['b'], tools: ['write'] });
    expect(more).to.deep.equal({ ...base, skills: ['a', 'b'], tools: ['read', 'write'] });
    expect(base).to.deep.equal({ model: 'openai/m', skills: ['a'], subagents: [], tools: ['read'] });
  });

  it('a model gets the whole conversation in native roles, and what was just said once', async () => {
    const { engine, models } = await engineOf({ 'src/agents/a.md': agent() });
    const session = engine.agents.session('a', 'x');
    for (let turn = 1; turn <= 20; turn += 1) await session.prompt(`message ${turn}`);
    const sent = models.requests.at(-1)?.messages ?? [];
    expect(sent).to.have.length(39);
    expect(sent.filter((message) => textOf(message).includes('message 20'))).to.have.length(1);
    expect(linesOf(sent).slice(0, 2)).to.deep.equal(['user: message 1', 'assistant: ok']);
  });

  it('two handles of one session are one session: history, files and turns', async () => {
    const { engine } = await engineOf({
      'src/sandboxes/box.yaml': 'type: virtual\nwrite: true\n',
      'src/agents/a.md': agent('sandbox: box\n'),
    });
    const [one, two] = [engine.agents.session('a', 'x'), engine.agents.session('a', 'x', 'default')];
    await one.writeFile('f.txt', 'mine');
    expect(await two.readFile('f.txt')).to.equal('mine');
    await Promise.all([one.prompt('first'), two.prompt('second')]);
    expect(linesOf(await one.history())).to.deep.equal([
      'user: first',
      'assistant: ok',
      'user: second',
      'assistant: ok',
    ]);
  });

  it('aborting where nothing works says so, and a closed engine takes no more work', async () => {
    const { engine } = await engineOf({ 'src/agents/a.md': agent() });
    const session = engine.agents.session('a', 'x');
    expect(await session.abort()).to.equal(false);
    await session.prompt('Hi');
    expect(await session.abort()).to.equal(false);
    await engine.close();
    expect(await failureOf(session.prompt('Hi'))).to.include({ type: 'shutting_down' });
  });

  it('a helper that says "model: false" works with the model of who asks, never with that of the project', async () => {
    const { engine, models } = await engineOf({
      'engine.yaml': 'model: openai/project\n',
      'src/agents/a.md': agent('subagents: [bare]\n'),
      'src/profiles/bare.yaml': 'description: B.\nmodel: false\ninstructions: Bare.\n',
    });
    const session = engine.agents.session('a', 'x');
    await session.subagent('bare', 'Do it.');
    await session.subagent('bare', 'Do it.', { model: 'openai/other' });
    expect(models.requests.map(({ model, system }) => [model.id, system])).to.deep.equal([
      ['m', 'Bare.'],
      ['other', 'Bare.'],
    ]);
  });

  it('an operation has one id in all its events, and ends as it began', async () => {
    const { engine } = await engineOf({ 'src/agents/a.md': agent() });
    const events = await all(engine.agents.session('a', 'x', 's').stream('Hi'));
    const inside = events.filter(({ operationId }) => operationId !== undefined);
    expect(new Set(inside.map(({ operationId }) => operationId)).size).to.equal(1);
    expect(inside.map(({ type }) => type)).to.deep.equal([
      'operation_start',
      'turn_start',
      'text_delta',
      'turn_end',
      'operation_end',
    ]);
    for (const event of events)
      expect(event).to.include({ agent: 'a', instanceId: 'x', session: 's' });
    expect(events.at(-1)?.type).to.equal('submission_end');
  });

  it('a command of a program is told in events, and its failure is a result', async () => {
    const { engine } = await engineOf({
      'src/sandboxes/box.yaml': 'type: virtual\nwrite: true\nshell: true\n',
      'src/agents/a.md': agent('sandbox: box\n'),
    });
    const told: unknown[] = [];
    const ran = await engine.agents.session('a', 'x').shell('cat nothing', {
      onEvent: ({ type, data }) => told.push({ type, ...data }),
    });
    expect(ran.exitCode).to.equal(1);
    expect(told[0]).to.include({ type: 'operation_start', operation: 'shell', message: 'cat nothing' });
    expect(told[1]).to.deep.include({ type: 'operation_end', isError: false });
    expect(told[2]).to.include({ type: 'submission_end' });
  });

  it('a role is found in either folder of roles, and one that is nowhere stores nothing', async () => {
    const { engine, models } = await engineOf({
      'src/agents/a.md': agent(),
      'src/roles/one.md': '---\ndescription: x\n---\nOne.\n',
      '.agents/roles/two.md': '---\ndescription: x\nmodel: openai/two\n---\nTwo.\n',
    });
    const session = engine.agents.session('a', 'x');
    await session.prompt('Hi', { role: 'one' });
    await session.prompt('Hi', { role: 'two' });
    await session.prompt('Hi', { role: 'two', model: 'openai/mine' });
    expect(models.requests.map(({ model }) => model.id)).to.deep.equal(['m', 'two', 'mine']);
    expect(models.requests[1]?.system).to.contain('Two.').and.not.to.contain('One.');
    expect(await failureOf(session.prompt('Hi', { role: 'three' }))).to.include({ type: 'unknown_role' });
    expect(await session.history()).to.have.length(6);
  });
});
