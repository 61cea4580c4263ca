import { expect } from 'chai';
import type { Engine } from '../../engine/api.ts';
import { closeEngines, engineOf, failureOf } from './kit.ts';

const files = {
  'engine.yaml': 'model: openai/gpt-5\n',
  'src/workflows/sign.yaml': `inputSchema: { type: object, properties: { who: { type: string } } }
steps:
  - id: sign
    approval:
      title: Pay {{input.who}}?
      message: It is much.
      form: { type: object, required: [reason], additionalProperties: false, properties: { reason: { type: string } } }
      timeout: 1d
  - id: told
    set: { text: "\${{ steps.sign.output.decision + ' by ' + string(steps.sign.output.by) }}" }
output: { sign: '\${{ steps.sign.output }}', text: '\${{ steps.told.output.text }}' }
`,
  'src/workflows/strict.yaml': `steps:
  - { id: sign, approval: { title: Pay?, approvers: ['role:lead', ada], requireDifferentApprover: true } }
`,
  'src/workflows/asks.yaml': `steps:
  - { id: one, ask: { title: 'Where to?' } }
  - id: each
    foreach: { items: '[1, 2]', maxItems: 2, maxConcurrency: 2 }
    steps:
      - { id: two, ask: { title: 'How many {{item}}?', form: { type: integer } } }
`,
};

/** The engine waits until a run asks for something at some steps. */
async function asked(engine: Engine, runId: string, ...steps: readonly string[]): Promise<void> {
  for (;;) {
    const open = await engine.approvals.list({ runId });
    if (steps.every((step) => open.some((approval) => approval.step === step))) return;
    await new Promise(setImmediate);
  }
}

describe('engine: approvals', () => {
  afterEach(closeEngines);

  async function started(
    workflow: string,
    input = {},
    options = {},
  ): Promise<{ engine: Engine; runId: string }> {
    const { engine } = await engineOf(files);
    const { runId } = await engine.workflows.start(workflow, input, options);
    return { engine, runId };
  }

  it('a run waits for a decision, shows that it does, and goes on with it', async () => {
    const { engine, runId } = await started('sign', { who: 'Ada' });
    await asked(engine, runId, 'sign');
    while ((await engine.runs.get(runId)).state !== 'waiting') await new Promise(setImmediate);
    const [approval, ...others] = await engine.approvals.list();
    expect(others).to.deep.equal([]);
    expect(approval).to.deep.include({
      runId,
      workflow: 'sign',
      step: 'sign',
      kind: 'approval',
      title: 'Pay Ada?',
      message: 'It is much.',
      approvers: [],
    });
    expect(Date.parse(approval?.expiresAt ?? '') - Date.parse(approval?.requestedAt ?? '')).to.equal(
      86_400_000,
    );
    await engine.approvals.resolve(runId, 'sign', {
      decision: 'approved',
      by: 'bob',
      data: { reason: 'due' },
    });
    const { output } = await engine.runs.wait(runId);
    const { at, ...sign } = (output as { sign: Record<string, unknown> }).sign;
    expect(sign).to.deep.equal({ decision: 'approved', by: 'bob', data: { reason: 'due' } });
    expect(Date.parse(String(at))).to.be.greaterThan(0);
    expect(output).to.deep.include({ text: 'approved by bob' });
    expect(await engine.approvals.list()).to.deep.equal([]);
    const events = await engine.runs.events(runId);
    expect(events.map(({ type, stepPath = '' }) => `${type} ${stepPath}`)).to.deep.equal([
      'run_start ',
      'step_start sign',
      'approval_requested sign',
      'approval_resolved sign',
      'step_end sign',
      'step_start told',
      'step_end told',
      'run_end ',
    ]);
    expect(events[2]?.data).to.deep.include({ kind: 'approval', title: 'Pay Ada?' });
    expect(events[3]?.data).to.deep.include({ decision: 'approved', by: 'bob' });
  });

  it('what does not fit the form is refused, and the approval stays open', async () => {
    const { engine, runId } = await started('sign', { who: 'Ada' });
    await asked(engine, runId, 'sign');
    const refused = engine.approvals.resolve(runId, 'sign', { decision: 'approved', data: { reason: 1 } });
    expect(await failureOf(refused)).to.deep.equal({
      type: 'invalid_input',
      message: 'the answer to step "sign": /reason must be string, got number 1',
    });
    expect(
      await failureOf(engine.approvals.resolve(runId, 'sign', { decision: 'approved' })),
    ).to.deep.include({
      type: 'invalid_input',
    });
    expect(await failureOf(engine.approvals.resolve(runId, 'sign', { data: { reason: 'x' } }))).to.deep.equal(
      {
        type: 'invalid_request',
        message: 'step "sign" needs a decision: "approved" or "rejected"',
      },
    );
    expect(await engine.approvals.list()).to.have.length(1);
    await engine.approvals.resolve(runId, 'sign', { decision: 'rejected', by: 'eve' });
    expect((await engine.runs.wait(runId)).output).to.have.nested.property('sign.decision', 'rejected');
  });

  it('is decided once: a second decision is a conflict', async () => {
    const { engine, runId } = await started('sign', { who: 'Ada' });
    await asked(engine, runId, 'sign');
    const answers = ['approved', 'rejected', 'approved'].map((decision) =>
      engine.approvals
        .resolve(runId, 'sign', { decision: decision as 'approved', data: { reason: 'x' } })
        .then(
          () => 'taken',
          (thrown: { code: string }) => thrown.code,
        ),
    );
    expect((await Promise.all(answers)).toSorted()).to.deep.equal(['conflict', 'conflict', 'taken']);
    await engine.runs.wait(runId);
    expect(await failureOf(engine.approvals.resolve(runId, 'sign', { decision: 'approved' }))).to.deep.equal({
      type: 'conflict',
      message: `step "sign" of run "${runId}" has its answer already`,
    });
  });

  it('an unknown run or step is told, with what is open', async () => {
    const { engine, runId } = await started('sign', { who: 'Ada' });
    await asked(engine, runId, 'sign');
    const approved = { decision: 'approved' } as const;
    expect(await failureOf(engine.approvals.resolve('workflow:sign:0', 'sign', approved))).to.deep.include({
      type: 'run_not_found',
    });
    expect(await failureOf(engine.approvals.resolve(runId, 'sing', approved))).to.deep.equal({
      type: 'not_found',
      message: `run "${runId}" asks nothing at step "sing"; did you mean "sign"?`,
    });
    expect(await failureOf(engine.approvals.list({ runId: 'x' }))).to.deep.include({ type: 'run_not_found' });
  });

  it('only who is named may decide, and not who started the run', async () => {
    const { engine, runId } = await started('strict', {}, { by: 'ada' });
    await asked(engine, runId, 'sign');
    const decide = (answer: object) =>
      engine.approvals.resolve(runId, 'sign', { decision: 'approved', ...answer });
    expect(await failureOf(decide({ by: 'eve' }))).to.deep.equal({
      type: 'forbidden',
      message: 'step "sign" may not be decided by "eve"',
    });
    expect(await failureOf(decide({}))).to.deep.include({ type: 'forbidden' });
    expect(await failureOf(decide({ by: 'ada' }))).to.deep.equal({
      type: 'forbidden',
      message: 'step "sign" must be decided by another one than "ada", who started the run',
    });
    await decide({ by: 'eve', roles: ['lead'] });
    expect((await engine.runs.wait(runId)).output).to.deep.include({ decision: 'approved', by: 'eve' });
  });

  it('questions are answered one by one, also those of items side by side', async () => {
    const { engine, runId } = await started('asks');
    await asked(engine, runId, 'one');
    expect(await failureOf(engine.approvals.resolve(runId, 'one', { decision: 'approved' }))).to.deep.include(
      {
        type: 'invalid_request',
      },
    );
    await engine.approvals.resolve(runId, 'one', { data: { text: 'there' }, by: 'ada' });
    await asked(engine, runId, 'each[0]/two', 'each[1]/two');
    await engine.approvals.resolve(runId, 'each[1]/two', { data: 2 });
    expect(await failureOf(engine.approvals.resolve(runId, 'each[0]/two', { data: 'x' }))).to.deep.include({
      type: 'invalid_input',
    });
    await engine.approvals.resolve(runId, 'each[0]/two', { data: 1 });
    const record = await engine.runs.wait(runId);
    expect(record.output).to.deep.equal([1, 2]);
  });

  it('an event reaches the step that waits for it, also when it comes early, and once', async () => {
    const { engine } = await engineOf({
      ...files,
      'src/workflows/flow.yaml': `steps:
  - { id: first, wait: { event: go } }
  - id: second
    wait: { event: 'arrived-{{steps.first.output.n}}', timeout: 5d }
    outputSchema: { type: object, required: [bank], properties: { bank: { type: string } } }
`,
    });
    const { runId } = await engine.workflows.start('flow');
    expect(await engine.runs.signal(runId, 'arrived-1', { bank: 'b' }, { idempotencyKey: 'k' })).to.equal(
      true,
    );
    expect(await engine.runs.signal(runId, 'arrived-1', { bank: 'c' }, { idempotencyKey: 'k' })).to.equal(
      false,
    );
    expect(await engine.runs.signal(runId, 'go', { n: 1 })).to.equal(true);
    expect((await engine.runs.wait(runId)).output).to.deep.equal({ bank: 'b' });
    expect(await failureOf(engine.runs.signal(runId, 'go'))).to.deep.equal({
      type: 'conflict',
      message: `run "${runId}" is succeeded and takes no more events`,
    });
    expect(await failureOf(engine.runs.signal('x', 'go'))).to.deep.include({ type: 'run_not_found' });
    expect(await failureOf(engine.runs.signal(runId, ''))).to.deep.include({ type: 'invalid_request' });
  });

  it('a run that waits is cancelled at once, and asks nothing more', async () => {
    const { engine, runId } = await started('sign', { who: 'Ada' });
    await asked(engine, runId, 'sign');
    expect(await engine.runs.cancel(runId)).to.equal(true);
    expect((await engine.runs.wait(runId)).state).to.equal('cancelled');
    expect(await engine.approvals.list()).to.deep.equal([]);
    expect(
      await failureOf(engine.approvals.resolve(runId, 'sign', { decision: 'rejected' })),
    ).to.deep.include({
      type: 'conflict',
    });
  });
});
