import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { expect } from 'chai';
import { openSqliteStore } from '../../engine/adapters/store/sqlite.ts';
import { createEngine } from '../../engine/engine.ts';
import { builtProgram } from '../fakes/programs.ts';
import { projectOf, temporaryFolder } from '../fakes/project.ts';
import { projectOfHook, receive, secret, type Receiver } from './kit.ts';

describe('callbacks of an engine that is killed', function () {
  this.timeout(120_000);
  let receiver: Receiver;

  beforeEach(async () => {
    receiver = await receive();
  });
  afterEach(() => receiver.close());

  /** Runs a workflow in a process that dies at a boundary. */
  async function dies(
    at: string,
    workflow = 'fulfil',
  ): Promise<{ readonly folder: string; readonly path: string }> {
    const on = ['run_end', 'approval_requested'];
    const inputSchema = { type: 'object' };
    const sign = { inputSchema, steps: [{ id: 'sign', approval: { title: 'Sign it?', timeout: '1h' } }] };
    const folder = projectOf(projectOfHook(receiver.url, { on }, { 'src/workflows/sign.yaml': sign }));
    const path = join(temporaryFolder(), 'engine.sqlite');
    const child = spawn(
      process.execPath,
      [await builtProgram('child'), folder, path, 'run', workflow, '{"n":1}'],
      {
        stdio: ['ignore', 'ignore', 'inherit'],
        env: { ...process.env, HOOK: secret, ENGINE_FAILPOINT: `${at}:action=kill` },
      },
    );
    const signal = await new Promise((resolve) => child.once('exit', (_, by) => resolve(by)));
    expect(signal, `nothing reached ${at}`).to.equal('SIGKILL');
    return { folder, path };
  }

  for (const [at, workflow, before] of [
    ['settle.after', 'fulfil', undefined],
    // A run that waits keeps its process alive until it is told.
    ['callback.before_send', 'sign', 0],
    ['callback.after_send', 'sign', 1],
  ] as const)
    it(`at ${at} are told after the next start, under the same id`, async () => {
      const { folder, path } = await dies(at, workflow);
      if (before !== undefined) expect(receiver.got).to.have.length(before);
      const sent = receiver.got.length;
      const engine = await createEngine({
        project: folder,
        store: await openSqliteStore({ path }),
        env: { HOOK: secret },
      });
      const [run] = await engine.runs.list({ limit: 1 });
      if (workflow === 'fulfil') expect(run?.state).to.equal('succeeded');
      await receiver.received(sent + 1);
      await engine.close({ graceMs: 2000 });
      expect(new Set(receiver.got.map(({ id }) => id)).size).to.equal(1);
      expect(receiver.got.at(-1)?.body).to.include({ runId: run?.runId });
      expect(receiver.got).to.have.length(sent + 1);
    });

  it('before the outcome is on disk tell nothing of it, and then tell it once', async () => {
    const { folder, path } = await dies('settle.before');
    expect(receiver.got).to.deep.equal([]);
    const engine = await createEngine({
      project: folder,
      store: await openSqliteStore({ path }),
      env: { HOOK: secret },
    });
    await receiver.received(1);
    await engine.close({ graceMs: 2000 });
    expect(receiver.got).to.have.length(1);
  });
});
