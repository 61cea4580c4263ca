import { expect } from 'chai';
import type { Program } from '../../engine/program/program.ts';
import type { Step } from '../../engine/program/step.ts';
import { programOf } from '../fakes/project.ts';
import { markedFindings } from './marked.ts';

/** What the workflows below call. */
const around = {
  'engine.yaml': 'model: script/m\nsecrets: { TOKEN: {} }\nenv: [HOST]\n',
  'src/models/m.yaml': 'default: { text: hi }\n',
  '.agents/skills/guide/SKILL.md': '---\nname: guide\ndescription: A guide.\n---\n\nText.\n',
  'src/sandboxes/shell.yaml': 'type: virtual\nshell: true\n',
  '.agents/roles/boss.md': '---\ndescription: The boss.\n---\n\nBe brief.\n',
  'src/profiles/helper.md': '---\ndescription: Helps.\n---\n\nHelp.\n',
  'src/agents/judge.yaml': `description: Judges.
inputSchema: { type: object, required: [line], additionalProperties: false, properties: { line: { type: string } } }
outputSchema: { type: object, required: [verdict], properties: { verdict: { enum: [refund, decline] } } }
`,
  'src/agents/talker.yaml': 'description: Talks.\n',
  'src/tools/pay.yaml': `description: Pays.
type: http
inputSchema: { type: object, required: [amount], properties: { amount: { type: number } } }
outputSchema: { type: object, required: [paymentId, state], properties: { paymentId: { type: string }, state: { type: string } } }
request: { url: 'http://localhost/pay' }
`,
  'src/workflows/payout.yaml': `inputSchema: { type: object, required: [amount], additionalProperties: false, properties: { amount: { type: number }, note: { type: string, default: none } } }
outputSchema: { type: object, required: [paid], additionalProperties: false, properties: { paid: { type: boolean } } }
steps: [{ id: a, set: { paid: true } }]
`,
  'src/workflows/count.yaml': 'steps: [{ id: a, set: { n: 1 } }]\noutput: { n: "${{ steps.a.output.n }}" }\n',
};
const input = `inputSchema:
  type: object
  required: [text, amount, due, kind, lines]
  properties:
    text: { type: string }
    amount: { type: number }
    due: { type: string }
    kind: { enum: [a, b] }
    lines: { type: array, maxItems: 9, items: { type: string } }
`;

/** Findings about a workflow; where secrets may flow is told elsewhere. */
async function flow(steps: string): Promise<string[]> {
  const findings = await markedFindings({ ...around, 'src/workflows/flow.yaml': input + steps });
  return findings.map((finding) => finding.replace(/(?<=security\/secret-in-\w+) .*$/, ''));
}

/** The first step of a right workflow, and what of the program cannot run. */
async function stepOf(steps: string): Promise<{ step: Step | undefined; unavailable: string[] }> {
  const program = await programOf({ ...around, 'src/workflows/flow.yaml': input + steps });
  return { step: program.workflows['flow']?.steps[0], unavailable: unavailableOf(program) };
}

function unavailableOf({ unavailable }: Program): string[] {
  return unavailable.map(({ message }) => message);
}

describe('link: verbs', () => {
  it('"skill" has an agent work by a skill', async () => {
    const { step, unavailable } = await stepOf(`steps:
  - id: one
    skill: guide
    agent: judge
    role: boss
    with: { text: '\${{ input.text }}' }
    session: s-{{input.kind}}
  - { id: two, log: 'so {{steps.one.output.verdict}}' }
  - { id: three, skill: guide }
  - { id: four, log: '{{upper steps.three.output}}' }
`);
    expect(step).to.include({ verb: 'skill', skill: 'guide', agent: 'judge', role: 'boss' });
    expect(unavailable).to.deep.equal([]);
    expect(
      await flow(`steps:
  - { id: one, skill: giude, agent: jduge, role: bss, with: { a: '\${{ input.txt }}' } }
  - { id: two, skill: guide, agent: judge }
  - { id: three, log: '{{steps.two.output.verdct}}' }
`),
    ).to.deep.equal([
      '"giude" ref/unknown-skill no skill "giude"; did you mean "guide"?',
      '"jduge" ref/unknown-agent no agent "jduge"; did you mean "judge"?',
      '"bss" ref/unknown-role no role "bss"; did you mean "boss"?',
      '"txt" ref/unknown-field no field "txt" in the input; did you mean "text"?',
      '"verdct" ref/unknown-field no field "verdct" in "steps.two.output"; did you mean "verdict"?',
    ]);
  });

  it('"task" gives an agent or profile something to do', async () => {
    const { step } = await stepOf(`steps:
  - { id: one, task: 'Look into {{input.text}}', agent: helper }
  - { id: two, task: Judge it, agent: judge, outputSchema: { type: object, required: [ok], properties: { ok: { type: boolean } } } }
  - { id: three, if: steps.two.output.ok, log: '{{lower steps.one.output}}' }
`);
    expect(step).to.include({ verb: 'task', agent: 'helper' });
    expect(
      await flow(`steps:
  - { id: one, task: 'Look into {{input.txt}}', agent: hlper }
  - { id: two, task: Judge, outputSchema: { type: object, properties: { ok: { type: boolean } } } }
  - { id: three, log: '{{steps.two.output.okk}}' }
`),
    ).to.deep.equal([
      '"txt" ref/unknown-field no field "txt" in the input; did you mean "text"?',
      '"hlper" ref/unknown-agent no agent "hlper"; did you mean "helper"?',
      '"okk" ref/unknown-field no field "okk" in "steps.two.output"; did you mean "ok"?',
    ]);
  });

  it('"shell" runs a line or a list of words, whose templates are checked', async () => {
    const { step } = await stepOf(`sandbox: shell
steps:
  - { id: one, shell: [git, checkout, '{{input.text}}'], cwd: 'src/{{input.kind}}', env: { TOKEN: '\${{ secrets.TOKEN }}', CI: true } }
  - { id: two, shell: 'npm test', timeout: 5m }
  - { id: three, if: steps.two.output.exitCode == 0, log: '{{steps.one.output.stdout}}{{steps.two.output.stderr}}' }
`);
    expect(step).to.include({ verb: 'shell' });
    expect(
      await flow(`sandbox: shell
steps:
  - { id: one, shell: 'echo {{input.txt}}', env: { TOKEN: '\${{ secrets.TOKNE }}' } }
  - { id: two, shell: [echo, '{{secrets.TOKEN}}'], outputSchema: { type: string } }
  - { id: three, shell: ls }
  - { id: four, log: '{{steps.three.output.stdot}}' }
`),
    ).to.deep.equal([
      '"txt" ref/unknown-field no field "txt" in the input; did you mean "text"?',
      '"TOKNE" ref/unknown-secret no secret "TOKNE"; did you mean "TOKEN"?',
      '"secrets" security/secret-in-text',
      '"outputSchema" type/result the output of a command never fits this schema: it must be string, got map with stdout, stderr, exitCode',
      '"stdot" ref/unknown-field no field "stdot" in "steps.three.output"; did you mean "stdout"?',
    ]);
    expect(await flow('steps: [{ id: one, shell: ls }, { id: two, tool: read }]\n')).to.deep.equal([
      '"shell" security/tool-not-granted "shell" needs a sandbox that grants it, and "none" has no commands at all; name another "sandbox" in the workflow',
      '"read" security/tool-not-granted tool "read" needs a sandbox that grants it, and "none" has no files; name another "sandbox" in the workflow',
    ]);
  });

  it('"code" is no template and sees what "with" gives', async () => {
    const { step } = await stepOf(`steps:
  - { id: one, code: 'sum(len(l) for l in lines) # {{not}}', with: { lines: '\${{ input.lines }}' }, outputSchema: { type: number } }
  - { id: two, set: { twice: '\${{ steps.one.output * 2 }}' } }
`);
    expect(step).to.include({ verb: 'code', code: 'sum(len(l) for l in lines) # {{not}}' });
    expect(
      await flow(`steps:
  - { id: one, code: '1', with: { a: '\${{ input.lnes }}' }, outputSchema: { type: object, properties: { n: { type: number } } } }
  - { id: two, set: { n: '\${{ steps.one.output.m }}' } }
`),
    ).to.deep.equal([
      '"lnes" ref/unknown-field no field "lnes" in the input; did you mean "lines"?',
      '"m" ref/unknown-field no field "m" in "steps.one.output"; expected one of "n"',
    ]);
  });

  it('"http" gives status, headers and body; only its headers read secrets', async () => {
    const { step } = await stepOf(`steps:
  - id: one
    http:
      method: POST
      url: 'https://{{env.HOST}}/{{input.kind}}'
      headers: { authorization: "\${{ 'Bearer ' + secrets.TOKEN }}" }
      query: { q: '\${{ input.text }}' }
      body: { lines: '\${{ input.lines }}' }
  - { id: two, if: steps.one.output.status == 200, set: { a: '\${{ steps.one.output.body.rates }}', b: '\${{ steps.one.output.headers.etag }}' } }
`);
    expect(step).to.include({ verb: 'http' });
    expect(
      await flow(`steps:
  - id: one
    http:
      url: 'https://example.org/{{input.txt}}?t={{secrets.TOKEN}}'
      headers: { authorization: "\${{ secrets.TOKE }}" }
      query: { q: '\${{ secrets.TOKEN }}' }
      body: '\${{ input.lnes }}'
  - { id: two, set: { a: '\${{ steps.one.output.stats }}' } }
  - { id: three, http: { method: GET } }
  - { id: four, http: { url: 'http://localhost', metod: GET } }
`),
    ).to.deep.equal([
      '"txt" ref/unknown-field no field "txt" in the input; did you mean "text"?',
      '"secrets" security/secret-in-text',
      '"TOKE" ref/unknown-secret no secret "TOKE"; did you mean "TOKEN"?',
      '"secrets" security/secret-in-value',
      '"lnes" ref/unknown-field no field "lnes" in the input; did you mean "lines"?',
      '"stats" ref/unknown-field no field "stats" in "steps.one.output"; did you mean "status"?',
      '"http" schema/missing-key "url" is missing in "http"',
      '"metod" schema/unknown-key unknown key "metod"; did you mean "method"?',
    ]);
  });

  it('"dispatch" hands a message to an agent and gives the receipt', async () => {
    const { step } = await stepOf(`steps:
  - id: one
    dispatch: { agent: talker, instance: 'c-{{input.kind}}', session: s, message: 'Hello {{input.text}}' }
  - { id: two, log: 'sent {{steps.one.output.submissionId}}' }
  - { id: three, dispatch: { agent: judge, with: { line: '\${{ input.text }}' } } }
`);
    expect(step).to.include({ verb: 'dispatch', agent: 'talker' });
    expect(
      await flow(`steps:
  - { id: one, dispatch: { agent: tlker, message: 'Hello {{input.txt}}' } }
  - { id: two, dispatch: { agent: talker } }
  - { id: three, dispatch: { agent: judge, with: { lin: a } } }
  - { id: four, dispatch: { agent: judge } }
  - { id: five, log: '{{steps.four.output.text}}' }
  - { id: six, dispatch: { agent: judge, with: { line: '\${{ input.amount }}' } } }
  - { id: seven, dispatch: { message: hi } }
`),
    ).to.deep.equal([
      '"tlker" ref/unknown-agent no agent "tlker"; did you mean "talker"?',
      '"txt" ref/unknown-field no field "txt" in the input; did you mean "text"?',
      '"talker" type/missing-argument agent "talker" needs a "message"',
      '"lin" type/unknown-argument agent "judge" takes no "lin"; did you mean "line"?',
      '"judge" type/missing-argument agent "judge" needs "line" (string)',
      '"text" ref/unknown-field no field "text" in "steps.four.output"; expected one of "acceptedAt", "agent", "instance", "session", "submissionId"',
      `"'\${{ input.amount }}'" type/argument "line" of agent "judge" must be string, got number`,
      '"dispatch" schema/missing-key "agent" is missing in "dispatch"',
    ]);
  });

  it('"approval" gives a decision, by whom and when, and the data of its form', async () => {
    const { step } = await stepOf(`steps:
  - id: one
    approval:
      title: Refund {{input.amount}}?
      message: '{{#each input.lines}}- {{this}}{{/each}}'
      details: more
      approvers: ['role:lead', ada]
      requireDifferentApprover: true
      form: { type: object, required: [note], properties: { note: { type: string } } }
      timeout: 24h
      onTimeout: reject
  - id: two
    set:
      ok: '\${{ steps.one.output.decision == "approved" }}'
      by: \${{ steps.one.output.by }}
      note: \${{ steps.one.output.data.note }}
  - { id: three, agent: judge, with: { line: '\${{ steps.one.output.by }}' } }
`);
    expect(step).to.include({ verb: 'approval', timeoutMs: 86_400_000, onTimeout: 'reject' });
    expect(step).to.deep.include({ approvers: ['role:lead', 'ada'], requireDifferentApprover: true });
    expect(
      await flow(`steps:
  - { id: one, approval: { title: 'Refund {{input.amont}}?', form: { type: object, properties: { note: { type: string } } } } }
  - id: two
    set:
      ok: '\${{ steps.one.output.decision == "approve" }}'
      by: \${{ steps.one.output.who }}
      note: \${{ steps.one.output.data.nte }}
  - { id: three, approval: { message: hi } }
  - { id: four, approval: { title: hi, onTimeout: expired } }
`),
    ).to.deep.equal([
      '"amont" ref/unknown-field no field "amont" in the input; did you mean "amount"?',
      `"'approve'" expr/impossible-literal "approve" can never equal "approved", "rejected" or "expired"; did you mean "approved"?`,
      '"who" ref/unknown-field no field "who" in "steps.one.output"; expected one of "at", "by", "data", "decision"',
      '"nte" ref/unknown-field no field "nte" in "steps.one.output.data"; did you mean "note"?',
      '"approval" schema/missing-key "title" is missing in "approval"',
      '"expired" schema/bad-enum "onTimeout" must be "expire", "approve", "reject" or "fail", got "expired"; did you mean "expire"?',
    ]);
  });

  it('"ask" gives what its form says, by default a text', async () => {
    const { step } = await stepOf(`steps:
  - { id: one, ask: { title: 'How many {{input.kind}}?', form: { type: object, required: [n], properties: { n: { type: number } } } } }
  - { id: two, ask: { title: Why? } }
  - { id: three, set: { n: '\${{ steps.one.output.n + 1 }}', why: '\${{ upper(steps.two.output.text) }}' } }
`);
    expect(step).to.include({ verb: 'ask', timeoutMs: 604_800_000 });
    expect(
      await flow(`steps:
  - { id: one, ask: { title: How many?, form: { type: object, required: [n], properties: { n: { type: number } } } } }
  - { id: two, ask: { titel: Why? } }
  - { id: three, set: { n: '\${{ steps.one.output.m }}', why: '\${{ steps.two.output.txt }}' } }
`),
    ).to.deep.equal([
      '"titel" schema/unknown-key unknown key "titel"; did you mean "title"?',
      '"m" ref/unknown-field no field "m" in "steps.one.output"; expected one of "n"',
      '"txt" ref/unknown-field no field "txt" in "steps.two.output"; did you mean "text"?',
    ]);
  });

  it('"wait" gives nothing, or the data of the event', async () => {
    const { step } = await stepOf(`steps:
  - { id: one, wait: { duration: 1h30m } }
  - { id: two, wait: { until: '\${{ input.due }}' } }
  - { id: three, wait: { until: '2030-01-01T08:00:00+01:00' } }
  - { id: four, wait: { event: 'paid-{{input.kind}}', timeout: 2d }, outputSchema: { type: object, required: [id], properties: { id: { type: string } } } }
  - { id: five, log: '{{steps.four.output.id}}' }
`);
    expect(step).to.include({ verb: 'wait' });
    expect(
      await flow(`steps:
  - { id: one, wait: { duration: '\${{ input.amount }}' } }
  - { id: two, wait: { until: '\${{ input.lines }}' } }
  - { id: three, wait: { until: tomorrow } }
  - { id: four, wait: { event: 'paid-{{input.knd}}' }, outputSchema: { type: object, required: [id], properties: { id: { type: string } } } }
  - { id: five, log: '{{steps.four.output.idd}}' }
  - { id: six, wait: { duration: 1h }, outputSchema: { type: object } }
`),
    ).to.deep.equal([
      `"'\${{ input.amount }}'" type/argument "duration" must be string, got number`,
      `"'\${{ input.lines }}'" type/argument "until" must be string, got list of string`,
      '"tomorrow" schema/bad-format must be a date and time with offset, got "tomorrow"; for example "2030-01-01T08:00:00Z"',
      '"knd" ref/unknown-field no field "knd" in the input; did you mean "kind"?',
      '"idd" ref/unknown-field no field "idd" in "steps.four.output"; did you mean "id"?',
      '"outputSchema" type/result the output of a wait for a time never fits this schema: it must be map, got null',
    ]);
  });

  it('"images" of a prompt, "concurrency" and the limit of cost are checked', async () => {
    const program = await programOf({
      ...around,
      'src/workflows/flow.yaml': `${input}limits: { costUsd: 0.5 }
concurrency: { limit: 2, key: '{{input.kind}}', busy: replace }
steps:
  - { id: one, prompt: What is this?, images: ['a.png', '\${{ input.text }}'] }
`,
    });
    const { concurrency, limits } = program.workflows['flow'] ?? {};
    expect(concurrency).to.include({ limit: 2, busy: 'replace' });
    expect(concurrency?.key?.render({ input: { kind: 'a' } })).to.equal('a');
    expect(limits).to.deep.equal({ costUsd: 0.5 });
    expect(unavailableOf(program)).to.deep.equal([]);
    expect(
      await flow(`concurrency: { key: '{{input.knd}}{{steps.one.output}}' }
steps:
  - { id: one, prompt: What?, images: ['\${{ input.lines }}', '\${{ input.txt }}'], session: '{{input.kin}}' }
`),
    ).to.deep.equal([
      '"knd" ref/unknown-field no field "knd" in the input; did you mean "kind"?',
      '"steps" ref/unknown-name nothing is called "steps" here; expected one of "env", "input"',
      `"'\${{ input.lines }}'" type/argument an image must be string, got list of string`,
      '"txt" ref/unknown-field no field "txt" in the input; did you mean "text"?',
      '"kin" ref/unknown-field no field "kin" in the input; did you mean "kind"?',
    ]);
  });

  it('a built-in tool may be called, unless only a model has a use for it', async () => {
    const { step, unavailable } = await stepOf(
      `sandbox: virtual\nsteps:\n  - { id: one, tool: read, with: { path: a.txt } }\n`,
    );
    expect(step).to.include({ verb: 'tool', tool: 'read' });
    expect(unavailable).to.deep.equal([]);
    expect(await flow('steps:\n  - { id: one, tool: task }\n')).to.deep.equal([
      '"task" ref/unknown-tool no tool "task"; expected one of "pay"',
    ]);
  });

  it('a tool of an MCP server may be called; what it takes and gives is known when it runs', async () => {
    const files = {
      ...around,
      'engine.yaml': `${around['engine.yaml']}mcpServers: { shop: { command: shop } }\n`,
    };
    const program = await programOf({
      ...files,
      'src/workflows/flow.yaml':
        "steps: [{ id: one, tool: shop__find, with: { q: a } }, { id: two, log: '{{steps.one.output.name}}' }]\n",
    });
    expect(unavailableOf(program)).to.deep.equal([]);
    expect(
      await markedFindings({
        ...files,
        'src/workflows/flow.yaml': 'steps: [{ id: one, tool: shp__find }]\n',
      }),
    ).to.deep.equal(['"shp__find" ref/unknown-tool no tool "shp__find"; expected one of "pay"']);
  });

  it('constants are held to the bounds of what they are given to', async () => {
    const schema =
      '{ type: object, properties: { n: { type: number, minimum: 1 }, code: { type: string, pattern: "^[A-Z]+$" }, deep: { type: object, properties: { mail: { type: string, format: email } } } } }';
    const files = {
      ...around,
      'src/workflows/other.yaml': `inputSchema: ${schema}\nsteps: [{ id: a, log: hi }]\n`,
    };
    const flowOf = (value: string): Promise<string[]> =>
      markedFindings({
        ...files,
        'src/workflows/flow.yaml': `inputSchema: ${schema}\noutputSchema: ${schema}\nsteps:\n  - { id: one, workflow: other, with: ${value} }\noutput: ${value}\n`,
      });
    expect(await flowOf("{ n: 1, code: A, deep: { mail: 'a@b.de' } }")).to.deep.equal([]);
    expect(await flowOf("{ n: '${{ input.n }}', deep: { mail: '${{ input.code }}' } }")).to.deep.equal([]);
    expect(await flowOf('{ n: 0, code: a, deep: { mail: b } }')).to.deep.equal([
      '"0" type/argument "n" of workflow "other" must be at least 1, got 0',
      `"a" type/argument "code" of workflow "other" must match the pattern "^[A-Z]+$", got "a"`,
      '"b" type/argument "deep.mail" of workflow "other" must be a valid email, got "b"',
      '"0" type/result "n" of the output must be at least 1, got 0',
      `"a" type/result "code" of the output must match the pattern "^[A-Z]+$", got "a"`,
      '"b" type/result "deep.mail" of the output must be a valid email, got "b"',
    ]);
  });

  it('a "skill" or "task" without an agent needs a model, like a "prompt"', async () => {
    const { 'engine.yaml': _config, ...bare } = around;
    expect(
      await markedFindings({
        '.agents/skills/guide/SKILL.md': bare['.agents/skills/guide/SKILL.md'],
        'src/models/m.yaml': bare['src/models/m.yaml'],
        'src/workflows/flow.yaml':
          'steps: [{ id: one, task: hi }, { id: two, skill: guide, model: script/m }, { id: three, skill: guide }]\n',
      }),
    ).to.have.length(2);
  });

  it('the "outputSchema" of a step may narrow what its tool gives, but must not rule it out', async () => {
    expect(
      await flow(`steps:
  - { id: one, tool: pay, with: { amount: 1 }, outputSchema: { type: object, required: [state], properties: { state: { enum: [open, closed] } } } }
  - { id: two, log: '{{steps.one.output.state}}' }
`),
    ).to.deep.equal([]);
    expect(
      await flow(`steps:
  - { id: one, tool: pay, with: { amount: 1 }, outputSchema: { type: object, required: [paymentID], properties: { paymentID: { type: string } } } }
  - { id: two, tool: pay, with: { amount: 1 }, outputSchema: { type: object, properties: { state: { type: number } } } }
  - { id: three, parallel: { branches: { a: [{ id: x, set: { n: 1 } }] } }, outputSchema: { type: array } }
`),
    ).to.deep.equal([
      '"outputSchema" type/result the output of tool "pay" never fits this schema: it lacks "paymentID" (string)',
      '"outputSchema" type/result the output of tool "pay" never fits this schema: its field "state" must be number, got string',
      '"outputSchema" type/result the output of this block never fits this schema: it must be list, got map with a',
    ]);
  });
});
