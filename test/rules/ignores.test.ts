import { expect } from 'chai';
import { compile } from '../../engine/compile.ts';
import { findingsOf, projectOf } from '../fakes/project.ts';

const workflow = 'src/workflows/tidy.yaml';
const late = (line: number): string =>
  `${workflow}:${line}:5 error graph/unreachable-step step "late" never runs: step "stop" before it always ends the run`;

async function findingsIn(text: string): Promise<string[]> {
  return findingsOf({ [workflow]: text });
}

describe('rules: ignores', () => {
  it('a comment at the end of the line, above it, or above other comments and empty lines hides a finding', async () => {
    const behind = `steps:
  - { id: stop, return: done }
  - { id: late, log: never } # engine-ignore graph/unreachable-step: a trial
`;
    const above = `steps:
  - { id: stop, return: done }
  # engine-ignore graph/unreachable-step: a trial

  # more to say
  - { id: late, log: never }
`;
    const both = behind.replace('unreachable-step:', 'unreachable-step, ref/shadowed:');
    expect(await findingsIn(behind)).to.deep.equal([]);
    expect(await findingsIn(above)).to.deep.equal([]);
    expect(await findingsIn(both)).to.deep.equal([
      `${workflow}:3:30 warning style/unused-ignore there is no finding of "ref/shadowed" on line 3; take the ignore away`,
    ]);
  });

  it('a comment for the file hides the findings of its rule everywhere in it', async () => {
    const text = `# engine-ignore-file graph/unreachable-step: a trial
steps:
  - { id: stop, return: done }
  - { id: late, log: never }
`;
    expect(await findingsIn(text)).to.deep.equal([]);
  });

  it('a comment hides nothing on other lines, of other rules, or when it stands in a text', async () => {
    const elsewhere = `# engine-ignore graph/unreachable-step: a trial
steps:
  - { id: stop, return: done }
  - { id: late, log: "never # engine-ignore graph/unreachable-step: a trial" }
`;
    expect(await findingsIn(elsewhere)).to.deep.equal([late(4)]);
  });

  it('a comment above a key reaches into its text; a template has a comment of its own', async () => {
    const above = `inputSchema: { type: object, properties: { who: { type: object } } }
steps:
  - id: hello
    # engine-ignore template/raw-object, ref/unknown-field: any form will do
    log: |
      Hello
      {{input.who}} {{input.wo}}
`;
    const inside = `inputSchema: { type: object, properties: { who: { type: object } } }
steps:
  - id: hello
    log: |
      Hello
      {{!-- engine-ignore template/raw-object: any form will do --}}
      {{input.who}}
`;
    expect(await findingsIn(above)).to.deep.equal([]);
    expect(await findingsIn(inside)).to.deep.equal([]);
  });

  it('Markdown has comments in its front matter and in its body', async () => {
    const agent = (head: string, body: string): Promise<string[]> =>
      findingsOf({
        'src/agents/helper.md': `---
model: openai/gpt-5.5
inputSchema: { type: object, properties: { who: { type: object } } }
${head}
---

Be kind.
${body}
`,
      });
    const reason = 'ref/unknown-harness: comes with the program';
    expect(await agent(`harness: other # engine-ignore ${reason}`, '')).to.deep.equal([]);
    expect(await agent(`# engine-ignore ${reason}\nharness: other`, '')).to.deep.equal([]);
    const body = '<!-- engine-ignore template/raw-object: any form will do -->\nFor {{input.who}}.';
    expect(await agent('maxTurns: 3', body)).to.deep.equal([]);
  });

  it('an ignore says its rule and its reason, and only of rules that can be ignored', async () => {
    const text = `steps:
  # engine-ignore graph/unreachable-step
  # engine-ignore
  # engine-ignore-next-line graph/unreachable-step: a trial
  # engine-ignore graph/unreachable-stp: a trial
  # engine-ignore ref/unknown-tool: a trial
  # engine-ignored is another word
  - { id: hello, log: Hello }
`;
    expect(await findingsIn(text)).to.deep.equal([
      `${workflow}:2:3 error style/ignore-without-reason the ignore of "graph/unreachable-step" gives no reason; write "engine-ignore <rule>: <reason>"`,
      `${workflow}:3:3 error style/ignore-without-reason the ignore names no rule; write "engine-ignore <rule>: <reason>"`,
      `${workflow}:4:3 error style/ignore-without-reason "engine-ignore-next-line" means nothing; write "engine-ignore <rule>: <reason>" above or behind what it speaks about`,
      `${workflow}:5:3 error ref/unknown-rule no rule "graph/unreachable-stp"; did you mean "graph/unreachable-step"?`,
      `${workflow}:6:3 error ref/rule-not-adjustable "ref/unknown-tool" cannot be turned down, because nothing runs with such a fault; cure what it finds`,
    ]);
  });

  it('an ignore that hides nothing can be taken out, and is not reported while its rule is off', async () => {
    const text = `steps:
  - id: hello # engine-ignore graph/unreachable-step: a trial
    # engine-ignore graph/unreachable-step: a trial
    log: Hello
`;
    const { diagnostics } = await compile(projectOf({ [workflow]: text }));
    const edits = diagnostics.flatMap(({ fix }) => fix?.edits ?? []).reverse();
    expect(edits).to.have.length(2);
    const fixed = edits.reduce((left, { start, end }) => left.slice(0, start) + left.slice(end), text);
    expect(fixed).to.equal('steps:\n  - id: hello\n    log: Hello\n');
    const config = 'rules: { graph/unreachable-step: off }\n';
    expect(await findingsOf({ [workflow]: text, 'engine.yaml': config })).to.deep.equal([]);
  });
});
