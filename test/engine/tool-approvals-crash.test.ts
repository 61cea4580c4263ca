import { expect } from 'chai';
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { openSqliteStore } from '../../engine/adapters/store/sqlite.ts';
import type { Engine, EngineOptions } from '../../engine/api.ts';
import { createEngine } from '../../engine/engine.ts';
import { projectOf, temporaryFolder } from '../fakes/project.ts';
import { childProgram } from './kills/child-program.ts';
import { linesOf } from './kit.ts';

const project = {
  'engine.yaml': 'model: script/m\n',
  'src/models/m.yaml': `replies:
  - match: { tool: pay }
    text: "It says {{result}}"
  - match: { text: deadly }
    toolCalls: [{ tool: pay, input: { amount: 13 } }]
  - toolCalls: [{ tool: pay, input: { amount: 10 } }]
`,
  'src/tools/pay.yaml': `type: node
module: ./pay.ts
description: Pays.
inputSchema: { type: object, required: [amount], additionalProperties: false, properties: { amount: { type: number } } }
`,
  'src/tools/pay.ts': `import { appendFileSync } from 'node:fs';
export default ({ amount }) => {
  appendFileSync(new URL('../../paid', import.meta.url), amount + ' ');
  if (amount === 13) process.kill(process.pid, 'SIGKILL');
  return 'paid ' + amount;
};
`,
  'src/agents/clerk.yaml': 'tools: [pay]\npermissions: { ask: [pay] }\n',
  'src/workflows/pays.yaml': 'steps: [{ id: ask, agent: clerk, message: Pay. }]\n',
};

describe('engine: killed while a person is asked about a tool call', function () {
  this.timeout(120_000);
  let folder: string;
  let path: string;
  let program: string;

  before(async () => {
    program = await childProgram();
  });

  beforeEach(() => {
    folder = projectOf(project);
    path = join(temporaryFolder(), 'engine.sqlite');
  });

  const paid = (): string =>
    existsSync(join(folder, 'paid')) ? readFileSync(join(folder, 'paid'), 'utf8') : '';

  function start(...args: readonly string[]) {
    return spawn(process.execPath, [program, folder, path, ...args], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
  }

  /** Starts work in a process of its own and kills it when the question is on disk. */
  async function killedWhenAsked(...args: readonly string[]): Promise<void> {
    const child = start(...args);
    const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    let isThere = false;
    for await (const line of createInterface({ input: child.stdout })) {
      isThere = (JSON.parse(line) as { event?: string }).event === 'approval_requested';
      if (isThere) break;
    }
    child.kill('SIGKILL');
    await exited;
    expect(isThere).to.equal(true);
    expect(paid()).to.equal('');
  }

  async function opened<T>(use: (engine: Engine) => Promise<T>, options: EngineOptions = {}): Promise<T> {
    const store = await openSqliteStore({ path });
    const engine = await createEngine({ project: folder, store, ...options });
    try {
      return await use(engine);
    } finally {
      await engine.close();
    }
  }

  it('what is approved while no engine is at work is made once at the next start', async () => {
    await killedWhenAsked('prompt', 'clerk', 'pay');
    const id = await opened(
      async (engine) => {
        const [approval] = await engine.approvals.list();
        expect(approval).to.deep.include({ kind: 'tool', step: 'call_1', agent: 'clerk', instance: 'x' });
        await engine.approvals.resolve(approval?.submissionId ?? '', 'call_1', { decision: 'approved' });
        return approval?.submissionId ?? '';
      },
      { recover: false },
    );
    await opened(async (engine) => {
      expect(await engine.submissions.wait(id)).to.deep.include({
        state: 'succeeded',
        output: 'It says paid 10',
      });
      const types = (await engine.submissions.events(id)).map(({ type }) => type);
      for (const type of ['approval_requested', 'approval_resolved'])
        expect(
          types.filter((one) => one === type),
          type,
        ).to.have.length(1);
    });
    expect(paid()).to.equal('10 ');
  });

  it('it is asked no second time, also after a start and an orderly end between', async () => {
    await killedWhenAsked('prompt', 'clerk', 'pay');
    await opened(async (engine) => {
      const [left] = await engine.executions({});
      while ((await engine.submissions.get(left?.id ?? '')).state !== 'waiting')
        await new Promise(setImmediate);
    });
    await opened(async (engine) => {
      const [approval, ...others] = await engine.approvals.list();
      expect(others).to.deep.equal([]);
      const id = approval?.submissionId ?? '';
      await engine.approvals.resolve(id, 'call_1', { decision: 'rejected', data: { reason: 'no money' } });
      expect((await engine.submissions.wait(id)).output).to.contain('rejected this call and says: no money');
      const asked = (await engine.submissions.events(id)).filter(({ type }) => type === 'approval_requested');
      expect(asked).to.have.length(1);
    });
    expect(paid()).to.equal('');
  });

  it('a step asks the same after a crash, and its run goes on with the answer', async () => {
    await killedWhenAsked('run', 'pays', '{}');
    await opened(async (engine) => {
      const [approval] = await engine.approvals.list();
      expect(approval).to.deep.include({ kind: 'tool', step: 'ask/call_1', workflow: 'pays' });
      const id = approval?.runId ?? '';
      while ((await engine.runs.get(id)).state !== 'waiting') await new Promise(setImmediate);
      await engine.approvals.resolve(id, 'ask/call_1', { decision: 'approved', by: 'ada' });
      expect((await engine.runs.wait(id)).output).to.equal('It says paid 10');
    });
    expect(paid()).to.equal('10 ');
  });

  it('an approved call that takes the process with it is not made again', async () => {
    const child = start('prompt', 'clerk', 'deadly');
    const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    for await (const line of createInterface({ input: child.stdout }))
      if ((JSON.parse(line) as { event?: string }).event === 'approval_requested') break;
    child.kill('SIGKILL');
    await exited;
    await opened(
      async (engine) => {
        const [approval] = await engine.approvals.list();
        await engine.approvals.resolve(approval?.submissionId ?? '', 'call_1', { decision: 'approved' });
      },
      { recover: false },
    );
    const second = start('resume');
    second.stdout.resume();
    // It has nothing to wait for but is killed by the tool.
    await new Promise<void>((resolve) => second.once('exit', () => resolve()));
    await opened(async (engine) => {
      const [left] = await engine.executions({});
      await engine.submissions.wait(left?.id ?? '');
      const lines = linesOf(await engine.agents.session('clerk', 'x').history());
      expect(lines[2]).to.contain('whether it took effect is unknown');
    });
    expect(paid()).to.equal('13 ');
  });
});
