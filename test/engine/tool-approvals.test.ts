import { expect } from 'chai';
import type { Engine } from '../../engine/api.ts';
import type { Approval } from '../../engine/api/approvals.ts';
import { closeEngines, engineOf, failureOf, linesOf, type Answer } from './kit.ts';
import { leapingClock } from './leaping-clock.ts';

const files = {
  'engine.yaml': 'model: openai/gpt-5\n',
  'src/tools/pay.yaml': `type: node
module: ./pay.ts
description: Pays.
inputSchema: { type: object, required: [amount], additionalProperties: false, properties: { amount: { type: number } } }
`,
  'src/tools/pay.ts': `export default ({ amount }) => { (globalThis.paid ??= []).push(amount); return 'paid ' + amount; };\n`,
  'src/tools/look.yaml': `type: node
module: ./look.ts
description: Looks.
inputSchema: { type: object, additionalProperties: false, properties: {} }
`,
  'src/tools/look.ts': `export default () => 'seen';\n`,
  'src/agents/clerk.yaml': `tools: [pay, look]
permissions: { ask: ["pay(1*)"], deny: ["pay(9*)"], timeout: 1h }
timeout: 10m
instructions: You pay.
`,
  'src/agents/boss.yaml': 'tools: [look]\nsubagents: [clerk]\n',
  'src/agents/hasty.yaml': 'extends: careful\npermissions: { ask: [pay], timeout: 30m }\n',
  'src/profiles/careful.yaml': 'tools: [pay]\npermissions: { timeout: 2h }\n',
  'src/workflows/pays.yaml': `steps:
  - id: ask
    agent: clerk
    message: Pay.
output: { said: '\${{ steps.ask.output }}' }
`,
  'src/tools/wire.yaml': `type: node
module: ./pay.ts
description: Pays at once.
inputSchema: { type: object, required: [amount], additionalProperties: false, properties: { amount: { type: number } } }
permissions: { ask: [wire], deny: ["wire(9*)"] }
`,
  'src/workflows/wires.yaml': `inputSchema: { type: object, required: [amount], additionalProperties: false, properties: { amount: { type: number } } }
steps:
  - { id: send, tool: wire, with: { amount: '\${{ input.amount }}' } }
`,
};

const pay = (amount: number): Answer => ({ calls: [{ tool: 'pay', input: { amount } }] });

/** The engine waits until something is asked. */
async function asked(engine: Engine, count = 1): Promise<readonly Approval[]> {
  for (;;) {
    const open = await engine.approvals.list();
    if (open.length >= count) return open;
    await new Promise(setImmediate);
  }
}

const paid = (): number[] => (globalThis as { paid?: number[] }).paid ?? [];

describe('engine: tool calls that permissions are about', () => {
  beforeEach(() => {
    (globalThis as { paid?: number[] }).paid = [];
  });
  afterEach(closeEngines);

  it('a call that is refused is not made, and the model is told by which rule', async () => {
    const { engine } = await engineOf(files, [pay(95), 'So be it.']);
    const session = engine.agents.session('clerk', 'x');
    expect((await session.prompt('pay')).text).to.equal('So be it.');
    expect(linesOf(await session.history())[2]).to.equal(
      'tool: ! "the rule \\"pay(9*)\\" refuses this call, and it was not made; it is refused every time"',
    );
    expect(paid()).to.deep.equal([]);
  });

  it('a call that is asked about waits for a person, longer than the agent may work, and is made once', async () => {
    const clock = leapingClock();
    const { engine } = await engineOf(files, [pay(15), 'Done.'], { ports: { clock } });
    const session = engine.agents.session('clerk', 'x', 'main');
    const done = session.prompt('pay');
    const [approval] = await asked(engine);
    const submissionId = approval?.submissionId ?? '';
    expect(approval).to.deep.include({
      id: `${submissionId}/call_1_1`,
      kind: 'tool',
      step: 'call_1_1',
      agent: 'clerk',
      instance: 'x',
      session: 'main',
      title: 'agent "clerk" wants to call "pay"',
      details: '{\n  "amount": 15\n}',
      tool: { name: 'pay', input: { amount: 15 }, rule: 'pay(1*)' },
    });
    expect(Date.parse(approval?.expiresAt ?? '') - Date.parse(approval?.requestedAt ?? '')).to.equal(
      3_600_000,
    );
    while ((await engine.submissions.get(submissionId)).state !== 'waiting') await new Promise(setImmediate);
    // Longer than the timeout of the agent.
    clock.leap(900_000);
    expect(paid()).to.deep.equal([]);
    await engine.approvals.resolve(submissionId, 'call_1_1', { decision: 'approved', by: 'ada' });
    expect((await done).text).to.equal('Done.');
    expect(paid()).to.deep.equal([15]);
    expect(await engine.approvals.list()).to.deep.equal([]);
    const events = (await engine.submissions.events(submissionId)).filter(({ type }) =>
      type.startsWith('approval'),
    );
    expect(
      events.map(({ type, toolCallId, data }) => [type, toolCallId, (data as { by?: string }).by]),
    ).to.deep.equal([
      ['approval_requested', 'call_1_1', undefined],
      ['approval_resolved', 'call_1_1', 'ada'],
    ]);
  });

  it('a rejection tells the model the reason', async () => {
    const { engine } = await engineOf(files, [pay(15), 'Sorry.']);
    const session = engine.agents.session('clerk', 'x');
    const done = session.prompt('pay');
    const [approval] = await asked(engine);
    await engine.approvals.resolve(approval?.submissionId ?? '', approval?.step ?? '', {
      decision: 'rejected',
      by: 'ada',
      data: { reason: 'too much' },
    });
    await done;
    expect(linesOf(await session.history())[2]).to.equal(
      'tool: ! "ada rejected this call and says: too much; it was not made"',
    );
    expect(paid()).to.deep.equal([]);
  });

  it('when nobody answers in time the model is told, and an answer comes too late', async () => {
    const clock = leapingClock();
    const { engine } = await engineOf(files, [pay(20), 'Later.'], { ports: { clock } });
    const session = engine.agents.session('hasty', 'x');
    const done = session.prompt('pay');
    const [approval] = await asked(engine);
    const submissionId = approval?.submissionId ?? '';
    while ((await engine.submissions.get(submissionId)).state !== 'waiting') await new Promise(setImmediate);
    clock.leap(1_800_000);
    expect((await done).text).to.equal('Later.');
    expect(linesOf(await session.history())[2]).to.contain(
      'nobody approved this call within 30m0s; it was not made',
    );
    expect(await engine.approvals.list()).to.deep.equal([]);
    const late = engine.approvals.resolve(submissionId, approval?.step ?? '', {
      decision: 'approved',
    });
    expect(await failureOf(late)).to.deep.include({ type: 'conflict' });
  });

  it('calls of one turn are decided one by one, and those that need nobody are made at once', async () => {
    const calls = [
      { tool: 'pay', input: { amount: 11 } },
      { tool: 'look' },
      { tool: 'pay', input: { amount: 12 } },
    ];
    const { engine } = await engineOf(files, [{ calls }, 'Done.']);
    const session = engine.agents.session('clerk', 'x');
    const done = session.prompt('pay');
    const open = await asked(engine, 2);
    expect(open.map(({ tool }) => tool?.input)).to.have.deep.members([{ amount: 11 }, { amount: 12 }]);
    const resolve = (step: string, decision: 'approved' | 'rejected'): Promise<void> =>
      engine.approvals.resolve(open[0]?.submissionId ?? '', step, { decision });
    await resolve('call_1_3', 'approved');
    await resolve('call_1_1', 'rejected');
    await done;
    expect(paid()).to.deep.equal([12]);
    expect(linesOf(await session.history())[2]).to.equal(
      'tool: ! "a person rejected this call without a reason; it was not made" = "seen" = "paid 12"',
    );
  });

  it('in a step the run waits, and answers go to the run', async () => {
    const { engine } = await engineOf(files, [pay(15), 'Done.']);
    const { runId } = await engine.workflows.start('pays');
    const [approval] = await asked(engine);
    expect(approval).to.deep.include({ id: `${runId}/ask/call_1_1`, runId, workflow: 'pays', kind: 'tool' });
    while ((await engine.runs.get(runId)).state !== 'waiting') await new Promise(setImmediate);
    expect(await engine.approvals.list({ workflow: 'pays', agent: 'clerk' })).to.have.length(1);
    expect(await engine.approvals.list({ agent: 'boss' })).to.have.length(0);
    await engine.approvals.resolve(runId, 'ask/call_1_1', { decision: 'approved' });
    expect((await engine.runs.wait(runId)).output).to.deep.equal({ said: 'Done.' });
    expect(paid()).to.deep.equal([15]);
  });

  it('a subagent asks under the call that gave it its task', async () => {
    const { engine } = await engineOf(files, [
      { calls: [{ tool: 'task', input: { agent: 'clerk', prompt: 'pay' } }] },
      pay(15),
      'I paid.',
      'It paid.',
    ]);
    const done = engine.agents.session('boss', 'x').prompt('go');
    const [approval] = await asked(engine);
    expect(approval).to.deep.include({ agent: 'clerk', step: 'call_1_1/call_2_1' });
    const id = approval?.submissionId ?? '';
    while ((await engine.submissions.get(id)).state !== 'waiting') await new Promise(setImmediate);
    await engine.approvals.resolve(id, approval?.step ?? '', { decision: 'approved' });
    expect((await done).text).to.equal('It paid.');
    expect(paid()).to.deep.equal([15]);
  });

  it('a dispatched message asks as well, and an aborted one asks no more', async () => {
    const { engine } = await engineOf(files, [pay(15)]);
    const { submissionId } = await engine.dispatch('clerk', { instance: 'x', message: 'pay' });
    await asked(engine);
    expect(await engine.submissions.abort(submissionId)).to.equal(true);
    expect((await engine.submissions.wait(submissionId)).state).to.equal('cancelled');
    expect(await engine.approvals.list()).to.deep.equal([]);
    expect(paid()).to.deep.equal([]);
  });

  it('the rules of a tool hold in tool steps, too', async () => {
    const { engine } = await engineOf(files);
    const { runId } = await engine.workflows.start('wires', { amount: 10 });
    const [approval] = await asked(engine);
    expect(approval).to.deep.include({ step: 'send/wire', title: 'step "send" wants to call "wire"' });
    await engine.approvals.resolve(runId, 'send/wire', { decision: 'approved' });
    expect((await engine.runs.wait(runId)).output).to.equal('paid 10');
    const denied = engine.workflows.run('wires', { amount: 90 });
    expect(await failureOf(denied)).to.deep.include({ type: 'forbidden' });
    expect(paid()).to.deep.equal([10]);
  });

  it('an answer without a decision, with unknown data, or for nothing is refused', async () => {
    const { engine } = await engineOf(files, [pay(15), 'ok']);
    const done = engine.agents.session('clerk', 'x').prompt('pay');
    const [approval] = await asked(engine);
    const id = approval?.submissionId ?? '';
    const refused = async (step: string, answer: object): Promise<string> =>
      (await failureOf(engine.approvals.resolve(id, step, answer))).type;
    expect(await refused('call_1_1', {})).to.equal('invalid_request');
    expect(await refused('call_1_1', { decision: 'approved', data: { amount: 1 } })).to.equal(
      'invalid_input',
    );
    expect(await refused('call_1_2', { decision: 'approved' })).to.equal('not_found');
    await engine.approvals.resolve(id, 'call_1_1', { decision: 'rejected' });
    await done;
  });

  it('what is asked shows no secret, which the tool gets', async () => {
    const said = { calls: [{ tool: 'note', input: { text: 'it is tell-nobody' } }] };
    const { engine } = await engineOf(
      {
        'engine.yaml': 'model: openai/gpt-5\nsecrets: { KEY: {} }\n',
        'src/tools/note.yaml': `type: node
module: ./note.ts
description: Notes.
inputSchema: { type: object, required: [text], properties: { text: { type: string } } }
`,
        'src/tools/note.ts': "export default ({ text }) => 'length ' + text.length;\n",
        'src/agents/clerk.yaml': 'tools: [note]\npermissions: { ask: ["note(*tell-nobody)"] }\n',
      },
      [said, 'ok'],
      { env: { KEY: 'tell-nobody' } },
    );
    const session = engine.agents.session('clerk', 'x');
    const done = session.prompt('note it');
    const [approval] = await asked(engine);
    expect(approval?.details).to.contain('it is ').and.not.to.contain('tell-nobody');
    await engine.approvals.resolve(approval?.submissionId ?? '', approval?.step ?? '', {
      decision: 'approved',
    });
    await done;
    expect(linesOf(await session.history())[2]).to.equal('tool: = "length 17"');
    const events = await engine.submissions.events(approval?.submissionId ?? '');
    expect(JSON.stringify(events)).not.to.contain('tell-nobody');
  });

  it('rules are not about the ways by which a model gives its result', async () => {
    const { engine } = await engineOf(
      {
        'engine.yaml': `model: shelf/some
providers: { shelf: { type: openai-compatible, baseUrl: 'http://127.0.0.1:1/v1' } }
defaults: { permissions: { ask: ['*'] } }
`,
        'src/agents/judge.yaml': `outputSchema: { type: object, required: [ok], properties: { ok: { type: boolean } } }\n`,
      },
      ({ tools }) =>
        tools.some(({ name }) => name === 'finish')
          ? { calls: [{ tool: 'finish', input: { ok: true } }] }
          : { json: { ok: true } },
    );
    expect((await engine.agents.session('judge', 'x').prompt('hi')).output).to.deep.equal({ ok: true });
    expect(await engine.approvals.list()).to.deep.equal([]);
  });
});
