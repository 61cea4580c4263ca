import { expect } from 'chai';
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { deepagents } from '../../engine/adapters/harness/deepagents/deepagents.ts';
import { harnessContract } from '../../engine/testing/index.ts';
import { projectOf } from '../fakes/project.ts';
import { all, closeEngines, engineOf, failureOf, linesOf, type Answer } from '../engine/kit.ts';

const root = process.env['ENGINE_OPTIONAL'] ?? '';
const harness = deepagents(root);

const project = {
  'engine.yaml': 'defaults: { sandbox: none }\n',
  'src/agents/a.md':
    '---\ndescription: An agent.\nmodel: openai/gpt-5\nharness: deepagents\ntools: [add, grep_logs]\nsecrets: []\n---\n\nYou plan.\n',
  'src/tools/add.ts': `export default {
    description: 'Adds.',
    inputSchema: { type: 'object', properties: { a: { type: 'number' }, b: { type: 'number', default: 1 } }, required: ['a'] },
    run: ({ a, b }) => ({ sum: a + b }),
  };`,
  'src/tools/grep_logs.ts':
    "export default { description: 'Searches logs.', inputSchema: { type: 'object' }, run: () => 'nothing' };",
};

describe('the deepagents harness', function () {
  // The first prompt loads its packages.
  this.timeout(60_000);
  for (const { title, run } of harnessContract) it(title, () => run({ harness }));
});

describe('agents on deepagents', () => {
  afterEach(closeEngines);

  const engineWith = (answers: readonly Answer[]): ReturnType<typeof engineOf> =>
    engineOf(project, answers, { harnesses: { deepagents: harness } });

  it('use the tools of the engine, with their checks, events and history', async () => {
    const { engine, models } = await engineWith([
      {
        calls: [
          { tool: 'add', input: { a: 'x' } },
          { tool: 'add', input: { a: 2 } },
        ],
      },
      'It is 3.',
    ]);
    const session = engine.agents.session('a', 'x');
    const events = await all(session.stream('2+1?'));
    expect(linesOf(await session.history())).to.deep.equal([
      'user: 2+1?',
      'assistant: add({"a":"x"}) add({"a":2})',
      'tool: ! "invalid input: /a must be number, got string \\"x\\"" = {"sum":3}',
      'assistant: It is 3.',
    ]);
    expect(events.map(({ type }) => type).filter((type) => !type.endsWith('_delta'))).to.deep.equal([
      ...['operation_start', 'turn_start', 'turn_end', 'tool_start', 'tool_start', 'tool_end', 'tool_end'],
      ...['turn_start', 'turn_end', 'operation_end', 'submission_end'],
    ]);
    expect(models.requests[0]?.system).to.match(/^You plan\.[^]*write_todos/);
  });

  it('plan and keep scratch files with the tools of deepagents, which are told and stored like any other', async () => {
    const todos = { todos: [{ content: 'Look', status: 'in_progress' }] };
    const { engine, models } = await engineWith([
      { calls: [{ tool: 'write_todos', input: todos }] },
      { calls: [{ tool: 'write_file', input: { file_path: '/notes.md', content: 'Tea is out.' } }] },
      { calls: [{ tool: 'read_file', input: { file_path: '/notes.md' } }] },
      'Done.',
    ]);
    const session = engine.agents.session('a', 'x');
    const events = await all(session.stream('Plan it'));
    const names = models.requests[0]?.tools.map(({ name }) => name) ?? [];
    expect(names).to.include.members(['add', 'grep_logs', 'write_todos', 'write_file']);
    expect(names).to.not.include('task').and.not.include('execute');
    const ends = events.flatMap((event) =>
      event.type === 'tool_end' ? [[event.data.tool, event.data.isError]] : [],
    );
    expect(ends).to.deep.equal([
      ['write_todos', false],
      ['write_file', false],
      ['read_file', false],
    ]);
    const history = linesOf(await session.history());
    expect(history[6])
      .to.match(/^tool: = /)
      .and.to.contain('Tea is out.');
    expect(history.at(-1)).to.equal('assistant: Done.');
  });

  it('go on with the history of the session, and give typed results', async () => {
    const { engine, models } = await engineWith(['Hi Ada.', '{"n": 1}']);
    const session = engine.agents.session('a', 'x');
    await session.prompt('I am Ada.');
    const result = { type: 'object', properties: { n: { type: 'number' } }, required: ['n'] };
    expect((await session.prompt('Count', { result })).output).to.deep.equal({ n: 1 });
    expect(linesOf(models.requests[1]?.messages ?? [])).to.deep.equal([
      'user: I am Ada.',
      'assistant: Hi Ada.',
      'user: Count',
    ]);
    expect(models.requests[1]?.outputSchema).to.deep.equal(result);
  });

  it('do not get the scratch files of deepagents beside the files of a sandbox', async () => {
    const { engine, models } = await engineOf(
      {
        'engine.yaml': 'defaults: { sandbox: virtual }\n',
        'src/agents/a.md': project['src/agents/a.md'].replace('tools: [add, grep_logs]\n', ''),
      },
      [{ calls: [{ tool: 'ls', input: {} }] }, 'Empty.'],
      { harnesses: { deepagents: harness } },
    );
    await engine.agents.session('a', 'x').prompt('Look');
    const names = models.requests[0]?.tools.map(({ name }) => name) ?? [];
    expect(names).to.include.members(['read', 'ls', 'grep', 'write_todos']);
    expect(names).to.not.include('write_file');
    expect(new Set(names).size).to.equal(names.length);
  });

  it('are stopped by an abort of the session, and work again', async () => {
    const { engine } = await engineOf(
      project,
      (_request, turn) => (turn === 1 ? new Promise<never>(() => undefined) : 'Here.'),
      { harnesses: { deepagents: harness } },
    );
    const session = engine.agents.session('a', 'x');
    const stopped = failureOf(
      session.prompt('Wait', {
        onEvent: ({ type }) => void (type === 'turn_start' && session.abort()),
      }),
    );
    expect((await stopped).type).to.equal('aborted');
    expect((await session.prompt('There?')).text).to.equal('Here.');
  });

  it('come from the packages that the project has installed', async () => {
    const files = { 'src/agents/a.md': project['src/agents/a.md'].replace('tools: [add, grep_logs]\n', '') };
    expect((await failureOf(engineOf(files))).message).to.match(/npm install deepagents/);
    const folder = projectOf(files);
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
    const { engine } = await engineOf(folder, ['Here.']);
    expect((await engine.agents.session('a', 'x').prompt('There?')).text).to.equal('Here.');
  });
});
