import { expect } from 'chai';
import { projectFor } from './project-for.ts';

const project = {
  'engine.yaml': 'model: script/m\n',
  'src/models/m.yaml': 'default: { text: hello }\n',
  'src/workflows/sign.yaml': `steps:
  - id: sign
    approval:
      title: Pay?
      form: { type: object, required: [reason], properties: { reason: { type: string } } }
  - { id: where, ask: { title: 'Where to?' } }
  - { id: paid, wait: { event: paid } }
output: { by: '\${{ steps.sign.output.by }}', to: '\${{ steps.where.output.text }}', paid: '\${{ steps.paid.output }}' }
`,
};

describe('engine approvals, approve, reject, answer, signal', function () {
  this.timeout(120_000);
  const folder = projectFor(project);
  const { start, engine } = folder;

  it('answer a run of a server, which alone may be asked while it owns the store', async () => {
    const server = start('serve', '--port', '0', '--json');
    const { url } = JSON.parse(await server.saw('\n')) as { url: string };
    const response = await fetch(`${url}/workflows/sign`, { method: 'POST' });
    const { runId } = (await response.json()) as { runId: string };
    const asked = async (step: string): Promise<void> => {
      for (let text = ''; !text.includes(`"step":"${step}"`);)
        text = await (await fetch(`${url}/approvals`)).text();
    };
    await asked('sign');
    const listed = await engine('approvals');
    expect(listed).to.include({ exitCode: 0, stderr: '' });
    expect(listed.stdout).to.match(new RegExp(`^RUN .*\\n${runId} +sign +approval +Pay\\? +\\d{4}-`));
    const refused = await engine('approve', runId, 'sign');
    expect(refused.exitCode).to.equal(2);
    expect(refused.stderr).to.include('name its server with --server <url>');
    const bad = await engine('approve', runId, 'sign', '--server', url, '--data', '{}');
    expect(bad.exitCode).to.equal(2);
    expect(bad.stderr).to.include('reason');
    const data = '{"reason": "due"}';
    const approved = await engine('approve', runId, 'sign', '--server', url, '--by', 'ada', '--data', data);
    expect(approved).to.include({ exitCode: 0, stderr: `approved: step "sign" of ${runId}\n` });
    await asked('where');
    const json = await engine(
      'answer',
      runId,
      'where',
      '--server',
      url,
      '--data',
      '{"text": "here"}',
      '--json',
    );
    expect(JSON.parse(json.stdout)).to.deep.equal({ runId, step: 'where', decision: 'answered' });
    expect(await engine('signal', runId, 'paid', '--server', url, '--data', '3')).to.include({
      exitCode: 0,
      stderr: `sent "paid" to ${runId}\n`,
    });
    for (let state = ''; state !== 'succeeded';) {
      const run = (await (await fetch(`${url}/runs/${runId}`)).json()) as { state: string; output: unknown };
      state = run.state;
      if (state === 'succeeded') expect(run.output).to.deep.equal({ by: 'ada', to: 'here', paid: 3 });
    }
  });

  it('are commands of "engine runs" as well, which take "latest" for the newest run', async () => {
    const server = start('serve', '--port', '0', '--json');
    const { url } = JSON.parse(await server.saw('\n')) as { url: string };
    const response = await fetch(`${url}/workflows/sign`, { method: 'POST' });
    const { runId } = (await response.json()) as { runId: string };
    const runs = async (...args: string[]): Promise<unknown> => {
      const { exitCode, stdout, stderr } = await engine('runs', ...args, '--server', url, '--json');
      expect({ exitCode, stderr }).to.deep.equal({ exitCode: 0, stderr: '' });
      return JSON.parse(stdout);
    };
    const asked = async (step: string): Promise<void> => {
      for (let text = ''; !text.includes(`"step":"${step}"`);)
        text = await (await fetch(`${url}/approvals`)).text();
    };
    await asked('sign');
    expect(await runs('reject', 'latest', 'sign', '--by', 'ada')).to.deep.equal({
      runId,
      step: 'sign',
      decision: 'rejected',
    });
    await asked('where');
    expect(await runs('answer', runId, 'where', '--data', '{"text": "here"}')).to.deep.include({
      decision: 'answered',
    });
    expect(await runs('signal', 'latest', 'paid', '--key', 'one')).to.deep.equal({
      runId,
      topic: 'paid',
      accepted: true,
    });
    expect(await runs('why', 'latest', 'sign')).to.deep.include({ step: 'sign', status: 'succeeded' });
  });

  it('use the store of the project when no server owns it', async () => {
    expect(await engine('approvals')).to.include({ exitCode: 0, stderr: 'nothing waits for an answer\n' });
    const unknown = await engine('reject', 'workflow:sign:01ARZ3NDEKTSV4RRFFQ69G5FAV', 'sign');
    expect(unknown.exitCode).to.equal(2);
    expect(unknown.stderr).to.include('no run "workflow:sign:01ARZ3NDEKTSV4RRFFQ69G5FAV"');
  });

  it('answer tool calls of an agent that permissions ask about', async () => {
    await folder.become({
      'engine.yaml': 'model: script/m\n',
      'src/models/m.yaml': `replies:
  - { match: { tool: pay }, text: '{{result}}' }
  - { toolCalls: [{ tool: pay }] }
`,
      'src/tools/pay.yaml':
        'type: node\nmodule: ./pay.ts\ndescription: Pays.\ninputSchema: { type: object }\n',
      'src/tools/pay.ts': "export default () => 'paid';\n",
      'src/agents/clerk.yaml': 'tools: [pay]\npermissions: { ask: [pay] }\n',
    });
    const server = start('serve', '--port', '0', '--json');
    const { url } = JSON.parse(await server.saw('\n')) as { url: string };
    const response = await fetch(`${url}/agents/clerk/x/dispatch`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"message": "pay"}',
    });
    const { submissionId } = (await response.json()) as { submissionId: string };
    for (let text = ''; !text.includes('"call_1"');)
      text = await (await fetch(`${url}/approvals?submission=${submissionId}&agent=clerk`)).text();
    const listed = await engine('approvals', '--agent', 'clerk', '--server', url);
    expect(listed.stdout).to.match(
      new RegExp(`\\n${submissionId} +call_1 +tool +agent "clerk" wants to call "pay"`),
    );
    const rejected = await engine('reject', submissionId, 'call_1', '--reason', 'no money', '--server', url);
    expect(rejected).to.include({ exitCode: 0, stderr: `rejected: call "call_1" of ${submissionId}\n` });
    for (let state = ''; state !== 'succeeded';) {
      const record = (await (await fetch(`${url}/submissions/${submissionId}`)).json()) as {
        state: string;
        output?: string;
      };
      state = record.state;
      if (state === 'succeeded')
        expect(record.output).to.equal('a person rejected this call and says: no money; it was not made');
    }
  });
});
