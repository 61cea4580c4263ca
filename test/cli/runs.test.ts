import { expect } from 'chai';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeProject, runCli, startCli, type Finished, type Running } from './run-cli.ts';

const files = {
  'engine.yaml': 'model: script/m\n',
  'src/models/m.yaml': 'default: { text: ok }\n',
  'src/models/slow.yaml': 'default: { text: ok, delay: 60s }\n',
  'src/tools/charge.ts': `import { existsSync } from 'node:fs';
export default {
  description: 'Charges.',
  inputSchema: { type: 'object', properties: {} },
  run() {
    if (existsSync(new URL('../../broken', import.meta.url))) throw new Error('no connection');
    return { charged: true };
  },
};
`,
  'src/workflows/refund.yaml': `inputSchema:
  type: object
  required: [total]
  properties: { total: { type: number } }
steps:
  - { id: load, set: { total: '\${{ input.total }}' } }
  - { id: note, log: 'the total is {{input.total}}' }
  - { id: approve, if: steps.load.output.total > 100, set: { approved: true } }
  - { id: charge, tool: charge }
`,
  'src/workflows/slow.yaml': 'steps:\n  - { id: ask, prompt: wait, model: script/slow }\n',
};

describe('engine runs and engine why', function () {
  this.timeout(120_000);
  let project: Awaited<ReturnType<typeof makeProject>>;
  let elsewhere: Awaited<ReturnType<typeof makeProject>>;
  const started: Running[] = [];
  before(async () => {
    project = await makeProject(files);
    elsewhere = await makeProject({});
  });
  afterEach(async () => {
    for (const { child, done } of started.splice(0)) {
      if (child.exitCode === null) child.kill('SIGKILL');
      await done;
    }
  });
  after(async () => {
    await project.remove();
    await elsewhere.remove();
  });

  const engine = (...args: string[]): Promise<Finished> => runCli(args, { cwd: project.folder });
  const json = async (...args: string[]): Promise<Record<string, unknown>> =>
    JSON.parse((await engine(...args, '--json')).stdout) as Record<string, unknown>;

  it('show what failed and why, and do it again without a server', async () => {
    writeFileSync(join(project.folder, 'broken'), '');
    const failed = await engine('run', 'refund', '--input', '{"total": 40}', '--json');
    expect(failed.exitCode).to.equal(1);
    const { runId } = JSON.parse(failed.stdout) as { runId: string };
    rmSync(join(project.folder, 'broken'));

    const [why, logs, resumed, followed] = [
      await engine('why', runId, 'approve'),
      await engine('runs', 'logs', runId),
      await runCli(['runs', 'resume', runId, '-p', project.folder], { cwd: elsewhere.folder }),
      await engine('runs', 'follow', runId),
    ];
    expect([why.exitCode, why.stdout.split('\n')]).to.deep.equal([
      0,
      [
        'approve (set) skipped: its condition gave false',
        '',
        '"if" of approve: it is skipped',
        '  steps.load.output.total > 100  = false',
        '  └─ steps.load.output.total  = 40 from step "load"',
        '  → steps.load.output.total was 40; at > 100: run',
        '',
      ],
    ]);
    expect(logs.stdout.replace(/^\S+/gm, '<time>').split('\n')).to.deep.equal([
      '<time> info note the total is 40',
      '<time> error charge failed: tool "charge" failed: no connection',
      '',
    ]);
    expect([resumed.exitCode, JSON.parse(resumed.stdout)]).to.deep.equal([0, { charged: true }]);
    expect(resumed.stderr).to.include('✓ charge').and.not.include('✓ load');
    expect([followed.exitCode, followed.stderr.split('\n').at(-2)]).to.deep.equal([
      1,
      'error[tool_failed]: tool "charge" failed: no connection',
    ]);

    const { runs, next } = await json('runs', 'list', '--state', 'failed,succeeded', '--limit', '1');
    expect(runs).to.have.length(1);
    expect(await json('runs', 'show', String(next))).to.deep.include({ parent: runId, state: 'succeeded' });
    const older = await json('runs', '--before', String(next));
    expect([older['next'], (older['runs'] as { runId: string }[]).map((run) => run.runId)]).to.deep.equal([
      null,
      [runId],
    ]);
  });

  it('act on a server, which owns the store', async () => {
    const server = startCli(['serve', '--port', '0', '--json'], { cwd: project.folder });
    started.push(server);
    const { url } = JSON.parse(await server.saw('\n')) as { url: string };
    const { runId } = (await (
      await fetch(`${url}/workflows/slow`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{}',
      })
    ).json()) as { runId: string };
    const follower = startCli(['runs', 'follow', runId], { cwd: project.folder });
    started.push(follower);

    const refused = await engine('runs', 'cancel', runId);
    expect(refused.exitCode).to.equal(2);
    expect(refused.stderr).to.match(
      /^error\[store_locked\]: .* is in use by process \d+; name its server with --server <url>/,
    );
    const at = (...args: string[]): Promise<Finished> =>
      runCli([...args, '--server', url], { cwd: elsewhere.folder });
    const cancelled = await at('runs', 'cancel', runId, '--json');
    expect(JSON.parse(cancelled.stdout)).to.deep.equal({ runId, cancelled: true });
    const followed = await follower.done;
    expect([followed.exitCode, followed.stderr.split('\n').at(-2)]).to.deep.equal([
      1,
      'error[cancelled]: the run was cancelled',
    ]);

    const redriven = (await at('runs', 'redrive', runId)).stdout.trim();
    expect(redriven)
      .to.match(/^workflow:slow:/)
      .and.not.equal(runId);
    const why = async (): Promise<{ status: string; reason: string }> =>
      JSON.parse((await at('why', redriven, 'ask', '--json')).stdout) as { status: string; reason: string };
    let asked = await why();
    while (asked.status === 'not_reached') asked = await why();
    expect(asked).to.deep.include({ status: 'running', reason: 'it is at work' });
    const nowhere = `workflow:slow:${'0'.repeat(26)}`;
    const unknown = await at('runs', 'resume', nowhere, '--json');
    expect([unknown.exitCode, (JSON.parse(unknown.stdout) as { error: object }).error]).to.deep.equal([
      2,
      { type: 'run_not_found', message: `no run "${nowhere}"` },
    ]);
    server.child.kill('SIGKILL');
    await server.done;

    // Nobody owns the store now: the run that the server left is ended here.
    expect((await engine('runs', 'cancel', redriven)).exitCode).to.equal(0);
    expect((await json('runs', 'show', redriven))['state']).to.equal('cancelled');
  });

  it('one idempotency key runs once', async () => {
    const args = ['run', 'refund', '--input', '{"total": 1}', '--idempotency-key', 'k-1', '--json'];
    const [first, second] = [await engine(...args), await engine(...args)];
    expect(JSON.parse(second.stdout)).to.deep.equal(JSON.parse(first.stdout));
    const other = await engine('run', 'refund', '--input', '{"total": 2}', '--idempotency-key', 'k-1');
    expect([other.exitCode, other.stderr]).to.deep.equal([
      2,
      'error[conflict]: the idempotency key "k-1" was used with another input\n',
    ]);
  });
});
