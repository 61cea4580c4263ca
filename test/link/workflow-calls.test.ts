import { expect } from 'chai';
import { compile } from '../../engine/compile.ts';
import { findingsOf, programOf, projectOf } from '../fakes/project.ts';

const payout = `inputSchema:
  type: object
  required: [amount]
  additionalProperties: false
  properties: { amount: { type: number }, note: { type: string, default: none } }
outputSchema: { type: object, required: [paid], additionalProperties: false, properties: { paid: { type: boolean } } }
steps: [{ id: a, set: { paid: true } }]
`;
const count = 'steps: [{ id: a, set: { n: 1 } }]\noutput: { n: "${{ steps.a.output.n }}" }\n';
const call = (name: string): string => `steps: [{ id: a, workflow: ${name} }]\n`;

describe('link: workflow calls', () => {
  it('a call is held to the input of the workflow and gives its output, declared or worked out', async () => {
    const files = {
      'src/workflows/payout.yaml': payout,
      'src/workflows/count.yaml': count,
      'src/workflows/maybe.yaml':
        'steps: [{ id: a, if: run.id == "x", return: 1 }, { id: b, set: { n: 1 } }]\n',
    };
    expect(
      await findingsOf({
        ...files,
        'src/workflows/flow.yaml': `steps:
  - { id: one, workflow: payout, with: { amount: 1 } }
  - { id: two, if: steps.one.output.paid, workflow: count }
  - { id: three, if: steps.two.status == "succeeded", log: '{{steps.two.output.n}}' }
  - { id: four, workflow: maybe }
  - { id: five, log: '{{steps.four.output.what}}' }
  - { id: six, workflow: count, outputSchema: { type: object, required: [n], properties: { n: { enum: [1] } } } }
`,
      }),
    ).to.deep.equal([]);
    expect(
      await findingsOf({
        ...files,
        'src/workflows/flow.yaml': `steps:
  - { id: one, workflow: pyout, with: { amount: 1 } }
  - { id: two, workflow: payout, with: { amout: 1 } }
  - { id: three, workflow: payout }
  - { id: four, workflow: payout, with: { amount: a } }
  - { id: five, log: '{{steps.four.output.piad}}' }
  - { id: six, workflow: count }
  - { id: seven, log: '{{steps.six.output.m}}' }
  - { id: eight, workflow: payout, with: { amount: 1 }, outputSchema: { type: string } }
`,
      }),
    ).to.deep.equal([
      'src/workflows/flow.yaml:2:26 error ref/unknown-workflow no workflow "pyout"; did you mean "payout"?',
      'src/workflows/flow.yaml:3:42 error type/unknown-argument workflow "payout" takes no "amout"; did you mean "amount"?',
      'src/workflows/flow.yaml:4:28 error type/missing-argument workflow "payout" needs "amount" (number)',
      'src/workflows/flow.yaml:5:51 error type/argument "amount" of workflow "payout" must be number, got string',
      'src/workflows/flow.yaml:6:43 error ref/unknown-field no field "piad" in "steps.four.output"; did you mean "paid"?',
      'src/workflows/flow.yaml:8:43 error ref/unknown-field no field "m" in "steps.six.output"; expected one of "n"',
      'src/workflows/flow.yaml:9:57 error type/result the output of workflow "payout" never fits this schema: it must be string, got map with paid',
    ]);
  });

  it('null from a skipped step is plain null to those who call the workflow', async () => {
    expect(
      await findingsOf({
        'src/workflows/maybe.yaml':
          'steps: [{ id: a, if: run.id == "x", set: { n: 1 } }]\noutput: { deep: "${{ steps.a.output }}" }\n',
        'src/workflows/flow.yaml':
          'steps: [{ id: a, workflow: maybe }]\noutput: ${{ steps.a.output.deep.n }}\n',
      }),
    ).to.deep.equal([
      'src/workflows/flow.yaml:2:13 error expr/nullable "steps.a.output.deep" may be null, which is refused here; ask for steps.a.output.deep != null first, or write default(steps.a.output.deep, …)',
    ]);
  });

  it('an agent in TypeScript may be called, prompted and dispatched to', async () => {
    const program = await programOf({
      'src/agents/coder.ts': 'throw new Error("imported");\n',
      'src/workflows/flow.yaml': `steps:
  - { id: one, agent: coder, with: { x: 1 } }
  - { id: two, dispatch: { agent: coder } }
  - { id: three, log: '{{steps.one.output.whatever}}' }
`,
    });
    expect(program.unavailable).to.deep.equal([]);
    expect(program.agents['coder']?.module).to.match(/coder\.ts$/);
  });

  it('a workflow that always calls itself, directly or through others, is reported once, with the calls', async () => {
    const { diagnostics } = await compile(
      projectOf({
        'src/workflows/a.yaml': call('b'),
        'src/workflows/b.yaml': `steps:
  - id: both
    parallel: { branches: { one: [{ id: x, log: hi }], two: [{ id: y, workflow: c }] } }
`,
        'src/workflows/c.yaml': call('a'),
        'src/workflows/self.yaml':
          'steps: [{ id: a, loop: { until: "true", maxIterations: 2 }, steps: [{ id: b, workflow: self }] }]\n',
        'src/workflows/before.yaml': call('a'),
      }),
    );
    expect(
      diagnostics.map(({ file, range, rule, message, related }) => [
        `${file}:${range?.start.line}:${range?.start.column} ${rule} ${message}`,
        ...(related ?? []).map((place) => `${place.file}:${place.range?.start.line} ${place.message}`),
      ]),
    ).to.deep.equal([
      [
        'src/workflows/a.yaml:1:28 graph/cycle "a" always calls itself: a → b → c → a',
        'src/workflows/b.yaml:3 this calls "c"',
        'src/workflows/c.yaml:1 this calls "a"',
      ],
      ['src/workflows/self.yaml:1:88 graph/cycle "self" always calls itself: self → self'],
    ]);
  });

  it('a workflow may call itself where a run can do without', async () => {
    const right = [
      'steps: [{ id: a, if: input.more, workflow: w, with: { more: false } }]\n',
      'steps: [{ id: s, if: "!input.more", return: 1 }, { id: a, workflow: w, with: { more: false } }]\n',
      'steps: [{ id: b, branch: [{ when: input.more, steps: [{ id: a, workflow: w, with: { more: false } }] }] }]\n',
      'steps: [{ id: l, loop: { while: input.more, maxIterations: 2 }, steps: [{ id: a, workflow: w, with: { more: false } }] }]\n',
      'steps: [{ id: t, set: { a: 1 }, catch: [{ steps: [{ id: a, workflow: w, with: { more: false } }] }] }]\n',
    ];
    const input =
      'inputSchema: { type: object, required: [more], properties: { more: { type: boolean } } }\n';
    for (const steps of right)
      expect(await findingsOf({ 'src/workflows/w.yaml': input + steps }), steps).to.deep.equal([]);
  });

  it('the hash of a workflow covers the workflows, skills, agents and roles it reaches, however far', async () => {
    const files = {
      'engine.yaml': 'model: script/m\n',
      'src/models/m.yaml': 'default: { text: hi }\n',
      '.agents/skills/guide/SKILL.md': '---\nname: guide\ndescription: A guide.\n---\n\nText.\n',
      '.agents/roles/boss.md': '---\ndescription: The boss.\n---\n\nBe brief.\n',
      'src/profiles/helper.md': '---\ndescription: Helps.\n---\n\nHelp.\n',
      'src/agents/talker.md': '---\ndescription: Talks.\n---\n\nTalk.\n',
      'src/workflows/one.yaml': call('two'),
      'src/workflows/two.yaml': call('three'),
      'src/workflows/three.yaml': `steps:
  - { id: a, skill: guide }
  - { id: b, task: hi, agent: helper, role: boss }
  - { id: c, dispatch: { agent: talker, message: hi } }
`,
      'src/workflows/aside.yaml': 'steps: [{ id: a, log: hi }]\n',
    };
    const before = (await programOf(files)).workflows;
    const changes: Record<string, string> = {
      '.agents/skills/guide/SKILL.md': '---\nname: guide\ndescription: A guide.\n---\n\nOther text.\n',
      '.agents/roles/boss.md': '---\ndescription: The boss.\n---\n\nBe long.\n',
      'src/profiles/helper.md': '---\ndescription: Helps.\n---\n\nHelp more.\n',
      'src/agents/talker.md': '---\ndescription: Talks.\n---\n\nTalk more.\n',
      'src/workflows/three.yaml': `${files['src/workflows/three.yaml']}  - { id: d, log: hi }\n`,
    };
    for (const [file, text] of Object.entries(changes)) {
      const after = (await programOf({ ...files, [file]: text })).workflows;
      expect(after['one']?.hash, file).not.to.equal(before['one']?.hash);
      expect(after['two']?.hash, file).not.to.equal(before['two']?.hash);
      expect(after['aside']?.hash, file).to.equal(before['aside']?.hash);
    }
  });

  it('a workflow in TypeScript may be called; what it takes and gives is free, and its code is not run', async () => {
    const program = await programOf({
      'src/workflows/coded.ts': 'throw new Error("imported");\nexport function run() {}\n',
      'src/workflows/flow.yaml': `steps:
  - { id: one, workflow: coded, with: { anything: 1 } }
  - { id: two, log: '{{steps.one.output.whatever}}' }
`,
    });
    expect(program.workflows['coded']?.module).to.match(/coded\.ts$/);
    expect(program.unavailable).to.deep.equal([]);
  });

  it('a long chain of workflows is linked', async () => {
    const files: Record<string, string> = {};
    for (let index = 0; index < 120; index += 1)
      files[`src/workflows/w${index}.yaml`] = index === 119 ? count : call(`w${index + 1}`);
    expect(await findingsOf(files)).to.deep.equal([]);
  });
});
