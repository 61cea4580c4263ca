import { expect } from 'chai';
import { PassThrough } from 'node:stream';
import { attend } from '../../engine/cli/questions/attend.ts';
import { openTerminal } from '../../engine/cli/terminal.ts';
import { closeEngines, engineOf } from '../engine/kit.ts';
import { projectFor } from './project-for.ts';

const project = {
  'engine.yaml': 'model: script/m\n',
  'src/models/m.yaml': 'default: { text: hello }\n',
  'src/workflows/sign.yaml': `steps:
  - id: sign
    approval:
      title: Pay?
      form:
        type: object
        required: [reason, amount]
        properties: { reason: { type: string }, amount: { type: number }, fast: { type: boolean } }
output: { by: '\${{ steps.sign.output.by }}', data: '\${{ steps.sign.output.data }}' }
`,
  'src/models/caller.yaml': `replies:
  - { match: { tool: pay }, text: "paid" }
default: { toolCalls: [{ tool: pay, input: {} }] }
`,
  'src/tools/pay.ts': `export default { description: 'Pays.', inputSchema: { type: 'object' }, run: () => 'done' };\n`,
  'src/agents/payer.md':
    '---\ndescription: Pays.\nmodel: script/caller\ntools: [pay]\npermissions: { ask: [pay] }\n---\nPay.\n',
  'src/workflows/outer.yaml': 'steps: [{ id: inner, workflow: sign }]\n',
};

describe('engine run of a workflow that asks a person', function () {
  this.timeout(120_000);
  afterEach(closeEngines);
  const folder = projectFor(project);
  const { start, engine } = folder;
  const data = '{"reason": "due", "amount": 3}';

  it('says without a terminal which command answers, and goes on when that was called', async () => {
    const running = start('run', 'outer');
    const said = await running.saw('--server http', 'stderr');
    const how = /waits for an answer: engine approve\|reject (\S+) sign --data '<json>' --server (\S+)/.exec(
      said,
    );
    const [, runId = '', url = ''] = how ?? [];
    expect(runId, said).to.match(/^workflow:sign:/);
    const answered = await engine('approve', runId, 'sign', '--server', url, '--by', 'ada', '--data', data);
    expect(answered.exitCode, answered.stderr).to.equal(0);
    const { exitCode, stdout } = await running.done;
    expect(exitCode).to.equal(0);
    expect(JSON.parse(stdout)).to.deep.equal({ by: 'ada', data: { reason: 'due', amount: 3 } });
  });

  it('says the same of a tool call of an agent', async () => {
    const running = start('run', 'payer', '--text', 'go');
    const said = await running.saw('--server http', 'stderr');
    const how = /waits for an answer: engine approve\|reject (\S+) '?([^' ]+)'? --server (\S+)/.exec(said);
    const [, id = '', call = '', url = ''] = how ?? [];
    expect(id, said).to.match(/^sub_/);
    const answered = await engine('approve', id, call, '--server', url);
    expect(answered.exitCode, answered.stderr).to.equal(0);
    const { exitCode, stdout } = await running.done;
    expect([exitCode, stdout]).to.deep.equal([0, 'paid\n']);
  });

  it('is left with --no-wait, answered in the store, and resumed', async () => {
    const left = await engine('run', 'sign', '--no-wait', '--json');
    expect(left.exitCode, left.stderr).to.equal(4);
    const { runId, state, approvals } = JSON.parse(left.stdout) as {
      runId: string;
      state: string;
      approvals: { step: string }[];
    };
    expect([state, approvals.map(({ step }) => step)]).to.deep.equal(['waiting', ['sign']]);
    expect(left.stderr).to.include(`engine approve|reject ${runId} sign --data '<json>'\n`);
    expect(left.stderr).to.include(`then go on with: engine runs resume ${runId}\n`);
    const early = await engine('runs', 'resume', 'latest', '--no-wait');
    expect([early.exitCode, early.stdout]).to.deep.equal([4, '']);
    expect((await engine('runs', 'approve', 'latest', 'sign', '--data', data)).exitCode).to.equal(0);
    const resumed = await engine('runs', 'resume', runId, '--json');
    expect(resumed.exitCode, resumed.stderr).to.equal(0);
    expect(JSON.parse(resumed.stdout)).to.deep.include({
      runId,
      state: 'succeeded',
      output: { by: null, data: { reason: 'due', amount: 3 } },
    });
  });

  it('asks the person at the terminal, part by part, and again when the answer does not fit', async () => {
    const { engine: opened } = await engineOf(project, []);
    const { runId } = await opened.workflows.start('outer');
    const input = new PassThrough();
    const output = new PassThrough();
    let shown = '';
    const saw = (text: string): Promise<void> =>
      new Promise((resolve) => {
        const look = (): void => {
          if (!shown.includes(text)) return;
          output.off('data', take);
          shown = '';
          resolve();
        };
        const take = (chunk: Buffer): void => {
          shown += chunk.toString();
          look();
        };
        output.on('data', take);
        look();
      });
    const stop = new AbortController();
    const asking: boolean[] = [];
    const attending = attend(
      opened,
      runId,
      {
        terminal: openTerminal(false),
        project: '.',
        person: { input, output },
        leaves: false,
        asking: (isAsking) => void asking.push(isAsking),
        gaveUp: () => expect.fail('nobody gave up'),
      },
      stop.signal,
    );
    await saw('Pay?');
    input.write('\r');
    await saw('reason');
    input.write('due\r');
    await saw('amount');
    input.write('x\r');
    await saw('write it as JSON');
    input.write('\u007f7\r');
    await saw('fast');
    input.write('\r');
    const ended = await opened.runs.wait(runId);
    stop.abort();
    expect(await attending).to.deep.equal([]);
    expect(ended.output).to.deep.equal({ by: null, data: { reason: 'due', amount: 7, fast: true } });
    expect(asking).to.deep.equal([true, false]);
  });

  it('asks no more when the answer came from elsewhere', async () => {
    const { engine: opened } = await engineOf(project, []);
    const { runId } = await opened.workflows.start('sign');
    const output = new PassThrough();
    const stop = new AbortController();
    const asked = new Promise((resolve) => output.once('data', resolve));
    let gaveUp = false;
    const attending = attend(
      opened,
      runId,
      {
        terminal: openTerminal(false),
        project: '.',
        person: { input: new PassThrough(), output },
        leaves: false,
        asking: () => undefined,
        gaveUp: () => (gaveUp = true),
      },
      stop.signal,
    );
    await asked;
    await opened.approvals.resolve(runId, 'sign', { decision: 'rejected' });
    await opened.runs.wait(runId);
    stop.abort();
    await attending;
    expect(gaveUp).to.equal(false);
  });
});
