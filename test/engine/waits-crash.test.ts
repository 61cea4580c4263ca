import { expect } from 'chai';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { openSqliteStore } from '../../engine/adapters/store/sqlite.ts';
import type { Engine, EngineOptions } from '../../engine/api.ts';
import { createEngine } from '../../engine/engine.ts';
import { projectOf, temporaryFolder } from '../fakes/project.ts';
import { childProgram } from './kills/child-program.ts';

const project = {
  'engine.yaml': 'model: script/m\n',
  'src/models/m.yaml': 'default: { text: "You said {{text}}" }\n',
  'src/workflows/sleeps.yaml':
    'steps: [{ id: nap, wait: { duration: 700ms } }, { id: up, set: { up: true } }]\n',
  'src/workflows/listens.yaml': 'steps: [{ id: go, wait: { event: go, timeout: 1h } }]\n',
  'src/workflows/calls.yaml': `steps:
  - { id: first, set: { n: 1 } }
  - { id: inner, workflow: signs, with: { n: '\${{ steps.first.output.n }}' } }
output: { said: '\${{ steps.inner.output.by }}' }
`,
  'src/workflows/signs.yaml': 'steps: [{ id: sign, approval: { title: Pay? } }]\n',
};

describe('engine: killed while it waits', function () {
  this.timeout(120_000);
  let folder: string;
  let path: string;

  beforeEach(() => {
    folder = projectOf(project);
    path = join(temporaryFolder(), 'engine.sqlite');
  });

  /** Starts a run in a process of its own and kills it when an event at a step is on disk. */
  async function killedAt(workflow: string, type: string, step: string): Promise<void> {
    const child = spawn(process.execPath, [await childProgram(), folder, path, 'run', workflow, '{}'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    let isThere = false;
    for await (const line of createInterface({ input: child.stdout })) {
      const { event, stepPath } = JSON.parse(line) as { event?: string; stepPath?: string };
      isThere = event === type && stepPath === step;
      if (isThere) break;
    }
    child.kill('SIGKILL');
    await exited;
    expect(isThere, `${type} at ${step}`).to.equal(true);
  }

  async function opened<T>(use: (engine: Engine) => Promise<T>, options: EngineOptions = {}): Promise<T> {
    const engine = await createEngine({
      project: folder,
      store: await openSqliteStore({ path }),
      ...options,
    });
    try {
      return await use(engine);
    } finally {
      await engine.close();
    }
  }

  const only = async (engine: Engine, workflow: string): Promise<string> => {
    const [run, ...others] = await engine.runs.list({ workflow });
    expect(others).to.deep.equal([]);
    return run?.runId ?? '';
  };

  it('a wait goes on where it was: it began once, and is not begun again', async () => {
    await killedAt('sleeps', 'step_start', 'nap');
    await opened(async (engine) => {
      const runId = await only(engine, 'sleeps');
      expect(await engine.runs.wait(runId)).to.deep.include({ state: 'succeeded', output: { up: true } });
      const lines = (await engine.runs.events(runId)).map(({ type, stepPath = '' }) => `${type} ${stepPath}`);
      expect(lines.filter((line) => line.endsWith(' nap'))).to.deep.equal(['step_start nap', 'step_end nap']);
    });
  });

  it('an event that is sent while no engine is at work is there at the next start', async () => {
    await killedAt('listens', 'step_start', 'go');
    const runId = await opened(
      async (engine) => {
        const id = await only(engine, 'listens');
        expect(await engine.runs.signal(id, 'go', { n: 1 })).to.equal(true);
        return id;
      },
      { recover: false },
    );
    await opened(async (engine) => {
      expect(await engine.runs.wait(runId)).to.deep.include({ state: 'succeeded', output: { n: 1 } });
    });
  });

  it('a run and the run it called go on, and neither is started again', async () => {
    await killedAt('calls', 'approval_requested', 'sign');
    await opened(async (engine) => {
      const inner = await only(engine, 'signs');
      await engine.approvals.resolve(inner, 'sign', { decision: 'approved', by: 'ada' });
      const runId = await only(engine, 'calls');
      expect(await engine.runs.wait(runId)).to.deep.include({ state: 'succeeded', output: { said: 'ada' } });
      await only(engine, 'signs');
      const asked = (await engine.runs.events(inner)).filter(({ type }) => type === 'approval_requested');
      expect(asked).to.have.length(1);
    });
  });

  it('an answer given while no engine is at work is taken once', async () => {
    await killedAt('calls', 'approval_requested', 'sign');
    await opened(
      async (engine) => {
        const [approval] = await engine.approvals.list();
        expect(approval).to.deep.include({ workflow: 'signs', step: 'sign' });
        await engine.approvals.resolve(approval?.runId ?? '', 'sign', { decision: 'approved', by: 'ada' });
        expect(await engine.approvals.list()).to.deep.equal([]);
        const again = engine.approvals.resolve(approval?.runId ?? '', 'sign', { decision: 'rejected' });
        expect(await again.catch((thrown: { code: string }) => thrown.code)).to.equal('conflict');
      },
      { recover: false },
    );
    await opened(async (engine) => {
      const runId = await only(engine, 'calls');
      expect((await engine.runs.wait(runId)).output).to.deep.equal({ said: 'ada' });
    });
  });

  it('a run whose caller was to be cancelled when the process died is cancelled too', async () => {
    await killedAt('calls', 'approval_requested', 'sign');
    const store = await openSqliteStore({ path });
    const [caller] = await store.executions.list({ kind: 'run', name: 'calls' });
    await store.executions.cancel(caller?.id ?? '', { type: 'cancelled', message: 'the run was cancelled' });
    await store.close();
    await opened(async (engine) => {
      const inner = await only(engine, 'signs');
      expect((await engine.runs.wait(await only(engine, 'calls'))).state).to.equal('cancelled');
      expect(await engine.runs.wait(inner)).to.deep.include({
        state: 'cancelled',
        error: { type: 'cancelled', message: 'the run that called this one has ended' },
      });
    });
  });
});
