import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { openSqliteStore } from '../../engine/adapters/store/sqlite.ts';
import type { Engine } from '../../engine/api.ts';
import { createEngine } from '../../engine/engine.ts';
import { projectOf, temporaryFolder, writeFiles } from '../fakes/project.ts';

const declared = 'secrets: { OLD: { required: true }, KEY: { required: true } }\n';

const files = {
  'engine.yaml': declared,
  'src/tools/tell.yaml': `type: node
module: ../lib/tell.ts
description: Tells.
inputSchema: { type: object }
secrets: [KEY]
`,
  'src/lib/tell.ts': `export default (_input, { secrets }) => secrets.get('KEY').length;\n`,
  'src/workflows/free.ts': `export async function run(ctx) {
  await ctx.event('go');
  return 'done';
}
`,
  'src/workflows/bound.ts': `export async function run(ctx) {
  await ctx.event('go');
  return ctx.tool('tell');
}
`,
};

describe('engine: secrets that a project drops while work on its earlier specs is unfinished', () => {
  const open: Engine[] = [];
  let folder: string;
  let path: string;
  beforeEach(() => {
    folder = projectOf(files);
    path = join(temporaryFolder(), 'engine.sqlite');
  });
  afterEach(async () => {
    for (const engine of open.splice(0)) await engine.close();
  });

  async function start(env: Readonly<Record<string, string>>): Promise<Engine> {
    const engine = await createEngine({ project: folder, store: await openSqliteStore({ path }), env });
    open.push(engine);
    return engine;
  }

  /** Begins both workflows with all secrets, and stops when they wait. */
  async function begin(): Promise<{ readonly free: string; readonly bound: string }> {
    const engine = await start({ OLD: 'of-old-times', KEY: 'the-key-of-it' });
    const [free, bound] = await Promise.all(
      ['free', 'bound'].map(async (name) => (await engine.workflows.start(name)).runId),
    );
    for (const runId of [free ?? '', bound ?? ''])
      while ((await engine.runs.get(runId)).state !== 'waiting') await new Promise(setImmediate);
    await engine.close();
    open.length = 0;
    // A workflow in code works with nothing but the specs that it began on.
    writeFiles(folder, { 'engine.yaml': 'name: later\n' });
    rmSync(join(folder, 'src/tools/tell.yaml'));
    return { free: free ?? '', bound: bound ?? '' };
  }

  it('are demanded of work that asks for them, with what to do, and of no other', async () => {
    const { free, bound } = await begin();
    const engine = await start({});
    for (const runId of [free, bound]) await engine.runs.signal(runId, 'go');
    const ended = await engine.runs.wait(free);
    expect([ended.state, ended.output]).to.deep.equal(['succeeded', 'done']);
    const { state, error } = await engine.runs.wait(bound);
    expect([state, error?.type, error?.message]).to.deep.equal([
      'failed',
      'missing_secret',
      'the secret "KEY" is not set, and the specs that this work began on require it, whatever the project says now; set the environment variable "KEY" until the work has ended',
    ]);
  });

  it('are found where they are still set, though no spec declares them any more', async () => {
    const { bound } = await begin();
    const engine = await start({ KEY: 'the-key-of-it' });
    await engine.runs.signal(bound, 'go');
    const { state, output } = await engine.runs.wait(bound);
    expect([state, output]).to.deep.equal(['succeeded', 13]);
  });
});
