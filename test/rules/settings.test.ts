import { expect } from 'chai';
import { findingsOf, type Files } from '../fakes/project.ts';

/** An error, a warning, and a finding of style. */
const files: Files = {
  'src/workflows/tidy.yaml': `steps:
  - { id: stop, return: done }
  - { id: late, log: never }
`,
  'src/agents/helper.yaml': 'model: openai/gpt-5.5\n',
  'agents/helper.yaml': 'model: openai/gpt-5.5\n',
};

const unreachable = (level: string): string =>
  `src/workflows/tidy.yaml:3:5 ${level} graph/unreachable-step step "late" never runs: step "stop" before it always ends the run`;
const shadowed = (level: string): string =>
  `src/agents/helper.yaml ${level} ref/shadowed the agent "helper" of "src/agents/helper.yaml" hides the one of "agents/helper.yaml"`;

describe('rules: settings', () => {
  it('without settings every sure rule has its own level', async () => {
    expect(await findingsOf(files)).to.deep.equal([shadowed('warning'), unreachable('error')]);
  });

  it('a level in the config wins, wherever the finding is made', async () => {
    const config = 'rules: { graph/unreachable-step: info, ref/shadowed: error }\n';
    expect(await findingsOf({ ...files, 'engine.yaml': config })).to.deep.equal([
      shadowed('error'),
      unreachable('info'),
    ]);
  });

  it('a rule that is off finds nothing', async () => {
    const config = 'rules: { graph/unreachable-step: off, ref/shadowed: off }\n';
    expect(await findingsOf({ ...files, 'engine.yaml': config })).to.deep.equal([]);
  });

  it('the preset "minimal" leaves errors only, apart from rules with a level of their own', async () => {
    const minimal = 'rules: { preset: minimal }\n';
    expect(await findingsOf({ ...files, 'engine.yaml': minimal })).to.deep.equal([unreachable('error')]);
    const withOne = 'rules: { preset: minimal, ref/shadowed: info }\n';
    expect(await findingsOf({ ...files, 'engine.yaml': withOne })).to.deep.equal([
      shadowed('info'),
      unreachable('error'),
    ]);
  });

  it('a rule that does not exist, and one that keeps a project from running, are errors at their key', async () => {
    const config = `rules:
  preset: strct
  shadowed: off
  ref/unknown-toool: off
  cats/and-dogs: off
  ref/unknown-tool: warning
  schema/unknown-key: error
`;
    expect(await findingsOf({ 'engine.yaml': config })).to.deep.equal([
      'engine.yaml:2:11 error schema/bad-enum "preset" must be "recommended", "strict" or "minimal", got "strct"; did you mean "strict"?',
      'engine.yaml:3:3 error ref/unknown-rule no rule "shadowed"; did you mean "ref/shadowed"?',
      'engine.yaml:4:3 error ref/unknown-rule no rule "ref/unknown-toool"; did you mean "ref/unknown-tool"?',
      'engine.yaml:5:3 error ref/unknown-rule no rule "cats/and-dogs"; "engine explain" lists all',
      'engine.yaml:6:3 error ref/rule-not-adjustable "ref/unknown-tool" cannot be turned down, because nothing runs with such a fault; cure what it finds',
    ]);
  });

  it('rules that need a whole project run when the only errors were turned down', async () => {
    const findings = await findingsOf({
      ...files,
      'engine.yaml': 'rules: { graph/unreachable-step: off, ref/shadowed: off }\n',
      'src/agents/other.yaml': 'description: Has no model.\n',
    });
    expect(findings).to.have.length(1);
    expect(findings[0]).to.contain('ref/missing-model');
  });
});
