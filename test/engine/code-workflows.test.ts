import { expect } from 'chai';
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { openSqliteStore } from '../../engine/adapters/store/sqlite.ts';
import { createEngine } from '../../engine/engine.ts';
import { programOf, projectOf, temporaryFolder, writeFiles } from '../fakes/project.ts';
import { closeEngines, engineOf, failureOf, gate } from './kit.ts';
import { builtProgram } from '../fakes/programs.ts';

const files = {
  'engine.yaml': 'model: openai/gpt-5\n',
  'src/agents/clerk.yaml': 'instructions: You are a clerk.\n',
  'src/tools/look.yaml':
    'type: node\nmodule: ./look.ts\ndescription: Looks.\ninputSchema: { type: object }\n',
  'src/tools/look.ts': `export default () => 'seen';\n`,
  'src/workflows/inner.yaml': 'steps: [{ id: a, set: { inner: true } }]\n',
  'src/workflows/triage.ts': `
export const inputSchema = {
  type: 'object', required: ['issue'], additionalProperties: false,
  properties: { issue: { type: 'string' }, rounds: { type: 'number', default: 2 } },
};
export const outputSchema = { type: 'object', required: ['answers'] };
export async function run(ctx) {
  ctx.log('begins', { issue: ctx.input.issue });
  const answers = [];
  for (let round = 0; round < ctx.input.rounds; round += 1) {
    const { output } = await ctx.agent('clerk').prompt('Round ' + round + ' of ' + ctx.input.issue);
    answers.push(await ctx.step('shout', () => output.toUpperCase()));
  }
  const [seen, inner] = await Promise.all([ctx.tool('look'), ctx.call('inner')]);
  await ctx.sleep(1);
  return { answers, seen, inner };
}
`,
  'src/workflows/listens.ts': `export async function run(ctx) {
  return { got: await ctx.event('go'), late: (await ctx.event('never', { timeout: 5 })) ?? null };
}
`,
  'src/workflows/fails.ts': `export const run = (ctx) => ctx.step('bad', () => { throw new Error('no luck'); });\n`,
  'src/workflows/catches.ts': `export async function run(ctx) {
  try { await ctx.step('bad', () => { throw new Error('no luck'); }); } catch (error) { return error.message; }
}
`,
  'src/workflows/hangs.ts': `export async function run(ctx) {
  await ctx.step('begin', () => 1);
  await new Promise(() => undefined);
}
`,
  'src/workflows/empty.ts': 'export const x = 1;\n',
  'src/workflows/odd.ts': `export const inputSchema = { type: 'strin' };\nexport const run = () => 1;\n`,
  'src/workflows/calls.yaml': `steps: [{ id: code, workflow: triage, with: { issue: x, rounds: 1 } }]\n`,
};

describe('engine: workflows in TypeScript', function () {
  this.timeout(120_000);
  afterEach(closeEngines);

  it('are part of a project without being imported', async () => {
    const program = await programOf({ ...files, 'src/workflows/bomb.ts': 'throw new Error("imported");\n' });
    expect(Object.keys(program.workflows)).to.include.members(['triage', 'bomb']);
    expect(program.unavailable).to.deep.equal([]);
  });

  it('prompt agents, call tools and workflows, sleep, and give a checked output', async () => {
    const { engine, models } = await engineOf(files, (_request, turn) => `answer ${turn}`);
    const { runId } = await engine.workflows.start('triage', { issue: 'leak' });
    const { state, output, usage } = await engine.runs.wait(runId);
    expect({ state, output }).to.deep.equal({
      state: 'succeeded',
      output: { answers: ['ANSWER 1', 'ANSWER 2'], seen: 'seen', inner: { inner: true } },
    });
    expect(usage?.totalTokens).to.equal(30);
    expect(models.requests.map(({ system }) => system)).to.deep.equal([
      'You are a clerk.',
      'You are a clerk.',
    ]);
    const steps = (await engine.runs.events(runId)).filter(({ type }) => type === 'step_end');
    expect(steps.map(({ stepPath }) => stepPath)).to.have.members([
      ...['clerk', 'shout', 'clerk[1]', 'shout[1]', 'look', 'inner'],
    ]);
    const logs = (await engine.runs.events(runId)).filter(({ type }) => type === 'log');
    expect(logs[0]?.data).to.deep.include({ message: 'begins', fields: { issue: 'leak' } });
  });

  it('input that does not fit what they export is refused before a run is accepted', async () => {
    const { engine } = await engineOf(files);
    expect(await failureOf(engine.workflows.start('triage', {}))).to.deep.include({ type: 'invalid_input' });
    expect(await engine.runs.list()).to.deep.equal([]);
  });

  it('wait for events', async () => {
    const { engine } = await engineOf(files);
    const { runId } = await engine.workflows.start('listens');
    await engine.runs.signal(runId, 'go', { n: 1 });
    expect((await engine.runs.wait(runId)).output).to.deep.equal({ got: { n: 1 }, late: null });
  });

  it('end on the specs they began on, also those of agents that they name in code', async () => {
    const folder = projectOf({
      ...files,
      'src/workflows/waits.ts': `export async function run(ctx) {
  await ctx.event('go');
  return (await ctx.agent('clerk').prompt('Hello')).text;
}
`,
    });
    const path = join(temporaryFolder(), 'engine.sqlite');
    const { engine } = await engineOf(folder, undefined, { store: await openSqliteStore({ path }) });
    const { runId } = await engine.workflows.start('waits');
    while ((await engine.runs.get(runId)).state !== 'waiting') await new Promise(setImmediate);
    await engine.close();
    writeFiles(folder, { 'src/agents/clerk.yaml': 'instructions: You are another one.\n' });
    const { engine: next, models } = await engineOf(folder, undefined, {
      store: await openSqliteStore({ path }),
    });
    await next.runs.signal(runId, 'go', {});
    expect((await next.runs.wait(runId)).output).to.equal('ok');
    expect(models.requests.map(({ system }) => system)).to.deep.equal(['You are a clerk.']);
  });

  it('fail with the step that failed, or go on after they have caught it', async () => {
    const { engine } = await engineOf(files);
    expect(await failureOf(engine.workflows.run('fails'))).to.deep.equal({
      type: 'workflow_failed',
      message: 'step "bad" failed: no luck',
    });
    expect((await engine.workflows.run('catches')).output).to.equal('step "bad" failed: no luck');
  });

  it('are cancelled, also when they do not listen', async () => {
    const { engine } = await engineOf(files);
    const { runId } = await engine.workflows.start('hangs');
    for await (const { type } of engine.runs.subscribe(runId)) if (type === 'step_end') break;
    await engine.runs.cancel(runId);
    expect((await engine.runs.wait(runId)).state).to.equal('cancelled');
  });

  it('are called by steps of declared ones', async () => {
    const { engine } = await engineOf(files, () => 'yes');
    const { output } = await engine.workflows.run('calls');
    expect(output).to.deep.include({ answers: ['YES'] });
  });

  it('a file that holds none says so', async () => {
    const { engine } = await engineOf(files);
    expect((await failureOf(engine.workflows.start('empty'))).message).to.equal(
      'workflow "empty" (src/workflows/empty.ts): the file has no export "run", a function of the context',
    );
    expect((await failureOf(engine.workflows.start('odd'))).message).to.contain(
      '"inputSchema" is invalid at',
    );
  });

  it('a step that is recorded is not run again after the process was killed', async () => {
    const folder = projectOf({
      'engine.yaml': 'model: script/m\n',
      'src/models/m.yaml': 'default: { text: "said {{text}}" }\n',
      'src/agents/clerk.yaml': 'instructions: You are a clerk.\n',
      'src/workflows/work.ts': `import { appendFileSync } from 'node:fs';
const note = (text) => appendFileSync(new URL('../../notes', import.meta.url), text + ' ');
export async function run(ctx) {
  const one = await ctx.step('one', ({ attempt }) => { note('one' + attempt); return 1; });
  const { text } = await ctx.agent('clerk').prompt('hi');
  await ctx.step('two', ({ attempt, idempotencyKey }) => {
    note('two' + attempt);
    if (attempt === 1 && process.argv.includes('work')) process.kill(process.pid, 'SIGKILL');
    if (!idempotencyKey.endsWith('/two')) throw new Error(idempotencyKey);
    return 2;
  });
  return { one, text };
}
`,
    });
    const path = join(temporaryFolder(), 'engine.sqlite');
    const child = spawn(process.execPath, [await builtProgram('child'), folder, path, 'run', 'work', '{}'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const exited = new Promise<string>((resolve) =>
      child.once('exit', (_code, signal) => resolve(signal ?? '')),
    );
    for await (const line of createInterface({ input: child.stdout })) void line;
    expect(await exited).to.equal('SIGKILL');
    const engine = await createEngine({ project: folder, store: await openSqliteStore({ path }) });
    const [run] = await engine.runs.list();
    expect((await engine.runs.wait(run?.runId ?? '')).output).to.deep.equal({ one: 1, text: 'said hi' });
    const ends = (await engine.runs.events(run?.runId ?? '')).filter(({ type }) => type === 'step_end');
    expect(ends.map(({ stepPath }) => stepPath)).to.deep.equal(['one', 'clerk', 'two']);
    await engine.close();
    expect(readFileSync(join(folder, 'notes'), 'utf8')).to.equal('one1 two1 two2 ');
  });

  it('a tool call that needs approval makes the run wait', async () => {
    const reached = gate();
    const { engine } = await engineOf(
      {
        ...files,
        'src/agents/clerk.yaml': 'tools: [look]\npermissions: { ask: [look] }\n',
        'src/workflows/asks.ts': `export const run = async (ctx) => (await ctx.agent('clerk').prompt('hi')).text;\n`,
      },
      (_request, turn) => {
        reached.open();
        return turn === 1 ? { calls: [{ tool: 'look' }] } : 'done';
      },
    );
    const { runId } = await engine.workflows.start('asks');
    await reached.opened;
    while ((await engine.runs.get(runId)).state !== 'waiting') await new Promise(setImmediate);
    await engine.approvals.resolve(runId, 'clerk/call_1_1', { decision: 'approved' });
    expect((await engine.runs.wait(runId)).output).to.equal('done');
  });
});
