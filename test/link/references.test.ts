import { expect } from 'chai';
import { findingsOf } from '../fakes/project.ts';

const script = { 'src/models/m.yaml': 'default: { text: hi }\n' };
const skill = {
  '.agents/skills/guide/SKILL.md': '---\nname: guide\ndescription: A guide.\n---\n\nText.\n',
};

describe('link: references', () => {
  it('every reference that leads nowhere is reported in one run, where it stands, with the name that was meant', async () => {
    const findings = await findingsOf({
      ...script,
      ...skill,
      'engine.yaml': `model: script/m
models:
  fast: { model: script/m }
  slow: { model: script/mm }
secrets: { TOKEN: {} }
env: [HOST]
defaults: { sandbox: viritual }
providers:
  local: { type: openai-compatible, baseUrl: 'http://localhost:1', apiKey: TOKNE }
`,
      '.agents/roles/boss.md': '---\ndescription: The boss.\nmodel: slw\n---\n\nBe {{inpt.x}}.\n',
      'src/agents/one.md': `---
description: One.
model: fst
tools: [serch, looku]
skills: [guid]
subagents: [tow]
secrets: [TOKN]
sandbox: virtua
---

Hello {{instance.id}} {{env.HOSTT}} {{inptu.a}}
`,
      'src/agents/two.md': `---
description: Two.
extends: bse
inputSchema: { type: object, properties: { title: { type: string } } }
---

Hi {{input.titel}}
`,
      'src/agents/three.yaml': 'description: Three.\nextends: base\nmodel: slow\n',
      'src/profiles/base.yaml': 'description: Base.\ntools: [lookup, looku]\n',
      'src/tools/bad.yaml': 'description: Bad.\ntype: node\nmodule: ./bda.ts\n',
      'src/tools/lookup.yaml': `description: Looks up.
type: http
secrets: [TOKEN]
inputSchema: { type: object, properties: { id: { type: string } } }
request:
  url: https://example.org/
  query: { id: '\${{ input.idd }}' }
  headers: { authorization: '\${{ secrets.TOKNE }}', x: '\${{ env.HOTS }}' }
`,
      'src/workflows/flow.yaml': `inputSchema: { type: object, properties: { title: { type: string } } }
sandbox: vrtual
steps:
  - id: first
    tool: lokup
    with: { id: '\${{ input.titl }}' }
  - id: second
    agent: onee
    message: '{{steps.third.output}}'
    role: bos
  - id: third
    prompt: in {{env.HOTS}}, with {{secrets.TOKEN}}
    model: script/n
    if: steps.frist.output == 1
output: \${{ steps.first.outptu }}
`,
    });
    expect(findings).to.deep.equal([
      '.agents/roles/boss.md:3:8 error ref/unknown-model no model alias "slw"; did you mean "slow"?',
      '.agents/roles/boss.md:6:6 error ref/unknown-name nothing is called "inpt" here; did you mean "input"?',
      'engine.yaml:4:18 error ref/unknown-model no scripted model "mm"; did you mean "m"?',
      'engine.yaml:7:22 error ref/unknown-sandbox no sandbox "viritual"; did you mean "virtual"?',
      'engine.yaml:9:76 error ref/unknown-secret no secret "TOKNE"; did you mean "TOKEN"?',
      'src/agents/one.md:3:8 error ref/unknown-model no model alias "fst"; did you mean "fast"?',
      'src/agents/one.md:4:9 error ref/unknown-tool no tool "serch"; expected one of "bad", "bash", "edit", "exists", "glob", "grep", …',
      'src/agents/one.md:4:16 error ref/unknown-tool no tool "looku"; did you mean "lookup"?',
      'src/agents/one.md:5:10 error ref/unknown-skill no skill "guid"; did you mean "guide"?',
      'src/agents/one.md:6:13 error ref/unknown-subagent no subagent "tow"; did you mean "two"?',
      'src/agents/one.md:7:11 error ref/unknown-secret no secret "TOKN"; did you mean "TOKEN"?',
      'src/agents/one.md:8:10 error ref/unknown-sandbox no sandbox "virtua"; did you mean "virtual"?',
      'src/agents/one.md:11:29 error ref/unknown-env "HOSTT" is not listed under "env" in the project config; did you mean "HOST"?',
      'src/agents/one.md:11:39 error ref/unknown-name nothing is called "inptu" here; did you mean "input"?',
      'src/agents/two.md:3:10 error ref/unknown-profile no profile "bse"; did you mean "base"?',
      'src/agents/two.md:7:12 error ref/unknown-field no field "titel" in the input; did you mean "title"?',
      'src/profiles/base.yaml:2:17 error ref/unknown-tool no tool "looku"; did you mean "lookup"?',
      'src/tools/bad.yaml:3:9 error ref/unknown-file no file "./bda.ts" beside src/tools/bad.yaml',
      'src/tools/lookup.yaml:7:27 error ref/unknown-field no field "idd" in the input; did you mean "id"?',
      'src/tools/lookup.yaml:8:42 error ref/unknown-secret no secret "TOKNE"; did you mean "TOKEN"?',
      'src/tools/lookup.yaml:8:65 error ref/unknown-env "HOTS" is not listed under "env" in the project config; did you mean "HOST"?',
      'src/workflows/flow.yaml:2:10 error ref/unknown-sandbox no sandbox "vrtual"; did you mean "virtual"?',
      'src/workflows/flow.yaml:5:11 error ref/unknown-tool no tool "lokup"; did you mean "lookup"?',
      'src/workflows/flow.yaml:6:28 error ref/unknown-field no field "titl" in the input; did you mean "title"?',
      'src/workflows/flow.yaml:8:12 error ref/unknown-agent no agent "onee"; did you mean "one"?',
      'src/workflows/flow.yaml:9:23 error ref/unknown-step no step "third" is visible here; it comes later',
      'src/workflows/flow.yaml:10:11 error ref/unknown-role no role "bos"; did you mean "boss"?',
      'src/workflows/flow.yaml:12:22 error ref/unknown-env "HOTS" is not listed under "env" in the project config; did you mean "HOST"?',
      'src/workflows/flow.yaml:12:37 error security/secret-in-text secrets may be read only in "headers", "env" and "args"; let the tool that needs it read it there',
      'src/workflows/flow.yaml:13:12 error ref/unknown-model no scripted model "n"; expected one of "m"',
      'src/workflows/flow.yaml:14:15 error ref/unknown-step no step "frist" is visible here; did you mean "first"?',
      'src/workflows/flow.yaml:15:25 error ref/unknown-field a step has no "outptu"; did you mean "output"?',
    ]);
  });

  it('a step sees earlier steps of its block and of the blocks around it, and nothing else', async () => {
    const findings = await findingsOf({
      'src/workflows/scopes.yaml': `inputSchema: { type: array, maxItems: 3, items: { type: number } }
steps:
  - id: before
    set: { n: 1 }
  - id: both
    parallel:
      branches:
        left:
          - { id: inner, set: { n: '\${{ steps.before.output.n }}' } }
          - { id: after, set: { n: '\${{ steps.inner.output.n }}' } }
        right:
          - { id: other, set: { n: '\${{ steps.inner.output.n }}' } }
  - id: each
    foreach: { items: input, as: line, maxItems: 3 }
    steps:
      - { id: twice, set: { n: '\${{ line * index }}' } }
    output: \${{ steps.twice.output.n + steps.before.output.n }}
  - id: leak
    set: { a: '\${{ steps.twice.output }}', b: '\${{ line }}', c: '\${{ steps.inner.output }}' }
  - id: rounds
    loop: { until: steps.round.output.n > 1, maxIterations: 2 }
    steps:
      - { id: round, set: { n: '\${{ prev == null ? index : prev.n }}' } }
  - id: pick
    branch:
      - when: steps.rounds.output.n > 1
        steps: [{ id: big, set: { n: 1 } }]
        output: \${{ steps.big.output.n }}
      - when: steps.big.output.n > 1
        steps: [{ id: small, set: { n: 1 } }]
  - id: caught
    set: { n: 1 }
    catch:
      - steps: [{ id: rescue, set: { n: '\${{ error.message }}' } }]
        output: \${{ steps.rescue.output.n }}
`,
    });
    expect(findings).to.deep.equal([
      'src/workflows/scopes.yaml:12:47 error ref/unknown-step no step "inner" is visible here; it lives inside step "both"; use steps.both.output',
      'src/workflows/scopes.yaml:19:26 error ref/unknown-step no step "twice" is visible here; it lives inside step "each"; use steps.each.output',
      'src/workflows/scopes.yaml:19:52 error ref/unknown-name nothing is called "line" here; expected one of "env", "input", "run", "steps"',
      'src/workflows/scopes.yaml:19:76 error ref/unknown-step no step "inner" is visible here; it lives inside step "both"; use steps.both.output',
      'src/workflows/scopes.yaml:29:21 error ref/unknown-step no step "big" is visible here; it lives inside step "pick"; use steps.pick.output',
    ]);
  });

  it('two steps of one name are reported in one block and in nested blocks, not in two branches', async () => {
    const findings = await findingsOf({
      'src/workflows/twice.yaml': `steps:
  - { id: same, set: { n: 1 } }
  - { id: same, set: { n: 2 } }
  - id: both
    parallel:
      branches:
        left: [{ id: free, set: { n: 1 } }]
        right: [{ id: free, set: { n: 1 } }, { id: same, set: { n: 1 } }]
`,
    });
    expect(findings).to.deep.equal([
      'src/workflows/twice.yaml:3:11 error ref/duplicate-id two steps of this block are called "same"',
      'src/workflows/twice.yaml:8:52 error ref/ambiguous-name a step of a block around this one is called "same" too',
    ]);
  });

  it('a fault in a profile is reported once, however many agents extend it', async () => {
    const findings = await findingsOf({
      'src/profiles/base.yaml': 'description: Base.\nskills: [nope]\n',
      'src/agents/a.yaml': 'description: A.\nextends: base\n',
      'src/agents/b.yaml': 'description: B.\nextends: base\n',
    });
    expect(findings).to.deep.equal(['src/profiles/base.yaml:2:10 error ref/unknown-skill no skill "nope"']);
  });

  it('a scripted model is asked by agents, tools and steps that exist', async () => {
    const findings = await findingsOf({
      'src/models/m.yaml': `replies:
  - { match: { agent: clrk }, text: a }
  - { match: { agent: flow, step: first }, text: b }
  - { match: { step: 'all[2]/inner' }, text: c }
  - { match: { step: 'all[2]/iner' }, text: d }
  - { match: { agent: part, tool: grp }, text: e }
`,
      'src/agents/clerk.yaml': 'description: C.\nmodel: script/m\nsubagents: [part]\n',
      'src/profiles/part.yaml': 'description: P.\n',
      'src/workflows/flow.yaml': `steps:
  - { id: first, prompt: a, model: script/m }
  - id: all
    foreach: { items: 'range(3)', maxItems: 3 }
    steps: [{ id: inner, prompt: b, model: script/m }]
`,
    });
    expect(findings).to.deep.equal([
      'src/models/m.yaml:2:23 error ref/unknown-agent no agent "clrk"; did you mean "clerk"?',
      'src/models/m.yaml:5:22 error ref/unknown-step no step "iner"; did you mean "inner"?',
      'src/models/m.yaml:6:35 error ref/unknown-tool no tool "grp"; did you mean "grep"?',
    ]);
  });

  it('a provider has the options that its type acts on, and no others', async () => {
    const findings = await findingsOf({
      'engine.yaml': `providers:
  one: { type: openai-compatible, baseUrl: 'http://127.0.0.1:1', options: { includeUsge: false, queryParams: { a: b } } }
  openai: { options: { api: chat, speed: 1 } }
  anthropic: { options: { fast: true } }
`,
    });
    expect(findings).to.deep.equal([
      'engine.yaml:2:77 error ref/unknown-option "openai-compatible" has no option "includeUsge"; did you mean "includeUsage"?',
      'engine.yaml:3:35 error ref/unknown-option "openai" has no option "speed"; expected one of "api", "organization", "project"',
      'engine.yaml:4:27 error ref/unknown-option "anthropic" has no option "fast"',
    ]);
  });

  it('a code that is nearly one that something gives is warned of; codes of tools are free', async () => {
    const findings = await findingsOf({
      ...script,
      'src/workflows/flow.yaml': `steps:
  - id: first
    prompt: a
    model: script/m
    retry: { on: [timout, payment.declined] }
    catch:
      - { on: [timeout, too_smal], output: { retry: { on: [timout] } } }
  - id: stop
    if: steps.first.attempts > 1
    fail: { code: too_small, message: no }
`,
    });
    expect(findings).to.deep.equal([
      'src/workflows/flow.yaml:5:19 warning ref/unlikely-code nothing fails with "timout"; did you mean "timeout"?',
      'src/workflows/flow.yaml:7:25 warning ref/unlikely-code nothing fails with "too_smal"; did you mean "too_small"?',
    ]);
  });

  it('a prompt text of the project that cannot be parsed is reported', async () => {
    const findings = await findingsOf({ 'prompts/role.hbs': 'In the role {{name' });
    expect(findings).to.have.length(1);
    expect(findings[0]).to.match(/^prompts\/role\.hbs error template\//);
  });
});
