import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { compile } from '../../engine/compile.ts';
import { codeFrame } from '../../engine/source/index.ts';
import { findingsOf, projectOf } from '../fakes/project.ts';

const golden = fileURLToPath(new URL('../golden/', import.meta.url));

/** What the workflows below call. */
const around = {
  'engine.yaml': 'model: script/m\n',
  'src/models/m.yaml': 'default: { text: hi }\n',
  'src/agents/judge.yaml': `description: Judges.
inputSchema: { type: object, required: [line], additionalProperties: false, properties: { line: { type: object, required: [sku], properties: { sku: { type: string } } }, strict: { type: boolean } } }
outputSchema: { type: object, required: [verdict], properties: { verdict: { enum: [refund, decline] }, amount: { type: number } } }
`,
  'src/agents/talker.yaml': 'description: Talks.\n',
  'src/tools/pay.yaml': `description: Pays.
type: http
inputSchema: { type: object, required: [amount], additionalProperties: false, properties: { amount: { type: number }, note: { type: string } } }
outputSchema: { type: object, required: [paymentId], properties: { paymentId: { type: string } } }
request: { method: POST, url: 'http://localhost/pay', body: { amount: '\${{ input.amount }}' } }
`,
};
const input = `inputSchema:
  type: object
  required: [big, amount, state, lines]
  properties:
    big: { type: boolean }
    amount: { type: number }
    state: { enum: [open, closed] }
    lines: { type: array, maxItems: 9, items: { type: object, required: [sku], properties: { sku: { type: string }, price: { type: number } } } }
`;
/** Findings about a workflow: `"marked text" rule message`. */
async function flow(steps: string): Promise<string[]> {
  const folder = projectOf({ ...around, 'src/workflows/flow.yaml': input + steps });
  const { diagnostics } = await compile(folder);
  return diagnostics.map(({ file, range, rule, message }) => {
    const text = readFileSync(join(folder, file), 'utf8');
    const marked = range === undefined ? '' : text.slice(range.start.offset, range.end.offset);
    return `"${marked.replaceAll('"', "'")}" ${rule} ${message}`;
  });
}

describe('link: types', () => {
  for (const name of readdirSync(join(golden, 'ok'))) {
    it(`nothing is wrong with the project "${name}"`, async () => {
      expect(await findingsOf(join(golden, 'ok', name))).to.deep.equal([]);
    });
  }

  for (const name of readdirSync(join(golden, 'types'))) {
    it(`the findings about the project "${name}" are as expected`, async () => {
      const root = join(golden, 'types', name);
      const { diagnostics } = await compile(root);
      const found = diagnostics
        .map(({ rule, file, range, message }) => {
          const frame =
            range === undefined
              ? ''
              : codeFrame(readFileSync(join(root, file), 'utf8'), range, { context: 0 });
          return `${rule} ${file}:${range?.start.line}:${range?.start.column} ${message}\n${frame}\n`;
        })
        .join('\n');
      const expected = join(root, 'expected.txt');
      if (process.env['UPDATE'] === '1' || !existsSync(expected)) writeFileSync(expected, found);
      expect(found).to.equal(readFileSync(expected, 'utf8'));
    });
  }

  it('the instructions of an agent and the request of a tool are held to their own input', async () => {
    expect(
      await findingsOf({
        ...around,
        'src/tools/pay.yaml': around['src/tools/pay.yaml'].replace('input.amount', 'input.amuont'),
        'src/agents/judge.yaml': `${around['src/agents/judge.yaml']}instructions: Judge {{input.line.skku}} {{instance.idd}}.\n`,
      }),
    ).to.deep.equal([
      'src/agents/judge.yaml:4:34 error ref/unknown-field no field "skku" in "input.line"; did you mean "sku"?',
      'src/agents/judge.yaml:4:52 error ref/unknown-field no field "idd" in "instance"; did you mean "id"?',
      'src/tools/pay.yaml:5:82 error ref/unknown-field no field "amuont" in the input; did you mean "amount"?',
    ]);
  });

  it('what a step passes is held to the input of the agent or tool, at the offending leaf', async () => {
    expect(
      await flow(`steps:
  - id: one
    agent: judge
    with: { line: { sku: 1 }, strct: true }
  - id: two
    agent: judge
  - id: three
    agent: talker
    with: { line: 1 }
  - id: four
    agent: talker
  - id: five
    tool: pay
    with:
      amount: \${{ input.state }}
      note: \${{ steps.one.output }}
  - id: six
    tool: pay
  - id: seven
    agent: judge
    with: { line: '\${{ input.lines[0] }}', strict: '\${{ input.big }}' }
  - id: eight
    tool: pay
    with: { amount: '\${{ sum(input.lines.map(l, default(l.price, 0))) }}', note: '\${{ steps.seven.output.verdict }}' }
`),
    ).to.deep.equal([
      '"1" type/argument "line.sku" of agent "judge" must be string, got number',
      '"strct" type/unknown-argument agent "judge" takes no "strct"; did you mean "strict"?',
      '"judge" type/missing-argument agent "judge" needs "line" (map with sku)',
      '"with" type/unknown-argument agent "talker" takes a "message", not an input; declare an "inputSchema" to give it one',
      '"talker" type/missing-argument agent "talker" needs a "message"',
      '"${{ input.state }}" type/argument "amount" of tool "pay" must be number, got string',
      '"${{ steps.one.output }}" type/argument "note" of tool "pay" must be string, got map with verdict, amount',
      '"pay" type/missing-argument tool "pay" needs "amount" (number)',
    ]);
  });

  it('what a workflow gives is held to its output schema, also by "return" and by its last step', async () => {
    const result =
      'outputSchema: { type: object, required: [state, n], additionalProperties: false, properties: { state: { enum: [open, closed] }, n: { type: number } } }\n';
    expect(
      await flow(`${result}steps:
  - id: early
    if: input.big
    return: { state: clsed, n: 1 }
  - id: other
    set: { state: open }
output:
  state: \${{ input.state }}
  n: \${{ steps.other.output.state }}
  m: 1
`),
    ).to.deep.equal([
      '"clsed" type/result "state" of the output must be "open" or "closed", got "clsed"; did you mean "closed"?',
      `"\${{ steps.other.output.state }}" type/result "n" of the output must be number, got string`,
      '"m" type/result the output has no field "m"; expected one of "n", "state"',
    ]);
    expect(
      await flow(`${result}steps:\n  - { id: last, set: { state: '\${{ input.state }}' } }\n`),
    ).to.deep.equal([
      `"last" type/result the output of the last step, which is the workflow's, lacks "n" (number)`,
    ]);
    expect(
      await flow(`${result}steps:\n  - { id: last, set: { state: '\${{ input.state }}', n: 1 } }\n`),
    ).to.deep.equal([]);
  });

  it('the output of a step with a condition needs a guard', async () => {
    const pay = `steps:
  - id: pay
    if: input.big && input.amount > 3
    tool: pay
    with: { amount: 1 }
    idempotencyKey: x
  - id: use
`;
    const guarded = [
      `    set: { id: '\${{ steps.pay.status == "succeeded" ? steps.pay.output.paymentId : "" }}' }`,
      `    set: { id: '\${{ steps.pay.status != "skipped" ? steps.pay.output.paymentId : "" }}' }`,
      `    set: { id: '\${{ steps.pay.output != null ? steps.pay.output.paymentId : "" }}' }`,
      `    set: { id: '\${{ has(steps.pay.output.paymentId) ? steps.pay.output.paymentId : "" }}' }`,
      `    set: { id: '\${{ default(steps.pay.output.paymentId, "") }}' }`,
      `    set: { id: '\${{ steps.pay.output.?paymentId.orValue("") }}' }`,
      `    set: { id: '\${{ steps.pay.output }}' }`,
      `    if: steps.pay.status == "succeeded"\n    set: { id: '\${{ steps.pay.output.paymentId }}' }`,
      `    if: input.big && input.amount > 3 && input.state == "open"\n    set: { id: '\${{ steps.pay.output.paymentId }}' }`,
      `    if: steps.pay.output.paymentId == "x" && steps.pay.status == "succeeded"\n    log: paid`,
      '    log: "{{#if steps.pay.output}}{{steps.pay.output.paymentId}}{{/if}}"',
      '    log: "{{#if steps.pay.output.paymentId}}{{steps.pay.output.paymentId}}{{/if}}"',
      '    log: "{{steps.pay.output}}"'.replace('.output', '.status'),
    ];
    for (const step of guarded) expect(await flow(`${pay}${step}\n`), step).to.deep.equal([]);
    const message =
      'graph/may-not-have-run step "pay" may not have run, and "steps.pay.output" is null then; ask for steps.pay.status == "succeeded" first, or write default(…)';
    const bare = [
      `    set: { id: '\${{ steps.pay.output.paymentId }}' }`,
      `    set: { id: '\${{ size(steps.pay.output) }}' }`,
      `    if: input.big\n    set: { id: '\${{ steps.pay.output.paymentId }}' }`,
      '    log: "{{steps.pay.output.paymentId}}"',
    ];
    for (const step of bare)
      expect(await flow(`${pay}${step}\n`), step).to.deep.equal([`"steps.pay.output" ${message}`]);
    const flag =
      'steps:\n  - { id: one, if: input.big, prompt: hi, outputSchema: { type: array, items: { type: string } } }\n';
    expect(
      await flow(
        `${flag}  - { id: two, foreach: { items: steps.one.output, maxItems: 1 }, steps: [{ id: three, log: hi }] }\n`,
      ),
    ).to.deep.equal([
      '"steps.one.output" graph/may-not-have-run step "one" may not have run, and this is null then; ask for steps.one.status == "succeeded" first, or write default(…)',
    ]);
    expect(
      await flow(
        `${flag}  - { id: two, foreach: { items: 'default(steps.one.output, [])', maxItems: 1 }, steps: [{ id: three, log: hi }] }\n`,
      ),
    ).to.deep.equal([]);
    expect(
      await flow(
        `${pay}    tool: pay\n    idempotencyKey: x\n    with: { amount: 1, note: '\${{ steps.pay.output }}' }\n`,
      ),
    ).to.deep.equal([
      `"'\${{ steps.pay.output }}'" type/argument "note" of tool "pay" must be string, got map with paymentId`,
    ]);
  });

  it('a step that ends the run tells the steps behind it that its condition did not hold', async () => {
    const steps = (guard: string): string => `steps:
  - { id: pay, if: input.big, tool: pay, with: { amount: 1 }, idempotencyKey: x }
${guard}  - { id: use, set: { id: '\${{ steps.pay.output.paymentId }}' } }
`;
    expect(await flow(steps(''))).to.have.length(1);
    expect(
      await flow(steps('  - { id: stop, if: steps.pay.output == null, fail: not paid }\n')),
    ).to.deep.equal([]);
    expect(
      await flow(
        steps(
          '  - { id: stop, branch: [{ when: "!input.big", steps: [{ id: end, return: { id: none } }] }] }\n',
        ),
      ),
    ).to.deep.equal([]);
  });

  it('blocks give the types of what is inside', async () => {
    expect(
      await flow(
        `steps:
  - id: both
    parallel:
      branches:
        left: [{ id: l, agent: judge, with: { line: { sku: a } } }]
        right: [{ id: r, set: { n: 1 } }]
    output: { v: '\${{ steps.l.output.verdct }}', n: '\${{ steps.r.output.n }}' }
  - id: all
    parallel:
      onError: collect
      branches:
        left: [{ id: l2, agent: judge, with: { line: { sku: a } } }]
  - id: each
    foreach: { items: input.lines, as: line, maxItems: 9 }
    steps:
      - { id: judged, agent: judge, with: { line: '\${{ line }}' } }
  - id: pick
    branch:
      - when: steps.each.output[0].verdict == "refnd"
        steps: [{ id: yes, set: { kind: a, x: 1 } }]
      - else: true
        steps: [{ id: no, set: { kind: b, y: t } }]
  - id: rounds
    loop: { until: steps.round.output.cuont > 3, maxIterations: 5 }
    steps:
      - { id: round, set: { count: '\${{ prev == null ? 1 : prev.coutn + index }}' } }
  - id: caught
    agent: judge
    with: { line: { sku: a } }
    catch:
      - on: [timeout]
        steps: [{ id: rescue, set: { verdict: none, why: '\${{ error.mesage }}' } }]
  - id: last
    set:
      a: \${{ steps.both.output.m }}
      b: '\${{ steps.all.output.left.status == "failed" ? steps.all.output.left.error.cod : steps.all.output.left.output.verdict }}'
      c: \${{ steps.each.output.map(e, e.verdit) }}
      d: '\${{ steps.pick.output.kind == "a" ? steps.pick.output.y : 0 }}'
      e: \${{ steps.rounds.output.cont }}
      f: \${{ steps.caught.output.verdict == "nonne" }}
      g: \${{ steps.caught.error.cde }}
      h: \${{ run.workflw }}
`,
      ),
    ).to.deep.equal([
      '"verdct" ref/unknown-field no field "verdct" in "steps.l.output"; did you mean "verdict"?',
      `"'refnd'" expr/impossible-literal "refnd" can never equal "refund" or "decline"; did you mean "refund"?`,
      '"cuont" ref/unknown-field no field "cuont" in "steps.round.output"; did you mean "count"?',
      '"coutn" ref/unknown-field no field "coutn" in "prev"; did you mean "count"?',
      '"mesage" ref/unknown-field no field "mesage" in "error"; did you mean "message"?',
      '"m" ref/unknown-field no field "m" in "steps.both.output"; expected one of "n", "v"',
      '"cod" ref/unknown-field no field "cod" in "steps.all.output.left.error"; did you mean "code"?',
      '"verdit" ref/unknown-field no field "verdit" in "e"; did you mean "verdict"?',
      '"y" ref/unknown-field no field "y" in "steps.pick.output"; expected one of "kind", "x"',
      '"cont" ref/unknown-field no field "cont" in "steps.rounds.output"; did you mean "count"?',
      `"'nonne'" expr/impossible-literal "nonne" can never equal "refund", "decline" or "none"; did you mean "none"?`,
      '"cde" ref/unknown-field no field "cde" in "steps.caught.error"; did you mean "code"?',
      '"workflw" ref/unknown-field no field "workflw" in "run"; did you mean "workflow"?',
    ]);
  });

  it('a condition must be a condition, and a list a list', async () => {
    expect(
      await flow(`steps:
  - { id: a, if: input.amount, log: hi }
  - { id: b, foreach: { items: input.state, maxItems: 2 }, steps: [{ id: c, log: hi }] }
  - { id: d, loop: { until: input.state, maxIterations: 2 }, steps: [{ id: e, log: '{{input.lines}}' }] }
`),
    ).to.deep.equal([
      '"input.amount" expr/not-boolean must be true or false, got number',
      '"input.state" expr/not-list must be a list, got string',
      '"input.state" expr/not-boolean must be true or false, got string',
      '"input.lines" template/raw-object "input.lines" is a list, not text; write {{json input.lines}}, or go through it with {{#each input.lines}}',
    ]);
  });
});
