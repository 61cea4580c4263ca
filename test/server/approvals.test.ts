import { expect } from 'chai';
import { createClient } from '../../engine/client/index.ts';
import { createServer, type Server } from '../../engine/server/index.ts';
import { closeEngines, engineOf, failureOf } from '../engine/kit.ts';

const files = {
  'engine.yaml': 'model: openai/gpt-5\n',
  'src/workflows/sign.yaml': `steps:
  - id: sign
    approval:
      title: Pay?
      form: { type: object, required: [reason], properties: { reason: { type: string } } }
  - id: each
    foreach: { items: '[1]', maxItems: 1 }
    steps:
      - { id: where, ask: { title: 'Where?' } }
  - { id: paid, wait: { event: paid by/bank } }
output: { sign: '\${{ steps.sign.output.by }}', where: '\${{ steps.each.output[0].text }}', paid: '\${{ steps.paid.output }}' }
`,
};

describe('server: approvals and signals', () => {
  let server: Server;

  afterEach(async () => {
    await server.close();
    await closeEngines();
  });

  it('a run that waits is seen, answered and signalled over HTTP', async () => {
    const { engine } = await engineOf(files);
    server = createServer(engine, { port: 0, log: () => undefined });
    const { url } = await server.listen();
    const client = createClient({ baseUrl: url });
    const { runId } = await client.workflows.invoke('sign');
    const open = async () => {
      for (;;) {
        const [found] = (await client.approvals.list({ runId, workflow: 'sign' })).approvals;
        if (found !== undefined) return found;
      }
    };
    expect(await open()).to.deep.include({
      id: `${runId}/sign`,
      step: 'sign',
      kind: 'approval',
      title: 'Pay?',
    });
    const send = () => client.runs.signal(runId, 'paid by/bank', { n: 1 }, { idempotencyKey: 'k' });
    expect([await send(), await send()]).to.deep.equal([true, false]);
    const refused = client.approvals.resolve(runId, 'sign', { decision: 'approved', data: {} });
    expect(await failureOf(refused)).to.deep.include({ type: 'invalid_input' });
    expect((await client.approvals.list()).approvals).to.have.length(1);
    await client.approvals.resolve(runId, 'sign', { decision: 'approved', data: { reason: 'x' }, by: 'ada' });
    const again = client.approvals.resolve(runId, 'sign', { decision: 'rejected' });
    expect(await failureOf(again)).to.deep.include({ type: 'conflict' });
    expect(await open()).to.deep.include({ step: 'each[0]/where', kind: 'ask' });
    await client.approvals.resolve(runId, 'each[0]/where', { data: { text: 'there' } });
    for await (const event of client.runs.stream(runId)) if (event.type === 'run_end') break;
    expect((await client.runs.get(runId)).output).to.deep.equal({
      sign: 'ada',
      where: 'there',
      paid: { n: 1 },
    });
  });

  it('what is not there, and what no answer is, is told', async () => {
    const { engine } = await engineOf(files);
    server = createServer(engine, { port: 0, log: () => undefined });
    const { url } = await server.listen();
    const client = createClient({ baseUrl: url });
    const approved = { decision: 'approved' } as const;
    expect(await failureOf(client.approvals.resolve('workflow:sign:0', 'x', approved))).to.deep.include({
      type: 'run_not_found',
    });
    expect(await failureOf(client.runs.signal('workflow:sign:0', 'x'))).to.deep.include({
      type: 'run_not_found',
    });
    expect(await failureOf(client.approvals.list({ runId: 'x' }))).to.deep.include({ type: 'run_not_found' });
    const post = async (path: string, body: unknown) => {
      const response = await fetch(url + path, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      const { error } = (await response.json()) as { error: { type: string; message: string } };
      return `${response.status} ${error.type}: ${error.message}`;
    };
    expect(await post('/approvals/x', approved)).to.equal(
      '404 not_found: no approval "x"; its id is that of the run or submission, "/", and the path of the step or call',
    );
    expect(await post('/approvals/x', { decison: 'approved' })).to.match(/^404|^400/);
  });
});
