import { expect } from 'chai';
import { findingsOf, type Files } from '../fakes/project.ts';

const head = `inputSchema: { type: object, required: [yes, list], properties: { yes: { type: boolean }, list: { type: array, items: { type: string } } } }\n`;

function project(limit: number, steps: string): Files {
  return {
    'engine.yaml': 'model: openai/gpt-5.5\nrules: { cost/may-exceed-limit: info }\n',
    'src/agents/plain.yaml': 'description: Answers.\n',
    'src/agents/busy.yaml': 'sandbox: virtual\nmaxTurns: 7\n',
    'src/workflows/sample.yaml': `${head}limits: { modelCalls: ${limit} }\nsteps:\n${steps}`,
  };
}

/** What is said of a limit of model calls: at least, at most, or nothing. */
async function verdict(limit: number, steps: string): Promise<string> {
  const found = await findingsOf(project(limit, steps));
  return found.map((line) => /at least \d+|up to \d+|any number/.exec(line)?.[0] ?? line).join();
}

const call = (id: string): string => `{ id: ${id}, prompt: Hello }`;

describe('rules: cost', () => {
  it('steps one after another add up', async () => {
    const steps = `  - ${call('a')}\n  - ${call('b')}\n  - { id: c, agent: plain, message: Hello }\n`;
    expect(await verdict(2, steps)).to.equal('at least 3');
    expect(await verdict(3, steps)).to.equal('');
  });

  it('conditions, loops and cases count with their least and their most', async () => {
    const steps = `  - { id: a, prompt: Hello, if: input.yes }
  - id: pick
    branch:
      - { when: input.yes, steps: [${call('b')}, ${call('c')}] }
      - { else: true, steps: [${call('d')}] }
  - id: again
    loop: { until: input.yes, maxIterations: 5 }
    steps: [${call('e')}]
  - id: all
    foreach: { items: input.list, maxItems: 10 }
    steps: [${call('f')}]
`;
    expect(await verdict(1, steps)).to.equal('at least 2');
    expect(await verdict(17, steps)).to.equal('up to 18');
    expect(await verdict(18, steps)).to.equal('');
  });

  it('retries and turns of agents with tools count to the most, branches side by side add up', async () => {
    const steps = `  - id: both
    parallel:
      branches:
        one: [{ id: a, prompt: Hello, retry: { maxAttempts: 4 } }]
        two: [{ id: b, agent: busy, message: Hello }]
`;
    expect(await verdict(1, steps)).to.equal('at least 2');
    expect(await verdict(2, steps)).to.equal('up to 11');
    expect(await verdict(11, steps)).to.equal('');
  });

  it('what stands behind a possible end of the run is not sure', async () => {
    const steps = `  - { id: stop, if: input.yes, return: done }\n  - ${call('a')}\n  - ${call('b')}\n`;
    expect(await verdict(1, steps)).to.equal('up to 2');
  });
});
