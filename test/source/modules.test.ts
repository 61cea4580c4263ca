import { expect } from 'chai';
import { loadProject } from '../../engine/source/index.ts';
import { projectOf } from '../fakes/project.ts';

describe('source: modules', () => {
  it('agents and workflows may be TypeScript or JavaScript; code deeper down is for them', async () => {
    const root = projectOf({
      'src/agents/coder.ts': 'export default {};',
      'src/agents/lib/prompt.ts': 'export const x = 1;',
      'src/workflows/nightly.mjs': 'export function run() {}',
      'src/workflows/nightly.test.ts': '',
      'src/workflows/_shared.ts': '',
      'src/tools/count.js': 'export default {};',
    });
    const { value, diagnostics } = await loadProject(root);
    expect(diagnostics).to.deep.equal([]);
    expect(value.agentModules).to.deep.equal({ coder: `${root}/src/agents/coder.ts` });
    expect(value.workflowModules).to.deep.equal({ nightly: `${root}/src/workflows/nightly.mjs` });
    expect(value.modules).to.deep.equal({ count: `${root}/src/tools/count.js` });
  });

  it('an agent or workflow that is both YAML and code is an error that names both files; a tool is one thing in two files', async () => {
    const root = projectOf({
      'src/agents/a.ts': '',
      'src/agents/a.md': 'Hello.',
      'src/workflows/w.yaml': 'steps: [{ id: a, log: hi }]\n',
      'src/workflows/w.ts': '',
      'src/tools/t.yaml': 'type: node\nmodule: ./t.ts\n',
      'src/tools/t.ts': '',
    });
    const { diagnostics } = await loadProject(root);
    expect(diagnostics.map(({ level, rule, message }) => `${level} ${rule} ${message}`)).to.deep.equal([
      'error ref/duplicate-name two files describe the agent "a": "src/agents/a.md" and "src/agents/a.ts"',
      'error ref/duplicate-name two files describe the workflow "w": "src/workflows/w.ts" and "src/workflows/w.yaml"',
    ]);
  });
});
