import { expect } from 'chai';
import { helloProject } from './hello-project.ts';
import { projectFor } from './project-for.ts';

describe('engine dispatch, engine submissions and engine routes', function () {
  this.timeout(120_000);
  const project = projectFor(helloProject, 'suite');
  const { start, engine } = project;
  const json = async (...args: string[]): Promise<Record<string, unknown>> =>
    JSON.parse((await engine(...args, '--json')).stdout) as Record<string, unknown>;

  it('without a server a message is carried out here, or left for the next start', async () => {
    const done = await engine('dispatch', 'assistant', 'the weather', '--id', 'one');
    expect([done.exitCode, done.stdout]).to.deep.equal([0, 'It is sunny.\n']);
    const failed = await engine('dispatch', 'assistant', 'broken', '--id', 'one');
    expect([failed.exitCode, failed.stdout]).to.deep.equal([1, '']);
    expect(failed.stderr).to.contain('error[model_failed]');

    const left = await json('dispatch', 'assistant', 'hello', '--id', 'two', '--no-wait');
    expect(left).to.deep.include({ agent: 'assistant', instance: 'two', session: 'default' });
    const id = String(left['submissionId']);
    expect(['queued', 'running', 'succeeded']).to.include((await json('submissions', 'show', id))['state']);

    const { submissions } = (await json('submissions', '--agent', 'assistant', '--instance', 'one')) as {
      submissions: { state: string; message: string }[];
    };
    expect(submissions.map(({ state, message }) => [state, message])).to.deep.equal([
      ['failed', 'broken'],
      ['succeeded', 'the weather'],
    ]);
    const refused = await engine('dispatch', 'assistnt', 'hello');
    expect([refused.exitCode, refused.stdout]).to.deep.equal([2, '']);
    expect(refused.stderr).to.contain('did you mean "assistant"?');
    expect((await engine('dispatch', 'assistant')).stderr).to.contain('needs a message');
    for (const both of [
      ['--wait', '--no-wait'],
      ['--no-wait', '--wait'],
    ]) {
      const torn = await engine('dispatch', 'assistant', 'hello', ...both);
      expect([torn.exitCode, torn.stdout]).to.deep.equal([2, '']);
      expect(torn.stderr).to.equal('error: use either --wait or --no-wait\nsee "engine dispatch --help"\n');
    }
  });

  it('a misspelt command of a group is told the likely word', async () => {
    for (const [args, told] of [
      [['submissions', 'sho', 'x'], 'unknown command "sho"; did you mean "show"?'],
      [['submissions', 'zzz'], 'unknown command "zzz"; expected one of "abort", "follow", "list", '],
      [['schedules', 'triger', 'x'], 'unknown command "triger"; did you mean "trigger"?'],
      [['approvals', 'lst'], '"approvals" takes no "lst"; a project is named with --project'],
      [['routes', 'lst'], '"routes" takes no "lst"; a project is named with --project'],
      [['runs', 'sho', 'latest'], 'unknown command "sho"; did you mean "show"?'],
      [['runs', 'run_1', 'latest'], 'too many arguments for "runs"; expected 1 argument but got 2'],
      [['submissions', 'show', 'a', 'b'], 'too many arguments for "show"; expected 1 argument but got 2'],
    ] as const) {
      const { exitCode, stdout, stderr } = await engine(...args);
      expect([exitCode, stdout]).to.deep.equal([2, '']);
      expect(stderr).to.contain(`error: ${told}`);
    }
  });

  it('at a server it is only handed over, seen by its id, waited for, and ended', async () => {
    const server = start('serve', '--port', '0', '--json');
    const { url } = JSON.parse(await server.saw('\n')) as { url: string };
    const at = ['--server', url];

    const receipt = await engine('dispatch', 'assistant', 'hello', '--id', 'three', ...at);
    expect(receipt.stdout).to.match(/^sub_[0-9A-Z]{26}\n$/);
    const id = receipt.stdout.trim();
    const followed = await engine('submissions', 'follow', id, ...at);
    expect([followed.exitCode, followed.stdout]).to.deep.equal([0, 'You said: hello\n']);
    const waited = await json('dispatch', 'assistant', 'the weather', ...at, '--wait');
    expect(waited).to.deep.include({ state: 'succeeded', output: 'It is sunny.' });
    const lines = await engine('dispatch', 'assistant', 'hello', ...at, '--follow', '--json');
    const types = lines.stdout
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { type: string }).type);
    expect([types[0], types.at(-1)]).to.deep.equal(['operation_start', 'submission_end']);

    const key = ['--idempotency-key', 'k1', ...at];
    const first = await engine('dispatch', 'assistant', 'hello', ...key);
    expect((await engine('dispatch', 'assistant', 'hello', ...key)).stdout).to.equal(first.stdout);
    expect((await engine('dispatch', 'assistant', 'other', ...key)).stderr).to.contain('error[conflict]');

    const slow = (await engine('dispatch', 'assistant', 'slow', ...at)).stdout.trim();
    // It is accepted, and begins soon.
    for (let list = ''; !list.includes(slow);)
      list = (await engine('submissions', 'list', '--state', 'running', ...at)).stdout;
    expect((await engine('submissions', 'abort', slow, ...at)).stderr).to.equal(`${slow} is aborted\n`);
    const ended = await engine('submissions', 'follow', slow, ...at);
    expect(ended.exitCode).to.equal(1);
    const shown = await engine('submissions', 'show', 'latest', ...at);
    expect(shown.stdout).to.match(/state +cancelled/);
    expect((await engine('submissions', 'logs', id, ...at)).stdout).to.contain('submission_end');

    const locked = await engine('dispatch', 'assistant', 'hello');
    expect(locked.exitCode).to.equal(2);
    expect(locked.stderr).to.contain('--server <url>');
    // Who only reads may do so beside the server.
    expect((await engine('submissions', 'show', id)).stdout).to.contain('You said: hello');
  });

  it('routes are those of this project', async () => {
    const { routes } = (await json('routes')) as {
      routes: { method: string; path: string; access: string }[];
    };
    const lines = routes.map(({ method, path, access }) => `${method} ${path} ${access}`);
    expect(lines).to.include.members([
      'GET /health public',
      'POST /agents/assistant/:id agents',
      'POST /workflows/greet workflows',
      'WS /agents/assistant/:id agents',
    ]);
    expect(lines.filter((line) => line.includes('/admin/'))).to.deep.equal([]);
    expect((await engine('routes', '--all')).stdout).to.contain('/admin/status');
  });
});
