import { expect } from 'chai';
import { closeEngines, engineOf, failureOf } from '../kit.ts';

describe('engine: built-in tools in steps', function () {
  this.timeout(120_000);
  afterEach(closeEngines);

  const project = (steps: string): Record<string, string> => ({
    'src/sandboxes/desk.yaml': 'type: virtual\nwrite: true\nshell: true\n',
    'src/workflows/w.yaml': `sandbox: desk\nsteps:\n${steps}`,
  });

  it('work on the files of the run', async () => {
    const { engine } = await engineOf(
      project(`  - { id: put, tool: write, with: { path: a/b.txt, content: one } }
  - { id: line, tool: bash, with: { command: cat a/b.txt } }
  - { id: found, tool: glob, with: { pattern: '**/*.txt' } }
  - { id: text, tool: read, with: { path: a/b.txt } }
  - { id: all, set: { text: '\${{ steps.text.output }}', line: '\${{ steps.line.output.stdout }}' } }
  - { id: back, return: '\${{ steps.all.output }}' }
`),
    );
    const { output } = await engine.workflows.run('w', {});
    expect(output).to.have.property('line', 'one');
    expect(JSON.stringify(output)).to.contain('one');
  });

  it('get what they take, or nothing is done', async () => {
    const { engine } = await engineOf(project('  - { id: put, tool: write, with: { path: 7 } }\n'));
    const failure = await failureOf(engine.workflows.run('w', {}));
    expect(failure.type).to.equal('tool_input_invalid');
    expect(failure.message).to.match(/^input of tool "write": /);
  });
});
