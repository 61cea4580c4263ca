import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { createSystemClock } from '../../engine/adapters/clock/system.ts';
import { createSandboxes } from '../../engine/adapters/sandbox/sandboxes.ts';
import { openMemoryStore } from '../../engine/adapters/store/memory.ts';
import { problemCodes } from '../../engine/core/problem-codes.ts';
import { Problem } from '../../engine/core/problem.ts';
import type { Sandboxes } from '../../engine/ports/sandbox.ts';
import type { Store } from '../../engine/ports/store.ts';
import { all, closeEngines, engineOf, failureOf, gate, linesOf, type Answer } from '../engine/kit.ts';
import { expectWithin } from '../fakes/contention.ts';

const agent = (more = '', text = 'You are it.'): string =>
  `---\ndescription: An agent.\nmodel: openai/m\n${more}---\n\n${text}\n`;

const box = { 'src/sandboxes/box.yaml': 'type: virtual\nwrite: true\nshell: true\n' };
const echo = ({ messages }: { messages: Parameters<typeof linesOf>[0] }): Answer =>
  `${messages.length}: ${linesOf(messages).at(-1)}`;

// What agent frameworks got wrong before us.
describe('regressions: agents beside each other', () => {
  afterEach(closeEngines);

  it('two agents with the same instance id share neither history nor files', async () => {
    const { engine } = await engineOf({
      ...box,
      'src/agents/one.md': agent('sandbox: box\n'),
      'src/agents/two.md': agent('sandbox: box\n'),
    }, echo);
    const [one, two] = ['one', 'two'].map((name) => engine.agents.session(name, 'shared'));
    await one?.prompt('secret');
    await one?.writeFile('f.txt', 'mine');
    expect((await two?.prompt('hello'))?.text).to.equal('1: user: hello');
    expect(await two?.exists('f.txt')).to.equal(false);
  });

  it('names that are alike when letters are left out are different sessions', async () => {
    const { engine } = await engineOf({ 'src/agents/a.md': agent() }, echo);
    for (const id of ['a:b', 'a_b', 'a/b', 'ü', 'ö', '%', '%25', ' '])
      for (const session of ['x:y', 'x_y', 'é', 'è'])
        expect((await engine.agents.session('a', id, session).prompt('hello')).text).to.equal('1: user: hello');
    for (const id of ['..', '.', ''])
      expect(await failureOf((async () => engine.agents.session('a', id).prompt('hello'))())).to.have.property(
        'type',
        'invalid_request',
      );
  });

  it('a file written in one prompt is there in the next, and no prompt opens a sandbox of its own', async () => {
    let opened = 0;
    const real = createSandboxes({ projectRoot: process.cwd() });
    const sandboxes: Sandboxes = {
      open(spec, options) {
        opened += 1;
        return real.open(spec, options);
      },
    };
    const { engine } = await engineOf(
      { ...box, 'src/agents/a.md': agent('sandbox: box\nsubagents: [h]\n'), 'src/profiles/h.md': agent('', 'You help.') },
      ({ messages, system }): Answer => {
        const last = messages.at(-1);
        if (last?.role === 'tool') return JSON.stringify(last.content[0]?.output);
        if (system.startsWith('You help')) return 'helped';
        const [text] = linesOf(messages).slice(-1);
        if (text === 'user: task') return { calls: [{ tool: 'task', input: { prompt: 'x', agent: 'h' } }] };
        return text === 'user: write'
          ? { calls: [{ tool: 'write', input: { path: 'f.txt', content: 'kept' } }] }
          : { calls: [{ tool: 'read', input: { path: 'f.txt' } }] };
      },
      { ports: { sandboxes } },
    );
    const session = engine.agents.session('a', 'x');
    await session.prompt('write');
    await session.prompt('task');
    expect((await session.prompt('read')).text).to.contain('kept');
    await session.abort();
    expect(opened).to.equal(1);
  });

  it('a prompt to a busy session waits; where the agent refuses it, that is a conflict and no fault of the request', async () => {
    const { engine } = await engineOf({ 'src/agents/a.md': agent('busy: reject\n') }, async () => {
      await held.opened;
      return 'ok';
    });
    const held = gate();
    const session = engine.agents.session('a', 'x');
    const first = session.prompt('1');
    expect((await failureOf(session.prompt('2'))).type).to.equal('session_busy');
    expect(problemCodes.session_busy.status).to.equal(409);
    held.open();
    await first;
  });

  it('one agent that is stuck holds up no other, and messages that fail are found', async () => {
    const { engine } = await engineOf(
      { 'src/agents/stuck.md': agent('', 'Stuck.'), 'src/agents/free.md': agent('', 'Free.') },
      ({ system, messages }): Answer | Promise<Answer> => {
        if (system.startsWith('Stuck')) return new Promise<Answer>(() => undefined);
        if (linesOf(messages).at(-1) === 'user: break')
          throw new Problem('model_failed', 'the model broke');
        return 'ok';
      },
    );
    for (const text of ['1', '2', '3']) await engine.dispatch('stuck', { instance: 'x', message: text });
    const fine = await engine.dispatch('free', { instance: 'x', message: 'go' });
    const broken = await engine.dispatch('free', { instance: 'x', message: 'break' });
    expect((await engine.submissions.wait(fine.submissionId)).state).to.equal('succeeded');
    const record = await engine.submissions.wait(broken.submissionId);
    expect(record.state).to.equal('failed');
    expect(record.error?.type).to.be.a('string');
  });

  it('an agent that names no sandbox reaches nothing, and a virtual one no network', async () => {
    const { engine, models } = await engineOf({
      ...box,
      'src/agents/none.md': agent(),
      'src/agents/boxed.md': agent('sandbox: box\n'),
    });
    await engine.agents.session('none', 'x').prompt('hello');
    expect(models.requests[0]?.tools).to.deep.equal([]);
    const { stdout, exitCode } = await engine.agents
      .session('boxed', 'x')
      .shell('curl -s http://127.0.0.1:1/ || wget http://127.0.0.1:1/ || echo no network');
    expect({ stdout, exitCode }).to.deep.equal({ stdout: 'no network\n', exitCode: 0 });
  });

  it('a command can be aborted while it runs', async () => {
    const { engine } = await engineOf({ ...box, 'src/agents/a.md': agent('sandbox: box\n') }, () => ({
      calls: [{ tool: 'bash', input: { command: 'sleep 60' } }],
    }));
    const session = engine.agents.session('a', 'x');
    const began = performance.now();
    const failure = failureOf(
      session.prompt('Go', { onEvent: ({ type }) => void (type === 'tool_start' && session.abort('enough')) }),
    );
    expect(await failure).to.deep.equal({ type: 'aborted', message: 'enough' });
    expectWithin(performance.now() - began, 5000);
  });

  it('what a prompt writes does not grow with the history before it', async () => {
    let written = 0;
    const memory = openMemoryStore();
    const store: Store = {
      ...memory,
      documents: {
        ...memory.documents,
        set(namespace, key, value) {
          written += JSON.stringify(value).length;
          return memory.documents.set(namespace, key, value);
        },
      },
    };
    const { engine } = await engineOf({ 'src/agents/a.md': agent('compaction: false\n') }, () => 'ok', {
      store,
      // What a turn has written so far is kept when it takes a second.
      ports: { clock: { ...createSystemClock(), elapsed: () => 0 } },
    });
    const session = engine.agents.session('a', 'x');
    const sizes: number[] = [];
    for (let turn = 0; turn < 30; turn += 1) {
      written = 0;
      await session.prompt('hello');
      sizes.push(written);
    }
    expect(sizes.at(-1)).to.be.lessThan((sizes[1] ?? 0) + 50);
  });

  it('an agent and its helper may have the same tool', async () => {
    const { engine, models } = await engineOf(
      {
        'src/tools/look.ts':
          "export default { description: 'Looks.', inputSchema: { type: 'object' }, run: () => 'looked' };",
        'src/agents/a.md': agent('tools: [look]\nsubagents: [h]\n'),
        'src/profiles/h.md': agent('tools: [look]\n', 'You help.'),
      },
      ({ messages, system }): Answer => {
        if (messages.at(-1)?.role === 'tool') return 'done';
        return system.startsWith('You help')
          ? { calls: [{ tool: 'look' }] }
          : { calls: [{ tool: 'look' }, { tool: 'task', input: { prompt: 'x', agent: 'h' } }] };
      },
    );
    const session = engine.agents.session('a', 'x');
    await session.prompt('Go');
    expect(linesOf(await session.history())[2]).to.equal('tool: = "looked" = "done"');
    expect(models.requests).to.have.length(4);
  });

  it('each run of a workflow has conversations of its own', async () => {
    const { engine } = await engineOf(
      { 'src/agents/a.md': agent(), 'src/workflows/w.yaml': "steps: [{ id: ask, agent: a, message: 'hello' }]\noutput: '${{ steps.ask.output }}'\n" },
      echo,
    );
    for (let run = 0; run < 3; run += 1)
      expect((await engine.workflows.run('w', {})).output).to.equal('1: user: hello');
    expect((await engine.agents.session('a', 'default').prompt('hello')).text).to.equal('1: user: hello');
  });

  it('every event is plain JSON, whatever tools and helpers give', async () => {
    const { engine } = await engineOf(
      {
        'src/tools/odd.ts':
          "export default { description: 'Odd.', inputSchema: { type: 'object' }, run: () => ({ at: new Date(0), map: new Map([[1, 2]]), big: 10n, self() {} }) };",
        'src/agents/a.md': agent('tools: [odd]\n'),
      },
      ({ messages }): Answer => (messages.at(-1)?.role === 'tool' ? 'done' : { calls: [{ tool: 'odd' }] }),
    );
    for (const event of await all(engine.agents.session('a', 'x').stream('Go')))
      expect(JSON.parse(JSON.stringify(event))).to.deep.equal(event);
  });

  it('every package that is shipped with is named in one version', () => {
    const { dependencies } = JSON.parse(
      readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
    ) as { dependencies: Record<string, string> };
    for (const [name, version] of Object.entries(dependencies)) expect(version, name).to.match(/^\d+\.\d+\.\d+/);
  });
});
