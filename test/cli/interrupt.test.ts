import { expect } from 'chai';
import { helloProject } from './hello-project.ts';
import { makeProject, runCli, startCli } from './run-cli.ts';

describe('Ctrl-C', function () {
  this.timeout(120_000);
  let project: Awaited<ReturnType<typeof makeProject>>;
  beforeEach(async () => (project = await makeProject(helloProject)));
  afterEach(() => project.remove());

  it('cancels the run, keeps its record, and ends with exit code 130', async () => {
    const { child, done, saw } = startCli(['run', 'wait', '--json'], { cwd: project.folder });
    await saw('✓ first', 'stderr');
    child.kill('SIGINT');
    const { exitCode, stdout, stderr } = await done;
    expect(exitCode).to.equal(130);
    expect(stderr).to.contain('error[cancelled]: the run was cancelled\n');
    const { runId, state } = JSON.parse(stdout) as { runId: string; state: string };
    expect(state).to.equal('cancelled');
    const shown = await runCli(['runs', runId, '--json'], { cwd: project.folder });
    expect(JSON.parse(shown.stdout)).to.include({ runId, state: 'cancelled' });
  });

  it('aborts the answer of an agent', async () => {
    const files = { ...helloProject, 'models/echo.yaml': slowAfterTool };
    await project.remove();
    project = await makeProject(files);
    const { child, done, saw } = startCli(['run', 'assistant', '--text', 'go', '--json'], {
      cwd: project.folder,
    });
    await saw('→ ls', 'stderr');
    child.kill('SIGINT');
    const { exitCode, stdout } = await done;
    expect(exitCode).to.equal(130);
    expect(JSON.parse(stdout)).to.deep.include({
      agent: 'assistant',
      state: 'cancelled',
      error: { type: 'aborted', message: 'the operation was aborted' },
    });
  });
});

const slowAfterTool = [
  'replies:',
  '  - match: { turn: 1 }',
  '    toolCalls: [{ tool: ls, input: {} }]',
  'default:',
  '  text: At last.',
  '  delay: 60s',
  '',
].join('\n');
