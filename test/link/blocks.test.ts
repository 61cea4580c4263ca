import { expect } from 'chai';
import { markedFindings } from './marked.ts';

const around = {
  'engine.yaml': 'model: script/m\n',
  'src/models/m.yaml': 'default: { text: hi }\n',
  'src/tools/look.yaml': `description: Looks.
type: http
outputSchema: { type: object, required: [state, n], properties: { state: { enum: [open, closed, lost] }, n: { type: number } } }
request: { url: 'http://localhost/look' }
`,
};
const input = `inputSchema:
  type: object
  required: [big, lines, kind]
  properties:
    big: { type: boolean }
    kind: { enum: [red, green, blue] }
    lines: { type: array, maxItems: 9, items: { type: object, required: [sku], properties: { sku: { type: string } } } }
`;

const flow = (steps: string): Promise<string[]> =>
  markedFindings({ ...around, 'src/workflows/flow.yaml': `${input}steps:\n${steps}` });

/** Steps that each are right. */
async function silent(all: readonly string[]): Promise<void> {
  for (const steps of all) expect(await flow(steps), steps).to.deep.equal([]);
}

describe('link: blocks', () => {
  it('the steps inside a block are out of sight outside, and the message says where they live', async () => {
    expect(
      await flow(`  - id: both
    parallel:
      branches:
        left: [{ id: l, set: { n: 1 } }, { id: l2, log: '{{steps.l.output.n}}' }]
        right: [{ id: r, log: '{{steps.l.output.n}}' }]
  - id: each
    foreach: { items: input.lines, as: line, maxItems: 9 }
    steps: [{ id: e, set: { s: '\${{ line.sku }}' } }]
  - id: pick
    branch:
      - when: input.big
        steps: [{ id: p, set: { n: 1 } }]
      - else: true
        steps: [{ id: q, log: '{{steps.p.output.n}}' }]
  - id: rounds
    loop: { until: steps.o.output.n > 1, maxIterations: 3 }
    steps: [{ id: o, set: { n: 1 } }]
  - id: tried
    tool: look
    catch: [{ steps: [{ id: c, set: { state: lost, n: 0 } }] }]
  - id: last
    set:
      a: \${{ steps.l.output }}
      b: \${{ steps.e.output }}
      c: \${{ steps.p.output }}
      d: \${{ steps.o.output }}
      e: \${{ steps.c.output }}
      f: \${{ line.sku }}
      g: \${{ prev }}
      h: \${{ error.code }}
`),
    ).to.deep.equal([
      '"l" ref/unknown-step no step "l" is visible here; it lives inside step "both"; use steps.both.output',
      '"p" ref/unknown-step no step "p" is visible here; it lives inside step "pick"; use steps.pick.output',
      '"l" ref/unknown-step no step "l" is visible here; it lives inside step "both"; use steps.both.output',
      '"e" ref/unknown-step no step "e" is visible here; it lives inside step "each"; use steps.each.output',
      '"p" ref/unknown-step no step "p" is visible here; it lives inside step "pick"; use steps.pick.output',
      '"o" ref/unknown-step no step "o" is visible here; it lives inside step "rounds"; use steps.rounds.output',
      '"c" ref/unknown-step no step "c" is visible here; it lives inside step "tried"; use steps.tried.output',
      '"line" ref/unknown-name nothing is called "line" here; expected one of "env", "input", "run", "steps"',
      '"prev" ref/unknown-name nothing is called "prev" here; expected one of "env", "input", "run", "steps"',
      '"error" ref/unknown-name nothing is called "error" here; expected one of "env", "input", "run", "steps"',
    ]);
  });

  it('"parallel" gives a map, "foreach" a list, "branch" what its cases give, "loop" its last round', async () => {
    expect(
      await flow(`  - id: both
    parallel: { branches: { left: [{ id: l, set: { n: 1 } }], right: [{ id: r, tool: look }] } }
  - id: each
    foreach: { items: input.lines, as: line, maxItems: 9 }
    steps: [{ id: e, set: { s: '\${{ line.sku }}', i: '\${{ index + 1 }}' } }]
  - id: pick
    branch:
      - { when: input.big, steps: [{ id: p, set: { kind: one, a: 1 } }] }
      - { else: true, steps: [{ id: q, set: { kind: two, b: x } }] }
  - id: rounds
    loop: { until: steps.o.output.n > 1, maxIterations: 3 }
    steps: [{ id: o, tool: look }]
    output: { m: '\${{ steps.o.output.n }}' }
  - id: last
    set:
      a: \${{ steps.both.output.lft.n }}
      b: \${{ steps.both.output.right.stat }}
      c: \${{ steps.each.output.s }}
      d: \${{ steps.each.output[0].t }}
      e: \${{ steps.pick.output.c }}
      f: '\${{ steps.pick.output.kind == "one" ? steps.pick.output.a : steps.pick.output.b }}'
      g: \${{ steps.pick.output.kind == "three" }}
      h: \${{ steps.rounds.output.n }}
`),
    ).to.deep.equal([
      '"lft" ref/unknown-field no field "lft" in "steps.both.output"; did you mean "left"?',
      '"stat" ref/unknown-field no field "stat" in "steps.both.output.right"; did you mean "state"?',
      '"s" expr/type cannot read "s" of "steps.each.output": it is list',
      '"t" ref/unknown-field no field "t" in "steps.each.output[0]"; expected one of "i", "s"',
      '"c" ref/unknown-field no field "c" in "steps.pick.output"; expected one of "a", "b", "kind"',
      `"'three'" expr/impossible-literal "three" can never equal "one" or "two"`,
      '"n" ref/unknown-field no field "n" in "steps.rounds.output"; expected one of "m"',
    ]);
  });

  it('"foreach" is bounded by itself or by the schema of its list', async () => {
    await silent([
      '  - { id: each, foreach: { items: input.lines }, steps: [{ id: e, log: hi }] }\n',
      '  - { id: each, foreach: { items: "input.lines.filter(l, l.sku != \'a\')" }, steps: [{ id: e, tool: look }] }\n  - { id: again, foreach: { items: steps.each.output }, steps: [{ id: f, log: hi }] }\n',
    ]);
    expect(
      await flow(
        '  - { id: each, foreach: { items: \'input.lines[0].sku.split(",")\' }, steps: [{ id: e, log: hi }] }\n',
      ),
    ).to.deep.equal([
      '"foreach" cost/unbounded-foreach "foreach" needs "maxItems": the most items it may go through; the schema of the list may say it too',
    ]);
  });

  it('"prev" is null in the first round of a loop', async () => {
    const loop = (step: string, how = 'until: steps.o.output.n > 5'): string =>
      `  - id: rounds\n    loop: { ${how}, maxIterations: 9 }\n    steps:\n      - ${step}\n`;
    await silent([
      loop(`{ id: o, set: { n: '\${{ prev == null ? 1 : prev.n + 1 }}' } }`),
      loop(`{ id: o, set: { n: '\${{ index == 0 ? 1 : prev.n + 1 }}' } }`),
      loop(`{ id: o, set: { n: '\${{ index > 0 ? prev.n + 1 : 1 }}' } }`),
      loop(`{ id: o, set: { n: '\${{ default(prev.n, 0) + 1 }}' } }`),
      loop(`{ id: o, set: { n: '\${{ has(prev.n) ? prev.n : 1 }}' } }`),
      loop(`{ id: o, set: { n: '\${{ prev.?n.orValue(0) + 1 }}' } }`),
      loop(`{ id: t, if: index > 0, log: '{{prev.n}}' }\n      - { id: o, tool: look }`),
      loop(
        `{ id: o, tool: look }\n    output: { n: '\${{ steps.o.output.n }}' }`,
        'until: prev != null && prev.n > 3',
      ),
      loop(`{ id: t, log: '{{#if prev}}{{prev.n}}{{/if}}' }\n      - { id: o, tool: look }`),
      `${loop(`{ id: o, tool: look }`, 'while: prev == null || prev.n < 3')}  - { id: last, log: '{{steps.rounds.output.n}}' }\n`,
    ]);
    expect(await flow(loop(`{ id: o, set: { n: '\${{ prev.n + 1 }}' } }`))).to.have.length(1);
    expect(await flow(loop(`{ id: o, set: { n: '\${{ index == 0 ? prev.n : 1 }}' } }`))).to.have.length(1);
    expect(await flow(loop(`{ id: o, tool: look }`, 'while: prev.n < 3'))).to.have.length(1);
  });

  it('the cases before tell the later ones what did not hold', async () => {
    const pick = (cases: string): string => `  - id: pick\n    branch:\n${cases}`;
    await silent([
      pick(`      - { when: input.kind == "red", steps: [{ id: a, log: a }] }
      - { when: input.kind == "green", steps: [{ id: b, log: b }] }
      - { else: true, steps: [{ id: c, log: c }] }
`),
      `  - { id: maybe, if: input.big, tool: look }
${pick(`      - { when: steps.maybe.status == "skipped", steps: [{ id: a, log: a }] }
      - { else: true, steps: [{ id: c, log: '{{steps.maybe.output.n}}' }] }
`)}`,
    ]);
    const tagged = `  - id: one
    branch:
      - { when: input.big, steps: [{ id: p, set: { kind: a, x: 1 } }] }
      - { else: true, steps: [{ id: q, set: { kind: b, y: 2 } }] }
`;
    expect(
      await flow(
        tagged +
          pick(`      - { when: steps.one.output.kind == "a", steps: [{ id: a, log: '{{steps.one.output.x}}' }] }
      - { when: steps.one.output.x == 1, steps: [{ id: b, log: '{{steps.one.output.y}}' }] }
      - { else: true, steps: [{ id: c, log: '{{steps.one.output.y}}' }] }
`),
      ),
    ).to.deep.equal([
      '"x" ref/unknown-field no field "x" in "steps.one.output"; expected one of "kind", "y"',
    ]);
  });

  it('the status of a step tells what its output and its error are', async () => {
    const maybe = '  - { id: maybe, if: input.big, tool: look }\n';
    const tried = `  - id: tried
    tool: look
    catch: [{ on: [timeout], output: { late: true } }, { steps: [{ id: c, set: { why: '\${{ error.code }}' } }] }]
`;
    await silent([
      `${maybe}  - { id: use, if: steps.maybe.status == "succeeded", log: '{{steps.maybe.output.n}}' }\n`,
      `${maybe}  - { id: use, if: 'steps.maybe.status != "skipped" && steps.maybe.output.n > 1', log: hi }\n`,
      `${maybe}  - { id: end, if: steps.maybe.status == "skipped", return: 1 }\n  - { id: use, log: '{{steps.maybe.output.n}}' }\n`,
      `${tried}  - { id: use, if: steps.tried.status == "succeeded", log: '{{steps.tried.output.state}}' }\n`,
      `${tried}  - { id: use, if: steps.tried.status == "recovered", log: '{{steps.tried.error.message}}' }\n`,
    ]);
    expect(
      await flow(
        `${tried}  - { id: use, if: steps.tried.status == "succeeded", log: '{{steps.tried.output.late}}' }
  - { id: two, if: steps.tried.status == "recovered", log: '{{steps.tried.output.state}}' }
  - { id: three, if: steps.tried.status == "sucseeded", log: hi }
`,
      ),
    ).to.deep.equal([
      '"late" ref/unknown-field no field "late" in "steps.tried.output"; expected one of "n", "state"',
      '"state" ref/unknown-field no field "state" in "steps.tried.output"; expected one of "late", "why"',
      `"'sucseeded'" expr/impossible-literal "sucseeded" can never equal "succeeded", "recovered", "skipped" or "failed"; did you mean "succeeded"?`,
    ]);
  });

  it('what "catch" does sees the error and the steps before, not the step that failed', async () => {
    expect(
      await flow(`  - { id: before, set: { n: 1 } }
  - id: tried
    tool: look
    catch:
      - on: [timeout]
        steps:
          - { id: a, log: '{{error.message}} {{steps.before.output.n}}' }
          - { id: b, log: '{{steps.tried.output.n}}' }
        output: { code: '\${{ error.cod }}', n: '\${{ steps.a.status }}' }
      - output: { n: '\${{ steps.a.output }}' }
`),
    ).to.deep.equal([
      '"tried" ref/unknown-step no step "tried" is visible here; it is the step that failed; read "error" instead',
      '"cod" ref/unknown-field no field "cod" in "error"; did you mean "code"?',
      '"a" ref/unknown-step no step "a" is visible here; it lives inside step "tried"; use steps.tried.output',
    ]);
  });
});
