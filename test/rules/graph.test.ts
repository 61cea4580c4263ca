import { expect } from 'chai';
import { compile } from '../../engine/compile.ts';
import { findingsOf, projectOf, type Files } from '../fakes/project.ts';

const around: Files = {
  'src/agents/helper.yaml': 'description: Helps.\nmodel: openai/gpt-5.5\n',
  'src/tools/refund.yaml': `description: Gives money back.
type: http
inputSchema: { type: object, properties: { amount: { type: number } } }
annotations: { destructiveHint: true }
request: { method: POST, url: 'http://localhost/refunds' }
`,
};
const input = `inputSchema:
  type: object
  required: [state, urgent, lines, n]
  properties:
    state: { enum: [open, closed, held] }
    urgent: { type: boolean }
    n: { type: number }
    lines: { type: array, maxItems: 5, items: { type: number } }
`;

/** What is found in a workflow: `line rule message`. */
async function flow(text: string, more: Files = {}): Promise<string[]> {
  const found = await findingsOf({ ...around, ...more, 'src/workflows/flow.yaml': input + text });
  return found.map((line) => line.replace(/^src\/workflows\/flow\.yaml:(\d+):\d+ \w+/, '$1'));
}

const strict = {
  'engine.yaml': 'rules: { preset: strict, style/description-missing: off, cost/no-limit: off }\n',
};

const unused = { 'engine.yaml': 'rules: { graph/unused-step: warning }\n' };

describe('rules: graph', () => {
  it('a "set" step that nobody reads is found, unless its output leaves the list, or may be read', async () => {
    const idle = `steps:
  - { id: idle, set: { a: 1 } }
  - { id: told, log: hello }
  - id: choose
    branch:
      - when: input.urgent
        steps:
          - { id: inner, set: { a: 1 } }
          - { id: last, set: { a: 2 } }
  - { id: fallback, set: { a: 1 } }
  - { id: end, if: input.urgent, set: { a: 2 } }
`;
    expect(await flow(idle, unused)).to.deep.equal([
      '10 graph/unused-step nobody reads what step "idle" sets; use steps.idle.output, or delete the step',
      '16 graph/unused-step nobody reads what step "inner" sets; use steps.inner.output, or delete the step',
    ]);
    expect(await flow(`${idle}output: '\${{ toJson(steps) }}'\n`, unused)).to.deep.equal([]);
    expect(await flow(idle.replace('log: hello', "log: '{{steps.idle.output.a}}'"), unused)).to.have.length(
      1,
    );
  });

  it('a step behind a branch or loop that always ends the run never runs', async () => {
    const end = `steps:
  - id: choose
    branch:
      - { when: input.urgent, steps: [{ id: a, return: 1 }] }
      - { else: true, steps: [{ id: b, fail: no }] }
  - { id: late, log: never }
`;
    expect(await flow(end)).to.deep.equal([
      '14 graph/unreachable-step step "late" never runs: step "choose" before it always ends the run',
    ]);
    expect(await flow(end.replace('else: true', 'when: input.n > 1'))).to.deep.equal([]);
    expect(await flow(end.replace('{ id: b, fail: no }', '{ id: b, log: yes }'))).to.deep.equal([]);
  });

  it('a case that can never hold where it is asked is found, and so is one behind a case that always holds', async () => {
    const cases = (...whens: string[]): string =>
      `steps:\n  - id: choose\n    branch:\n${whens.map((when, index) => `      - { ${when}, steps: [{ id: s${index}, log: hi }] }\n`).join('')}`;
    expect(await flow(cases("when: 'input.n > 1'", "when: 'input.n  > 1'"))).to.deep.equal([
      '13 graph/unreachable-case this case is never reached: case 1 has the same condition',
    ]);
    expect(
      await flow(cases(`when: 'input.state == "open"'`, `when: 'input.state in ["open"]'`, 'else: true')),
    ).to.deep.equal([
      '13 graph/unreachable-case this case is never reached: its condition is always false where it is asked',
    ]);
    expect(await flow(cases(`when: 'input.urgent || !input.urgent'`, 'else: true'))).to.deep.equal([
      '13 graph/unreachable-case this case is never reached: case 1 before it always holds',
    ]);
    expect(
      await flow(
        cases(
          `when: 'input.state == "open"'`,
          `when: 'input.state == "closed"'`,
          `when: 'input.state == "held"'`,
          'else: true',
        ),
      ),
    ).to.deep.equal([]);
  });

  it('a "catch" entry that entries before it leave nothing to take is found', async () => {
    const caught = (...entries: string[]): string =>
      `steps:\n  - id: ask\n    agent: helper\n    message: hi\n    catch:\n${entries.map((entry) => `      - { ${entry} }\n`).join('')}`;
    expect(
      await flow(caught('on: [timeout, cancelled], output: a', 'on: [timeout], output: b')),
    ).to.deep.equal(['15 graph/dead-branch this entry is never used: entries before it take "timeout"']);
    expect(await flow(caught('output: a', 'on: [timeout], output: b'))).to.deep.equal([
      '15 graph/dead-branch this entry is never used: entry 1 before it takes every failure',
    ]);
    expect(
      await flow(caught('on: [timeout], output: a', 'on: [cancelled, timeout], output: b', 'output: c')),
    ).to.deep.equal([]);
  });

  it('branches and rounds that write to the same session or key are found, those that tell them apart are not', async () => {
    const lanes = (one: string, other: string): string => `steps:
  - id: both
    parallel:
      branches:
        one: [{ id: a, agent: helper, message: hi, session: '${one}' }]
        other: [{ id: b, agent: helper, message: hi, session: '${other}' }]
`;
    expect(await flow(lanes('s-{{input.n}}', 's-{{input.n}}'))).to.deep.equal([
      '14 graph/parallel-write-conflict branch "one" writes to the same session "s-{{input.n}}" at the same time; give each branch its own',
    ]);
    expect(await flow(lanes('s', 't'))).to.deep.equal([]);
    const rounds = (step: string, more = ''): string => `steps:
  - id: each
    foreach: { items: input.lines, as: line, maxItems: 5${more} }
    steps:
      - { id: prepare, set: { key: '\${{ string(line) }}' } }
      - { id: act, ${step} }
      - { id: end, log: '{{steps.prepare.output.key}}' }
`;
    const talk = "agent: helper, message: hi, session: 'notes'";
    expect(await flow(rounds(talk))).to.deep.equal([]);
    expect(await flow(rounds(talk, ', maxConcurrency: 2'))).to.deep.equal([
      '14 graph/parallel-write-conflict every item writes to the same session "notes" at the same time; name line in it, or leave it out',
    ]);
    const pay = (key: string): string =>
      rounds(`tool: refund, with: { amount: 1 }, idempotencyKey: '\${{ ${key} }}'`);
    expect(await flow(pay('run.id + ":pay"'))).to.deep.equal([
      '14 graph/parallel-write-conflict every item has the same key, so all calls but the first count as repeated; add "index" to it',
    ]);
    expect(await flow(pay('run.id + string(index)'))).to.deep.equal([]);
    expect(await flow(pay('run.id + string(line)'))).to.deep.equal([]);
    expect(await flow(pay('run.id + steps.prepare.output.key'))).to.deep.equal([]);
  });

  it('an approval that must come from somebody else may not give itself', async () => {
    const ask = (onTimeout: string, different: string): string =>
      `steps:\n  - { id: ask, approval: { title: May it?, requireDifferentApprover: ${different}, onTimeout: ${onTimeout} } }\n`;
    expect((await flow(ask('approve', 'true'))).map((line) => line.split(' ')[1])).to.deep.equal([
      'graph/self-approval',
    ]);
    expect(await flow(ask('reject', 'true'))).to.deep.equal([]);
    expect(await flow(ask('approve', 'false'))).to.deep.equal([]);
  });

  it('the preset "strict" asks for an "else", unless the cases cover every value', async () => {
    const cases = `steps:
  - id: choose
    branch:
      - { when: input.urgent, steps: [{ id: a, log: hi }] }
      - { when: 'input.n > 1', steps: [{ id: b, log: '{{input.state}} {{json input.lines}}' }] }
`;
    const elseless = /graph\/missing-else/;
    expect((await flow(cases, strict)).filter((line) => elseless.test(line))).to.have.length(1);
    expect(await flow(cases)).to.deep.equal([]);
    const covered = cases.replace("'input.n > 1'", "'!input.urgent'");
    expect((await flow(covered, strict)).filter((line) => elseless.test(line))).to.deep.equal([]);
  });

  it('the preset "strict" finds agents that nothing calls', async () => {
    const talk = 'steps:\n  - { id: talk, agent: helper, message: hi }\n';
    const unused = async (text: string): Promise<string[]> =>
      (await flow(text, strict)).filter((line) => line.includes('graph/unused-agent'));
    expect(await unused(talk)).to.deep.equal([]);
    expect(await unused('steps:\n  - { id: told, log: hello }\n')).to.deep.equal([
      'src/agents/helper.yaml info graph/unused-agent nothing in the project uses the agent "helper"; it can only be called from outside',
    ]);
  });
});

describe('rules: the way on which a step was skipped', () => {
  const skipped = `steps:
  - { id: start, log: hi }
  - { id: pay, if: input.urgent, set: { id: P1 } }
  - id: choose
    branch:
      - when: input.n > 1
        steps:
          - { id: inside, log: hi }
          - { id: use, set: { id: '\${{ steps.pay.output.id }}' } }
  - { id: after, set: { id: '\${{ steps.choose.output }}' } }
`;

  async function ways(text: string): Promise<unknown[]> {
    const { diagnostics } = await compile(projectOf({ ...around, 'src/workflows/flow.yaml': input + text }));
    return diagnostics
      .filter(({ rule }) => rule === 'graph/may-not-have-run')
      .map(({ witness, related }) => [
        witness,
        related?.map(({ range, message }) => `${range?.start.line}:${range?.start.column} ${message}`),
      ]);
  }

  it('a value that may be absent comes with the steps and decisions before it, and the condition', async () => {
    expect(await ways(skipped)).to.deep.equal([
      [
        ['start', 'pay skipped: input.urgent is false', 'choose: case 1', 'inside', 'use'],
        ['11:20 step "pay" runs only where this holds'],
      ],
    ]);
  });

  it('at the end of the workflow the way goes through all steps', async () => {
    const end = `steps:
  - { id: start, log: hi }
  - { id: pay, if: input.urgent, set: { id: P1 } }
  - { id: last, log: hi }
output: { id: '\${{ steps.pay.output.id }}' }
`;
    expect(await ways(end)).to.deep.equal([
      [
        ['start', 'pay skipped: input.urgent is false', 'last', 'output'],
        ['11:20 step "pay" runs only where this holds'],
      ],
    ]);
  });

  it('a long way is shown without its beginning and middle, and goes through loops and catches', async () => {
    const many = (from: number): string =>
      Array.from({ length: 8 }, (_, index) => `  - { id: s${from + index}, log: hi }\n`).join('');
    const long = `steps:
${many(0)}  - { id: pay, if: input.urgent, set: { id: P1 } }
${many(10)}  - id: each
    foreach: { items: input.lines, maxItems: 5 }
    steps:
      - id: ask
        agent: helper
        message: hi
        catch:
          - steps: [{ id: note, log: '{{steps.pay.output.id}}' }]
`;
    expect((await ways(long))[0]).to.deep.include([
      '…',
      ...['s3', 's4', 's5', 's6', 's7'],
      'pay skipped: input.urgent is false',
      '…',
      ...['s17', 'each: an item', 'ask: failed', 'note'],
    ]);
  });
});
