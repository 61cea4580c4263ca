import { expect } from 'chai';
import { analyze, compile } from '../../engine/compile.ts';
import { typeCoverage } from '../../engine/rules/index.ts';
import { findingsOf, projectOf, type Files } from '../fakes/project.ts';

const around: Files = {
  'src/agents/judge.yaml': `description: Judges.
model: openai/gpt-5.5
outputSchema: { type: object, required: [verdict], properties: { verdict: { enum: [refund, decline] }, note: { type: string } } }
`,
  'src/tools/pay.yaml': `description: Pays.
type: http
inputSchema: { type: object, required: [amount], properties: { amount: { type: number }, kind: { enum: [full, half] } } }
outputSchema: { type: object, required: [paymentId], properties: { paymentId: { type: string } } }
request: { method: POST, url: 'http://localhost/pay', body: { amount: '\${{ input.amount }}', kind: '\${{ default(input.kind, "full") }}' } }
`,
};
const input = `inputSchema:
  type: object
  required: [state, urgent, n, word]
  properties:
    state: { enum: [open, closed, held] }
    urgent: { type: boolean }
    n: { type: number }
    word: { type: string }
`;

async function flow(text: string, config?: string): Promise<string[]> {
  const found = await findingsOf({
    ...around,
    ...(config === undefined ? {} : { 'engine.yaml': config }),
    'src/workflows/flow.yaml': input + text,
  });
  return found.map((line) => line.replace(/^src\/workflows\/flow\.yaml:(\d+):\d+ \w+/, '$1'));
}

/** Findings of one rule that only the preset `strict` holds. */
async function asked(rule: string, text: string): Promise<string[]> {
  return (await flow(text, `rules: { ${rule}: warning }\n`)).filter((line) => line.includes(rule));
}

describe('rules: types', () => {
  it('cases whose outputs differ by a slip are found', async () => {
    const cases = (one: string, other: string): string => `steps:
  - id: choose
    branch:
      - { when: input.urgent, steps: [{ id: a, set: ${one} }] }
      - { else: true, steps: [{ id: b, set: ${other} }] }
`;
    expect(await flow(cases('{ ok: true }', '{ ok: fasle }'))).to.deep.equal([
      '13 type/cases-disagree "fasle" is text, and "true" in the other is a bool; write false without quotes',
    ]);
    expect(await flow(cases('{ ok: "yes" }', '{ ok: false }'))).to.deep.equal([
      '12 type/cases-disagree "yes" is text, and "false" in the other is a bool; write true without quotes',
    ]);
    expect(await flow(cases('{ approved: true }', '{ aproved: false }'))).to.deep.equal([
      '13 type/cases-disagree "aproved" here is "approved" in the other; write the same in both',
    ]);
    expect(await flow(cases('{ by: policy }', '{ by: ploicy }'))).to.deep.equal([
      '13 type/cases-disagree "ploicy" here is "policy" in the other; write the same in both',
    ]);
  });

  it('cases whose outputs differ on purpose are not', async () => {
    const cases = (one: string, other: string): string => `steps:
  - id: choose
    branch:
      - { when: input.urgent, steps: [{ id: a, set: ${one} }] }
      - { else: true, steps: [{ id: b, set: ${other} }] }
`;
    for (const [one, other] of [
      ['{ ok: true, by: policy }', '{ ok: false }'],
      ['{ level: level1 }', '{ level: level2 }'],
      ['{ state: opened }', '{ state: open }'],
      ['{ limit: 5 }', '{ limit: none }'],
      ['{ ok: true }', "{ ok: '${{ input.urgent }}' }"],
      ['{ start: 1, stat: 2 }', '{ start: 1 }'],
      ['{ answer: true }', '{ answer: maybe }'],
    ] as const)
      expect(await flow(cases(one, other)), `${one} ${other}`).to.deep.equal([]);
  });

  it('a "catch" and several ends are compared too', async () => {
    expect(
      await flow(`steps:
  - id: pay
    tool: pay
    with: { amount: 1 }
    catch: [{ output: { paymntId: none } }]
  - { id: early, if: input.urgent, return: { outcome: paid } }
output: { outcmoe: paid }
`),
    ).to.deep.equal([
      '13 type/cases-disagree "paymntId" is "paymentId" where the step succeeds; write the same',
      '15 type/cases-disagree "outcmoe" here is "outcome" in the other; write the same in both',
    ]);
    expect(
      await flow(`steps:
  - id: pay
    tool: pay
    with: { amount: 1 }
    catch: [{ output: { paymentId: none, reason: declined } }]
  - { id: early, if: input.urgent, return: { outcome: paid } }
output: { outcome: '\${{ steps.pay.output.paymentId }}' }
`),
    ).to.deep.equal([]);
  });

  it('conditions that types prove constant are found, those that data decide are not', async () => {
    const step = (condition: string): string => `steps:\n  - { id: a, if: '${condition}', log: hi }\n`;
    for (const condition of [
      '1 == 2',
      'input.state == "open" || input.state != "open"',
      'input.state == "open" && input.state == "closed"',
      'input.state in ["open", "closed", "held"]',
      '!(input.urgent && !input.urgent)',
    ])
      expect(
        (await flow(step(condition))).map((line) => line.split(' ')[1]),
        condition,
      ).to.deep.equal(['expr/constant-condition']);
    for (const condition of [
      'true',
      'false',
      'input.urgent',
      'input.state == "open"',
      'input.n == 1 || input.n != 1',
      'input.state in ["open", "closed"]',
      'input.state == "open" && input.urgent',
      'input.word != null',
      'has(input.word)',
    ])
      expect(await flow(step(condition)), condition).to.deep.equal([]);
  });

  it('a condition on what a "set" step spells out is a choice of the writer', async () => {
    expect(
      await flow(`steps:
  - { id: config, set: { mode: fast, loud: true } }
  - { id: a, if: 'steps.config.output.mode == "fast" && steps.config.output.loud', log: hi }
  - id: again
    loop: { while: 'true', maxIterations: 3 }
    steps: [{ id: c, log: hi }]
`),
    ).to.deep.equal([]);
  });

  it('inside the case or step that a condition guards, the same condition says nothing new', async () => {
    const found = await flow(`steps:
  - id: outer
    if: input.state == "open"
    parallel:
      branches:
        one: [{ id: a, if: 'input.state != "closed"', log: hi }]
        two: [{ id: b, if: input.urgent, log: hi }]
`);
    expect(found).to.deep.equal(['14 expr/constant-condition this is always true; leave out the "if"']);
  });

  it('any text for one of certain words is found when asked for', async () => {
    const pay = (kind: string): string =>
      `steps:\n  - { id: a, tool: pay, with: { amount: 1, kind: '\${{ ${kind} }}' } }\n`;
    expect(await flow(pay('input.word'))).to.deep.equal([]);
    expect(await asked('type/enum-too-wide', pay('input.word'))).to.have.length(1);
    expect(await asked('type/enum-too-wide', pay('input.urgent ? "full" : "half"'))).to.deep.equal([]);
  });

  it('a step that forgets what its agent says is found when asked for', async () => {
    const judge = (verdict: string): string =>
      `steps:\n  - { id: a, agent: judge, message: hi, outputSchema: { type: object, required: [verdict], properties: { verdict: ${verdict} } } }\n`;
    expect(await flow(judge('{ type: string }'))).to.deep.equal([]);
    expect(await asked('type/schema-weakened', judge('{ type: string }'))).to.have.length(1);
    expect(await asked('type/schema-weakened', judge('{}'))).to.have.length(1);
    expect(await asked('type/schema-weakened', judge('{ enum: [refund] }'))).to.deep.equal([]);
  });

  it('input that nothing reads is found when asked for', async () => {
    expect(
      await asked('template/unused-input', "steps: [{ id: a, log: '{{input.word}}' }]\n"),
    ).to.have.length(3);
    expect(await asked('template/unused-input', "steps: [{ id: a, log: '{{json input}}' }]\n")).to.deep.equal(
      [],
    );
  });

  it('how much has a type is counted, each place once', async () => {
    const folder = projectOf({
      'src/workflows/flow.yaml': `${input}steps:
  - { id: free, tool: any, with: { n: '\${{ input.n }}' } }
  - id: again
    loop: { until: 'steps.one.output.n > 1', maxIterations: 2 }
    steps: [{ id: one, set: { n: '\${{ prev == null ? 1 : prev.n + 1 }}', word: '\${{ steps.free.output.x }}' } }]
  - { id: told, log: '{{input.word}} {{steps.free.output.y}}' }
`,
      'src/tools/any.yaml': `description: Any.
type: http
inputSchema: { type: object, properties: { n: { type: number } } }
request: { method: POST, url: 'http://localhost/any' }
`,
    });
    const { facts, diagnostics } = await analyze(folder);
    expect(diagnostics).to.deep.equal([]);
    expect(typeCoverage(facts)).to.deep.equal({ typed: 3, untyped: 3 });
  });

  it('a word that no enum has comes with the place of the enum, in another file too', async () => {
    const { diagnostics } = await compile(
      projectOf({
        ...around,
        'src/workflows/flow.yaml': `${input}steps:
  - { id: judge, agent: judge, message: hi }
  - { id: a, if: 'steps.judge.output.verdict == "refnd"', log: hi }
  - { id: b, if: 'input.state == "opne"', log: hi }
`,
      }),
    );
    expect(
      diagnostics.map(({ related }) =>
        related?.map(({ file, range }) => `${file}:${range?.start.line}:${range?.start.column}`),
      ),
    ).to.deep.equal([['src/agents/judge.yaml:3:83'], ['src/workflows/flow.yaml:5:20']]);
  });
});
