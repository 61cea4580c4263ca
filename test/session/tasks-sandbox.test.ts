import { expect } from 'chai';
import { openMemoryStore } from '../../engine/adapters/store/memory.ts';
import { closeEngines, engineOf, linesOf, type Answer, type Call } from '../engine/kit.ts';

const agent = (more: string, text: string): string =>
  `---\ndescription: An agent.\nmodel: openai/m\n${more}---\n\n${text}\n`;

const project = {
  'src/sandboxes/box.yaml': 'type: virtual\nwrite: true\nshell: true\n',
  'src/sandboxes/looking.yaml': 'type: virtual\nshell: true\n',
  'src/agents/lead.md': agent('sandbox: box\nsubagents: [same, taker, looker, none, owner]\n', 'You lead.'),
  'src/profiles/same.md': agent('sandbox: box\n', 'You help.'),
  'src/profiles/taker.md': agent('tools: [read, ls, glob, write, bash, task]\n', 'You help.'),
  'src/profiles/looker.md': agent('sandbox: looking\nenv: { COLOUR: green }\n', 'You help.'),
  'src/profiles/none.md': agent('', 'You help.'),
  'src/agents/owner.md': agent('sandbox: none\n', 'You help.'),
  'src/agents/empty.md': agent('subagents: [same]\n', 'You lead.'),
};

const write = (path: string, content: string): Call => ({ tool: 'write', input: { path, content } });

/** What the tool calls of a helper come to, given a workspace with `a/f.txt` and `b/g.txt`. */
async function helped(task: Readonly<Record<string, unknown>>, calls: readonly Call[], lead = 'lead') {
  const results: string[] = [];
  const store = openMemoryStore();
  const { engine, models } = await engineOf(
    project,
    ({ system, messages }): Answer => {
      const last = messages.at(-1);
      const isDone = last?.role === 'tool';
      if (!system.startsWith('You lead')) {
        if (isDone) results.push(...last.content.map(({ output }) => JSON.stringify(output)));
        return isDone ? 'done' : { calls };
      }
      if (messages.length === 1 && lead === 'lead')
        return { calls: [write('a/f.txt', 'eff'), write('b/g.txt', 'gee')] };
      if (messages.length === (lead === 'lead' ? 3 : 1))
        return { calls: [{ tool: 'task', input: { prompt: 'Do it', ...task } }] };
      return 'over';
    },
    { store },
  );
  const session = engine.agents.session(lead, 'x');
  await session.prompt('Go');
  const tools = models.requests.find(({ system }) => !system.startsWith('You lead'))?.tools;
  return {
    results,
    store,
    tools: tools?.map(({ name }) => name),
    engine,
    history: linesOf(await session.history()),
  };
}

describe('sessions: files of tasks', () => {
  afterEach(closeEngines);

  for (const helper of ['same', 'taker'])
    it(`a helper ${helper === 'same' ? 'with the sandbox of its parent' : 'that names no sandbox'} works on the files of its parent`, async () => {
      const { results } = await helped({ agent: helper }, [
        { tool: 'read', input: { path: 'a/f.txt' } },
        write('c.txt', 'see'),
        { tool: 'bash', input: { command: 'cat */*.txt' } },
      ]);
      expect(results[0]).to.contain('eff');
      expect(results[2]).to.contain('"stdout":"effgee"');
    });

  it('a helper with a stricter sandbox sees the files and may do what both allow', async () => {
    const { results, tools } = await helped({ agent: 'looker' }, [
      { tool: 'read', input: { path: 'a/f.txt' } },
      { tool: 'bash', input: { command: 'echo x > a/f.txt' } },
    ]);
    expect(tools).to.include.members(['read', 'bash']).and.not.include('write');
    expect(results[0]).to.contain('eff');
    // The sandbox keeps its commands from writing too.
    expect(results[1]).to.match(/"stderr":"[^"]*EROFS[^"]*","exitCode":1/);
  });

  it('a helper whose sandbox is none has no files', async () => {
    expect(
      (await helped({ agent: 'owner' }, [{ tool: 'read', input: { path: 'a/f.txt' } }])).results,
    ).to.deep.equal(['"no tool \\"read\\""']);
  });

  it('where the parent has no files, a helper has its own, which are those of one task', async () => {
    const calls = [{ tool: 'bash', input: { command: 'ls; echo x > mine.txt; ls' } }];
    const { results, store } = await helped({ agent: 'same' }, calls, 'empty');
    expect(results[0]).to.contain('"stdout":"mine.txt\\n"');
    expect(await store.documents.keys('workspaces', { limit: 10 })).to.deep.equal([]);
  });

  it('a task about a folder starts there, and its file tools see nothing else', async () => {
    const { results } = await helped({ agent: 'taker', cwd: 'a' }, [
      { tool: 'read', input: { path: 'f.txt' } },
      { tool: 'read', input: { path: '../b/g.txt' } },
      { tool: 'read', input: { path: '/workspace/b/g.txt' } },
      { tool: 'glob', input: { pattern: '**/*.txt' } },
      write('new.txt', 'new'),
      write('../out.txt', 'out'),
      { tool: 'bash', input: { command: 'pwd; cat f.txt new.txt' } },
    ]);
    expect(results[0]).to.contain('eff');
    expect(results[1]).to.match(/is outside the sandbox; its workspace is .*\/a/);
    expect(results[2]).to.match(/outside/);
    expect(results[3]).to.contain('f.txt').and.not.contain('g.txt');
    expect(results[5]).to.match(/outside the sandbox/);
    expect(results[6]).to.match(/"stdout":"[^"]*\/a\\neffnew"/);
  });

  it('a task of a task about a folder stays inside of it', async () => {
    const inner: Call = { tool: 'task', input: { prompt: 'Inside', cwd: '..' } };
    const { results } = await helped({ agent: 'taker', cwd: 'a' }, [inner]);
    expect(results[0]).to.match(/is outside the sandbox/);
  });

  it('a task about a folder that is not there, or outside, is refused', async () => {
    const calls: readonly Call[] = [];
    expect((await helped({ agent: 'same', cwd: 'zzz' }, calls)).history[4]).to.equal(
      'tool: ! "there is no folder \\"zzz\\" in the workspace"',
    );
    expect((await helped({ agent: 'same', cwd: '/etc' }, calls)).history[4]).to.match(
      /^tool: ! "path .*outside the sandbox/,
    );
    expect((await helped({ agent: 'same', cwd: 'a/f.txt' }, calls)).history[4]).to.match(
      /^tool: ! "there is no folder/,
    );
  });
});
