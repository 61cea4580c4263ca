import { expect } from 'chai';
import { trace } from './fake-context.ts';
import { run, runFailing } from './run.ts';

describe('workflow: steps in order', () => {
  it('each step sees the outputs of the steps before it', async () => {
    const { output } = await run(
      `
      steps:
        - { id: a, set: "\${{ input.n }}" }
        - { id: b, set: "\${{ steps.a.output + 1 }}" }
        - { id: c, set: { sum: "\${{ steps.a.output + steps.b.output }}", text: "{{no template}}" } }
      `,
      { input: { n: 2 } },
    );
    expect(output).to.deep.equal({ sum: 5, text: '{{no template}}' });
  });

  it('a step sees the run and the environment', async () => {
    const { output } = await run(`
      steps:
        - id: a
          set: { id: "\${{ run.id }}", at: "\${{ run.startedAt }}", of: "\${{ run.workflow }}", region: "\${{ env.REGION }}" }
    `);
    expect(output).to.deep.equal({
      id: 'workflow:test:1',
      at: '2030-01-01T00:00:00.000Z',
      of: 'test',
      region: 'eu',
    });
  });

  it('a step whose condition is false is skipped, and the output is that of the last step that ran', async () => {
    const { output, fake } = await run(`
      steps:
        - { id: a, set: first }
        - { id: b, if: steps.a.output == "second", set: second }
    `);
    expect(output).to.equal('first');
    expect(trace(fake.events)).to.deep.equal(['+ a (set)', '- a succeeded', '- b skipped']);
    expect([...fake.checkpoints.keys()]).to.deep.equal(['a']);
  });

  it('a skipped step shows status skipped, output null and no attempts', async () => {
    const { output } = await run(`
      steps:
        - { id: a, if: "false", set: first }
        - { id: b, set: "\${{ steps.a }}" }
    `);
    expect(output).to.deep.equal({ output: null, status: 'skipped', error: null, attempts: 0 });
  });

  it('the output of the workflow sees all its steps', async () => {
    const { output } = await run(`
      steps: [{ id: a, set: 1 }, { id: b, set: 2 }]
      output: { a: "\${{ steps.a.output }}", status: "\${{ steps.b.status }}" }
    `);
    expect(output).to.deep.equal({ a: 1, status: 'succeeded' });
  });

  it('steps inside a block are not seen outside it', async () => {
    const { problem } = await runFailing(`
      steps:
        - id: block
          branch: [{ steps: [{ id: inner, set: 1 }] }]
        - { id: after, set: "\${{ steps.inner.output }}" }
    `);
    expect(problem.code).to.equal('expression_failed');
  });

  it('a condition that fails fails the run, and its step has no attempt', async () => {
    const { problem, fake } = await runFailing(`steps: [{ id: a, if: input.missing.field, set: 1 }]`, {
      input: {},
    });
    expect(problem.code).to.equal('expression_failed');
    expect(fake.events).to.deep.equal([
      {
        type: 'step_end',
        runId: 'workflow:test:1',
        stepPath: 'a',
        data: { status: 'failed', error: problem.toData(), attempts: 0, durationMs: 0 },
      },
    ]);
  });

  it('the first step that fails ends the run, and is not recorded', async () => {
    const { problem, fake } = await runFailing(
      `steps: [{ id: a, tool: one }, { id: b, tool: two }, { id: c, tool: three }]`,
      {
        reply: ({ call }) => {
          if (call.stepPath === 'b') throw new Error('secret internals');
          return null;
        },
      },
    );
    expect(problem.toData()).to.deep.equal({ type: 'internal_error', message: 'an internal error occurred' });
    expect([...fake.checkpoints.keys()]).to.deep.equal(['a']);
    expect(trace(fake.events)).to.deep.equal(['+ a (tool)', '- a succeeded', '+ b (tool)', '- b failed']);
  });
});

describe('workflow: input and output', () => {
  const schema = `{ type: object, required: [n], properties: { n: { type: number }, unit: { type: string, default: kg } } }`;

  it('defaults of the input schema are filled in', async () => {
    const { output } = await run(
      `{ inputSchema: ${schema}, steps: [{ id: a, set: "\${{ input.unit }}" }] }`,
      {
        input: { n: 1 },
      },
    );
    expect(output).to.equal('kg');
  });

  it('input that does not fit is refused before any step runs', async () => {
    const { problem, fake } = await runFailing(`{ inputSchema: ${schema}, steps: [{ id: a, set: 1 }] }`, {
      input: { n: 'one' },
    });
    expect(problem.code).to.equal('invalid_input');
    expect(problem.message).to.match(/^input of workflow "test" does not fit its schema: /);
    expect(fake.events).to.deep.equal([]);
  });

  it('output that does not fit fails the run', async () => {
    const { problem } = await runFailing(`{ outputSchema: ${schema}, steps: [{ id: a, set: { n: one } }] }`);
    expect(problem.code).to.equal('output_invalid');
    expect(problem.message).to.match(/^output of workflow "test" does not fit its schema: /);
  });

  it('output of a tool step that does not fit its schema fails the step by name', async () => {
    const { problem } = await runFailing(`steps: [{ id: a, tool: weigh, outputSchema: ${schema} }]`, {
      reply: () => ({ n: 'one' }),
    });
    expect(problem.code).to.equal('output_invalid');
    expect(problem.message).to.match(/^output of step "a" does not fit its schema: /);
  });
});
