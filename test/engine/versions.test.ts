import { expect } from 'chai';
import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { openSqliteStore } from '../../engine/adapters/store/sqlite.ts';
import type { Engine, RunRecord } from '../../engine/api.ts';
import { createEngine } from '../../engine/engine.ts';
import { projectOf, temporaryFolder, writeFiles, type Files } from '../fakes/project.ts';
import { failureOf, fakeModels, type Answering } from './kit.ts';
import { builtProgram } from '../fakes/programs.ts';

const workflow = (say: string): string => `inputSchema: { type: object, properties: { n: { type: number } } }
steps:
  - { id: first, set: { by: '${say}' } }
  - { id: ask, prompt: 'hold, ${say} {{input.n}}' }
  - { id: call, tool: stamp, with: { text: '${say}' } }
  - { id: end, agent: helper, message: 'bye from ${say}' }
output: { first: '\${{ steps.first.output.by }}', call: '\${{ steps.call.output }}', end: '\${{ steps.end.output }}' }
`;
const agent = (say: string): string =>
  `---\ndescription: Helps.\nmodel: script/m\n---\n\nYou are ${say}. {{> house}}\n`;
const files: Files = {
  'engine.yaml': 'model: script/m\nenv: [FLAVOUR]\n',
  'src/models/m.yaml': 'default: { text: "unused" }\n',
  'src/partials/house.hbs': 'House of old.\n',
  'src/agents/helper.md': agent('old'),
  'src/tools/stamp.ts': `export default {
  description: 'Stamps.',
  inputSchema: { type: 'object', properties: { text: { type: 'string' } } },
  run: ({ text }) => 'stamped ' + text,
};`,
  'src/workflows/flow.yaml': workflow('old'),
  'src/workflows/other.yaml': 'steps:\n  - { id: only, log: other }\n',
};

describe('runs keep their specs', () => {
  const engines = new Set<Engine>();
  let folder: string;
  let path: string;
  let asked: { system: string; text: string }[];
  let isHeld: boolean;

  beforeEach(() => {
    folder = projectOf(files);
    path = join(temporaryFolder(), 'engine.db');
    asked = [];
    isHeld = true;
  });
  afterEach(async () => {
    for (const engine of engines) await engine.close();
    engines.clear();
  });

  /** Answers with what it was asked; the first words are held until the next start. */
  const answering: Answering = async ({ system, messages }) => {
    const last = messages.at(-1)?.content[0];
    const text = last?.type === 'text' ? last.text : '';
    asked.push({ system: system ?? '', text });
    if (isHeld && text.startsWith('hold')) await new Promise(() => undefined);
    return `[${text.trim()}]`;
  };

  async function start(): Promise<Engine> {
    const engine = await createEngine({
      project: folder,
      store: await openSqliteStore({ path }),
      env: {},
      ports: { models: fakeModels(answering) },
    });
    engines.add(engine);
    return engine;
  }

  /** Admits a run of the old workflow, and stops the engine while its second step is at work. */
  async function interruptedRun(): Promise<string> {
    const engine = await start();
    const { runId } = await engine.workflows.start('flow', { n: 1 });
    for await (const event of engine.runs.subscribe(runId))
      if (event.type === 'step_start' && event.stepPath === 'ask') break;
    await engine.close();
    isHeld = false;
    return runId;
  }

  async function finished(engine: Engine, runId: string): Promise<RunRecord> {
    const record = await engine.runs.wait(runId);
    expect(record.error?.message).to.equal(undefined);
    return record;
  }

  const old = {
    first: 'old',
    call: 'stamped old',
    end: '[bye from old]',
  };

  it('a run ends on the workflow, agents and partials it began on, and a new one on the new ones', async () => {
    const runId = await interruptedRun();
    writeFiles(folder, {
      'src/workflows/flow.yaml': workflow('new'),
      'src/agents/helper.md': agent('new'),
      'src/partials/house.hbs': 'House of new.\n',
    });
    asked = [];
    const engine = await start();
    const next = await engine.workflows.run('flow', { n: 2 });
    expect(next.output).to.deep.equal({ first: 'new', call: 'stamped new', end: '[bye from new]' });
    const record = await finished(engine, runId);
    expect(record.output).to.deep.equal(old);
    expect(record.hash).not.to.equal(engine.program.workflows['flow']?.hash);
    expect(asked.map(({ text }) => text)).to.have.members([
      'hold, old 1',
      'bye from old',
      'hold, new 2',
      'bye from new',
    ]);
    for (const { system, text } of asked.filter((one) => one.text.startsWith('bye'))) {
      const say = text.endsWith('old') ? 'old' : 'new';
      expect(system).to.include(`You are ${say}. House of ${say}.`);
    }
  });

  it('a run ends when its workflow, its agent and its tool are gone from the specs', async () => {
    const runId = await interruptedRun();
    for (const file of ['src/workflows/flow.yaml', 'src/agents/helper.md', 'src/partials/house.hbs'])
      rmSync(join(folder, file));
    const engine = await start();
    expect((await finished(engine, runId)).output).to.deep.equal(old);
    expect(await failureOf(engine.workflows.start('flow'))).to.include({ type: 'workflow_not_found' });
  });

  it('a run ends after its file was broken for a while; until then the engine says where', async () => {
    const runId = await interruptedRun();
    writeFiles(folder, { 'src/workflows/flow.yaml': 'steps:\n  - { id: first, tool: nothing }\n' });
    const store = await openSqliteStore({ path });
    const failure = await failureOf(createEngine({ project: folder, store, env: {} }));
    await store.close();
    expect(failure.message).to.include('src/workflows/flow.yaml:2');
    writeFiles(folder, { 'src/workflows/flow.yaml': workflow('newer') });
    expect((await finished(await start(), runId)).output).to.deep.equal(old);
  });

  it('only the code of a tool is read anew', async () => {
    const runId = await interruptedRun();
    writeFiles(folder, {
      'src/workflows/flow.yaml': workflow('new'),
      'src/tools/stamp.ts': String(files['src/tools/stamp.ts']).replace('stamped ', 'stamped anew '),
    });
    expect((await finished(await start(), runId)).output).to.deep.equal({
      ...old,
      call: 'stamped anew old',
    });
  });

  it('a tool whose code is gone fails where it is called, not before', async () => {
    const runId = await interruptedRun();
    rmSync(join(folder, 'src/tools/stamp.ts'));
    writeFiles(folder, { 'src/workflows/flow.yaml': 'steps:\n  - { id: only, log: new }\n' });
    const record = await (await start()).runs.wait(runId);
    expect(record.error?.type).to.equal('tool_invalid');
    expect(record.error?.message).to.include('stamp');
  });

  it('a run that was killed ends on its version, also when the project says nothing of it any more', async () => {
    const held = {
      ...files,
      'src/tools/stamp.ts': `import { writeSync } from 'node:fs';
export default { description: 'Stamps.', inputSchema: { type: 'object', properties: { text: { type: 'string' } } }, run: async ({ text }) => {
  if (process.env.HOLD !== undefined) { writeSync(1, '"holding"\\n'); await new Promise(() => setInterval(() => 0, 60000)); }
  return 'stamped ' + text;
} };`,
      'src/workflows/flow.yaml':
        'steps:\n  - { id: first, set: { by: old } }\n  - { id: call, tool: stamp, with: { text: old } }\noutput: { by: "${{ steps.first.output.by }}", call: "${{ steps.call.output }}" }\n',
    };
    folder = projectOf(held);
    const child = spawn(process.execPath, [await builtProgram('child'), folder, path, 'run', 'flow', '{}'], {
      env: { ...process.env, HOLD: '1' },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    for await (const line of createInterface({ input: child.stdout })) if (line === '"holding"') break;
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await gone;
    rmSync(join(folder, 'src/workflows/flow.yaml'));
    const engine = await start();
    const [run] = await engine.runs.list();
    expect((await finished(engine, run?.runId ?? '')).output).to.deep.equal({
      by: 'old',
      call: 'stamped old',
    });
    expect(engine.program.workflows).not.to.have.property('flow');
  }).timeout(120_000);

  it('several versions end side by side', async () => {
    const runs: string[] = [];
    for (const say of ['one', 'two', 'three']) {
      isHeld = true;
      writeFiles(folder, { 'src/workflows/flow.yaml': workflow(say), 'src/agents/helper.md': agent(say) });
      runs.push(await interruptedRun());
      // The others are held again by the engine that is stopped.
    }
    rmSync(join(folder, 'src/workflows/flow.yaml'));
    const engine = await start();
    const outputs = await Promise.all(runs.map(async (runId) => (await finished(engine, runId)).output));
    expect(outputs.map((output) => (output as { first: string }).first)).to.deep.equal([
      'one',
      'two',
      'three',
    ]);
  });

  it('a waiting prompt is answered by the agent that it was sent to', async () => {
    const engine = await start();
    const session = engine.agents.session('helper', 'a');
    const waiting = [session.prompt('hold me'), session.prompt('second')];
    waiting.forEach((prompt) => void prompt.catch(() => undefined));
    while ((await engine.executions({ kind: 'submission' })).length < 2) await new Promise(setImmediate);
    await engine.close();
    isHeld = false;
    rmSync(join(folder, 'src/agents/helper.md'));
    writeFiles(folder, { 'src/workflows/flow.yaml': 'steps:\n  - { id: only, log: new }\n' });
    asked = [];
    const next = await start();
    for (;;) {
      const all = await next.executions({ kind: 'submission' });
      if (all.every(({ state }) => state === 'succeeded')) break;
      expect(all.map(({ error }) => error)).to.deep.equal([undefined, undefined]);
      await new Promise(setImmediate);
    }
    expect(asked.map(({ text }) => text)).to.deep.equal(['hold me', 'second']);
    for (const { system } of asked) expect(system).to.include('You are old.');
  });

  it('a run whose version is gone or cannot be linked fails, and says why', async () => {
    const first = await interruptedRun();
    isHeld = true;
    writeFiles(folder, { 'src/workflows/flow.yaml': workflow('two') });
    const second = await interruptedRun();
    const store = await openSqliteStore({ path });
    const [two, one] = await store.executions.list({ kind: 'run' });
    await store.documents.delete('specs', one?.specs ?? '');
    await store.documents.set('specs', two?.specs ?? '', { texts: { 'engine.yaml': 'nothing: here' } });
    await store.close();
    rmSync(join(folder, 'src/workflows/flow.yaml'));
    const engine = await start();
    expect((await engine.runs.wait(first)).error).to.deep.equal({
      type: 'spec_changed',
      message: 'the specs changed since this was accepted, and their old version is not stored any more',
    });
    expect((await engine.runs.wait(second)).error).to.deep.equal({
      type: 'spec_changed',
      message: 'the specs changed since this was accepted, and their old version is damaged in the store',
    });
    expect((await engine.workflows.run('other')).output).to.equal(null);
  });

  it('what a project says is stored once, however often it starts', async () => {
    for (let starts = 0; starts < 3; starts += 1) await (await start()).close();
    writeFiles(folder, { 'src/workflows/other.yaml': 'steps:\n  - { id: only, log: changed }\n' });
    await (await start()).close();
    const store = await openSqliteStore({ path });
    // The version before is not needed by anything, and was tidied up.
    expect(await store.documents.keys('specs', { limit: 10 })).to.have.length(1);
    await store.close();
  });
});
