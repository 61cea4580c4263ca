import { expect } from 'chai';
import { noUsage } from '../../engine/core/message.ts';
import { run } from './run.ts';

describe('workflow: work steps', () => {
  it('a prompt step asks with rendered text in a session of its own, and passes its schema on', async () => {
    const { output, usage, fake } = await run(
      `
      steps:
        - id: tone
          prompt: "Label {{input.text}}"
          role: critic
          outputSchema: { type: object }
      `,
      { input: { text: 'hello' }, reply: () => ({ mood: 'calm' }) },
    );
    expect(output).to.deep.equal({ mood: 'calm' });
    expect(usage).to.deep.equal({ ...noUsage, inputTokens: 10, totalTokens: 10 });
    const [{ call, request }] = fake.calls as [(typeof fake.calls)[number]];
    expect({ ...call, signal: undefined, lost: undefined }).to.deep.equal({
      runId: 'workflow:test:1',
      stepPath: 'tone',
      attempt: 1,
      tries: 1,
      idempotencyKey: 'workflow:test:1/tone',
      signal: undefined,
      lost: undefined,
    });
    expect(request).to.deep.equal({
      workflow: 'test',
      prompt: 'Label hello',
      model: undefined,
      modelSettings: {},
      thinking: undefined,
      role: 'critic',
      session: 'tone',
      images: [],
      outputSchema: { type: 'object' },
    });
  });

  it('an agent step prompts the instance named like the run, unless it names another', async () => {
    const { fake } = await run(
      `
      steps:
        - { id: a, agent: writer, with: { n: "\${{ input.n }}" } }
        - { id: b, agent: writer, message: "n is {{input.n}}", instance: "i{{input.n}}", session: shared }
      `,
      { input: { n: 7 } },
    );
    const shared = { agent: 'writer', model: undefined, role: undefined, outputSchema: undefined };
    expect(fake.calls.map(({ request }) => request)).to.deep.equal([
      { ...shared, instance: 'workflow:test:1', session: 'a', message: undefined, input: { n: 7 } },
      { ...shared, instance: 'i7', session: 'shared', message: 'n is 7', input: undefined },
    ]);
  });

  it('a tool step passes its arguments and its idempotency key', async () => {
    const { fake } = await run(`
      steps:
        - { id: a, tool: read }
        - { id: b, tool: pay, with: { amount: 3 }, idempotencyKey: "\${{ run.id + ':pay' }}" }
    `);
    expect(fake.calls.map(({ call, request }) => [call.idempotencyKey, request])).to.deep.equal([
      ['workflow:test:1/a', { tool: 'read', input: {} }],
      ['workflow:test:1:pay', { tool: 'pay', input: { amount: 3 } }],
    ]);
  });

  it('a log step sends one log event and gives null', async () => {
    const { output, fake } = await run(
      `steps: [{ id: a, log: { level: warn, message: "n is {{input.n}}", data: { n: "\${{ input.n }}" } } }]`,
      { input: { n: 7 } },
    );
    expect(output).to.equal(null);
    const scope = { runId: 'workflow:test:1', stepPath: 'a' };
    expect(fake.events).to.deep.equal([
      { ...scope, type: 'step_start', data: { verb: 'log', attempt: 1 } },
      { ...scope, type: 'log', data: { level: 'warn', message: 'n is 7', fields: { n: 7 } } },
      { ...scope, type: 'step_end', data: { status: 'succeeded', output: null, attempts: 1, durationMs: 0 } },
    ]);
  });
});
