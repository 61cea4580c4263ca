import { expect } from 'chai';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Engine } from '../../engine/api.ts';
import { compile } from '../../engine/compile.ts';
import type { Program } from '../../engine/program/program.ts';
import { isAlive } from '../adapters/mcp/world.ts';
import { programOf, projectOf, writeFiles, type Files } from '../fakes/project.ts';
import { closeEngines, engineOf, failureOf, gate, type Answering } from './kit.ts';

const helper = (say: string): string => `---\ndescription: Helps.\n---\n\nYou are ${say}.\n`;
const flow = (say: string): string =>
  `steps:\n  - { id: first, prompt: 'one ${say}' }\n  - { id: second, prompt: 'two ${say}' }\noutput: '\${{ steps.second.output }}'\n`;
const tool = (by: number): string =>
  `export default { description: 'Counts.', inputSchema: { type: 'object' }, run: () => ${by} };\n`;
const files: Files = {
  'engine.yaml': 'model: script/m\n',
  'src/models/m.yaml': 'default: { text: unused }\n',
  'src/agents/helper.md': helper('old'),
  'src/workflows/flow.yaml': flow('old'),
  'src/workflows/count.yaml':
    "steps:\n  - { id: counted, tool: counter }\noutput: '${{ steps.counted.output }}'\n",
  'src/tools/counter.ts': tool(1),
};

describe('engine.reload', () => {
  let folder: string;
  let engine: Engine;

  afterEach(closeEngines);

  const begin = async (answering: Answering = ({ system }) => system ?? ''): Promise<void> => {
    folder = projectOf(files);
    ({ engine } = await engineOf(folder, answering));
  };
  const edited = async (changes: Files): Promise<Program> => {
    writeFiles(folder, changes);
    const { program, diagnostics } = await compile(folder);
    if (program === undefined) throw new Error(JSON.stringify(diagnostics));
    return program;
  };

  it('what comes is about the new specs, also through a session that was opened before, whose history stays', async () => {
    await begin();
    const session = engine.agents.session('helper', 'one');
    expect((await session.prompt('Hi')).text).to.contain('You are old.');
    const done = await engine.reload(await edited({ 'src/agents/helper.md': helper('new') }));
    expect(done).to.deep.include({ added: [], changed: ['agent helper'], removed: [], needsRestart: [] });
    expect(done.hash).to.equal(engine.program.hash);
    expect((await session.prompt('Hi again')).text).to.contain('You are new.');
    expect((await session.history()).length).to.equal(4);
  });

  it('work under way ends on the specs it began with, and so does what waits behind it', async () => {
    const held = gate();
    const entered = gate();
    await begin(async ({ messages }) => {
      const part = messages.at(-1)?.content[0];
      const text = part?.type === 'text' ? part.text : '';
      if (text !== 'one old') return `heard ${text}`;
      entered.open();
      await held.opened;
      return 'first';
    });
    const run = engine.workflows.run('flow');
    await entered.opened;
    await engine.reload(await edited({ 'src/workflows/flow.yaml': flow('new') }));
    const later = engine.workflows.run('flow');
    held.open();
    expect((await run).output).to.equal('heard two old');
    expect((await later).output).to.equal('heard two new');
  });

  it('agents and workflows come and go', async () => {
    await begin();
    const more = await edited({ 'src/agents/second.md': helper('second') });
    expect((await engine.reload(more)).added).to.deep.equal(['agent second']);
    const second = engine.agents.session('second', 'one');
    expect((await second.prompt('Hi')).text).to.contain('second');
    rmSync(join(folder, 'src/agents/second.md'));
    expect((await engine.reload(await edited({}))).removed).to.deep.equal(['agent second']);
    expect(await failureOf(second.prompt('Hi'))).to.include({ type: 'agent_not_found' });
  });

  it('what is no Program is refused', async () => {
    await begin();
    const failure = await failureOf(engine.reload({ diagnostics: [] } as unknown as typeof engine.program));
    expect(failure).to.include({ type: 'invalid_request' });
    expect(failure.message).to.contain('needs a Program');
  });

  it('a Program of another folder is refused', async () => {
    await begin();
    const other = await programOf(files);
    expect(await failureOf(engine.reload(other))).to.include({ type: 'invalid_request' });
  });

  it('code is imported anew, or kept where the caller knows that it is the same', async () => {
    await begin();
    expect((await engine.workflows.run('count')).output).to.equal(1);
    writeFileSync(join(folder, 'src/tools/counter.ts'), tool(2));
    await engine.reload(await edited({}), { code: 'keep' });
    expect((await engine.workflows.run('count')).output).to.equal(1);
    await engine.reload(await edited({}));
    expect((await engine.workflows.run('count')).output).to.equal(2);
  });

  it('a Program that cannot be bound changes nothing', async () => {
    await begin();
    const before = engine.program;
    const program = await edited({
      'engine.yaml': 'model: script/m\nsecrets: { token: { env: NOT_SET, required: true } }\n',
    });
    expect(await failureOf(engine.reload(program))).to.include({ type: 'missing_secret' });
    expect(engine.program).to.equal(before);
    expect((await engine.agents.session('helper', 'one').prompt('Hi')).text).to.contain('old');
  });

  it('says what counts only at the next start, and keeps it as it was', async () => {
    await begin();
    const { path } = engine.program.settings.store;
    const program = await edited({
      'engine.yaml': 'model: script/m\nstore: { path: other.db }\nserver: { port: 9123 }\n',
    });
    const { needsRestart } = await engine.reload(program);
    expect(needsRestart).to.deep.equal(['server.port', 'store.path']);
    expect(engine.program.settings.store.path).to.equal(path);
    const told = {
      'engine.yaml': 'model: script/m\ntelemetry: { otlp: {}, content: true, metrics: false }\n',
    };
    expect((await engine.reload(await edited(told))).needsRestart).to.deep.equal([
      'telemetry.content',
      'telemetry.metrics',
      'telemetry.otlp',
    ]);
    const measured = { 'engine.yaml': 'model: script/m\ntelemetry: { metrics: false }\n' };
    expect((await engine.reload(await edited(measured))).needsRestart).to.deep.equal([]);
  });

  it('reloads are done in the order they were asked for', async () => {
    await begin();
    const programs = [];
    for (const say of ['a', 'b', 'c']) programs.push(await edited({ 'src/agents/helper.md': helper(say) }));
    await Promise.all(programs.map((program) => engine.reload(program)));
    expect((await engine.agents.session('helper', 'one').prompt('Hi')).text).to.contain('You are c.');
  });

  it('an MCP server whose settings changed ends, one that stays goes on', async () => {
    const odd = fileURLToPath(new URL('../adapters/mcp/odd-server.mjs', import.meta.url));
    const config = (how: object): string =>
      JSON.stringify({
        mcpServers: { odd: { command: process.execPath, args: [odd, JSON.stringify(how)] } },
      });
    folder = projectOf({
      'engine.yaml': config({}),
      'src/tools/pid.yaml': 'description: Says who it is.\ntype: mcp\nserver: odd\ntool: pid\n',
      'src/workflows/who.yaml':
        "steps:\n  - { id: asked, tool: pid, with: {} }\noutput: '${{ steps.asked.output }}'\n",
    });
    ({ engine } = await engineOf(folder));
    const pid = async (): Promise<number> => Number((await engine.workflows.run('who')).output);
    const first = await pid();
    await engine.reload(await edited({ 'src/roles/calm.md': '---\ndescription: Calm.\n---\n\nBe calm.\n' }));
    expect(await pid()).to.equal(first);
    await engine.reload(await edited({ 'engine.yaml': config({ other: 1 }) }));
    await untilEnded(first);
    expect(await pid()).not.to.equal(first);
  });

  it('schedules are those of the new Program', async () => {
    await begin();
    const schedule = 'cron: "0 3 * * *"\ntimezone: UTC\nworkflow: count\n';
    await engine.reload(await edited({ 'src/schedules/nightly.yaml': schedule }));
    expect((await engine.schedules.list()).map(({ name }) => name)).to.deep.equal(['nightly']);
    expect(await engine.schedules.trigger('nightly')).to.have.property('runId');
  });

  it('the files of an instance stay, in the sandbox as the new specs have it', async () => {
    folder = projectOf({
      ...files,
      'src/agents/helper.md': '---\ndescription: Helps.\nsandbox: box\n---\n\nHelp.\n',
      'src/sandboxes/box.yaml': 'type: virtual\nwrite: true\n',
    });
    ({ engine } = await engineOf(folder));
    const session = engine.agents.session('helper', 'one');
    await session.writeFile('note.txt', 'kept');
    await engine.reload(await edited({ 'src/sandboxes/box.yaml': 'type: virtual\nwrite: false\n' }));
    expect(await session.readFile('note.txt')).to.equal('kept');
    expect(await failureOf(session.writeFile('note.txt', 'changed'))).to.include({ type: 'sandbox_denied' });
  });

  it('an engine that is closing takes up nothing', async () => {
    await begin();
    const program = await edited({});
    await engine.close();
    expect(await failureOf(engine.reload(program))).to.include({ type: 'shutting_down' });
  });
});

async function untilEnded(pid: number): Promise<void> {
  while (isAlive(pid)) await setTimeout(20);
}
