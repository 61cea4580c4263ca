import { expect } from 'chai';
import type { CallbackRecord } from '../../engine/api.ts';
import { projectOf } from '../fakes/project.ts';
import { projectOfHook, receive, secret, type Receiver } from '../callbacks/kit.ts';
import { runCli, type Finished } from './run-cli.ts';

describe('engine callbacks', function () {
  this.timeout(120_000);
  let receiver: Receiver;
  let status = 500;
  let cwd: string;

  before(async () => {
    receiver = await receive((response) => void response.writeHead(status).end());
    cwd = projectOf(projectOfHook(receiver.url, { retry: { maxAttempts: 1 } }));
  });
  after(() => receiver.close());

  const engine = (...args: string[]): Promise<Finished> => runCli(args, { cwd, env: { HOOK: secret } });
  const failed = async (): Promise<readonly CallbackRecord[]> => {
    const { stdout } = await engine('callbacks', '--failed', '--json');
    return (JSON.parse(stdout) as { callbacks: readonly CallbackRecord[] }).callbacks;
  };

  it('a run tells its end before the command ends; what was not taken is listed and shown', async () => {
    expect((await engine('callbacks')).stderr).to.equal('no deliveries\n');
    for (const n of [1, 2]) {
      const { exitCode } = await engine('run', 'fulfil', '--input', `{"n": ${n}}`, '--quiet');
      expect(exitCode).to.equal(0);
    }
    expect(receiver.got).to.have.length(2);
    const [one] = await failed();
    expect((await engine('callbacks', '--callback', 'hook')).stdout).to.contain(one?.id ?? 'nothing');
    const shown = await engine('callbacks', 'show', one?.id ?? '');
    expect(shown.stdout).to.match(/state +failed/);
    expect(shown.stdout).to.contain('500, ');
    expect((await engine('callbacks', 'show', 'cb_none')).stderr).to.contain('no delivery "cb_none"');
  });

  it('redelivers one, or all that were given up', async () => {
    const [one, two] = await failed();
    const refused = await engine('callbacks', 'redeliver', one?.id ?? '');
    expect([refused.exitCode, refused.stdout]).to.deep.equal([1, '0 callbacks told again\n']);
    expect(refused.stderr).to.contain(`delivery "${one?.id ?? ''}" is failed: callback "hook"`);
    status = 200;
    const again = await engine('callbacks', 'redeliver', one?.id ?? '');
    expect([again.exitCode, again.stdout]).to.deep.equal([0, '1 callback told again\n']);
    expect((await failed()).map(({ id }) => id)).to.deep.equal([two?.id]);
    const rest = await engine('callbacks', 'redeliver', '--failed');
    expect([rest.exitCode, rest.stdout]).to.deep.equal([0, '1 callback told again\n']);
    expect(await failed()).to.deep.equal([]);
    expect(receiver.got.slice(3).map(({ id }) => id)).to.deep.equal([one?.id, two?.id]);
    const both = await engine('callbacks', 'redeliver', one?.id ?? '', '--failed');
    expect([both.exitCode, both.stderr.includes('error[invalid_request]')]).to.deep.equal([2, true]);
  });

  it('a command that ends before everything is taken says how much waits, and who sends it', async () => {
    status = 500;
    const cwd = projectOf(projectOfHook(receiver.url, { retry: { delay: '1h' } }));
    const run = ['run', 'fulfil', '--input', '{"n": 1}', '--quiet'];
    const first = await runCli(run, { cwd, env: { HOOK: secret } });
    const sent = '"engine serve" or "engine dev" sends';
    expect(first.stderr).to.equal(
      `1 delivery to callbacks waits in the store: ${sent} it, "engine callbacks" lists it\n`,
    );
    // Its secret is not set: nothing is sent, no attempt is used up.
    const second = await runCli(run, { cwd, env: { HOOK: '' } });
    expect([second.exitCode, second.stderr]).to.deep.equal([
      0,
      [
        'warning: missing_secret: callback "hook": the secret "HOOK" is not set; what waits for it is sent when that is mended',
        `2 deliveries to callbacks wait in the store: ${sent} them, "engine callbacks" lists them`,
        '',
      ].join('\n'),
    ]);
    const list = async (...args: string[]): Promise<readonly CallbackRecord[]> => {
      const { stdout } = await runCli(['callbacks', '--json', ...args], { cwd, env: { HOOK: secret } });
      return (JSON.parse(stdout) as { callbacks: readonly CallbackRecord[] }).callbacks;
    };
    expect((await list('--state', 'queued')).map(({ attempts }) => attempts)).to.deep.equal([0]);
    expect((await list('--state', 'waiting')).map(({ attempts }) => attempts)).to.deep.equal([1]);
    expect(await list('--state', 'queued,waiting')).to.have.length(2);
    expect(await list('--state', 'failed,succeeded')).to.deep.equal([]);
    const wrong = await runCli(['callbacks', '--state', 'lost'], { cwd });
    expect(wrong.stderr).to.contain('queued, waiting, succeeded, failed');
    const both = await runCli(['callbacks', 'list', '--state', 'queued', '--failed'], { cwd });
    expect([both.exitCode, both.stderr.split('\n')[0]]).to.deep.equal([
      2,
      'error: use either --failed or --state',
    ]);
  });

  it('a command whose store is in memory says that what was not taken is lost', async () => {
    const files = projectOfHook(receiver.url, { retry: { delay: '1h' } });
    const config = { ...(files['engine.yaml'] as object), store: { type: 'memory' } };
    const cwd = projectOf({ ...files, 'engine.yaml': config });
    const { stderr } = await runCli(['run', 'fulfil', '--input', '{}', '--quiet'], {
      cwd,
      env: { HOOK: secret },
    });
    expect(stderr).to.contain('1 delivery to callbacks is lost with the store, which is in memory');
  });

  it('a server does not start with a callback that it cannot sign', async () => {
    const { exitCode, stderr } = await runCli(['serve', '--port', '0'], { cwd, env: { HOOK: '' } });
    expect(exitCode).to.equal(2);
    expect(stderr).to.contain('error[missing_secret]: callback "hook": the secret "HOOK" is not set');
    const doctor = await runCli(['doctor'], { cwd, env: { HOOK: '' } });
    expect(doctor.stdout).to.contain('not set: "HOOK"');
  });
});
