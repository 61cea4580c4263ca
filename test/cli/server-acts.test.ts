import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect } from 'chai';
import { engineCommand } from '../fakes/engine-cli.ts';
import { startIssuer, type Issuer } from '../server/auth/issuer.ts';
import { hashed, startAuthWorld, tokens, type AuthWorld } from '../server/auth/world.ts';
import { helloProject } from './hello-project.ts';
import { makeProject, runCli, startCli, type Finished, type Running } from './run-cli.ts';

describe('engine schedules --server', function () {
  this.timeout(120_000);

  it('lists and fires those of a running server, and says where it is when it is not named', async () => {
    const project = await makeProject({
      ...helloProject,
      'schedules/daily.yaml': 'cron: "@daily"\nworkflow: greet\ninput: { name: Ada }\n',
      'schedules/ask.yaml': 'cron: "@daily"\nenabled: false\nagent: assistant\nmessage: hello\n',
      'schedules/bad.yaml': 'cron: "@daily"\nenabled: false\nagent: assistant\nmessage: a broken one\n',
    });
    const server: Running = startCli(['serve', '--port', '0', '--json'], { cwd: project.folder });
    try {
      const { url } = JSON.parse(await server.saw('\n')) as { url: string };
      const schedules = (...args: string[]): Promise<Finished> =>
        runCli(['schedules', ...args], { cwd: project.folder });
      const listed = await schedules('--server', url);
      expect(listed.stdout).to.match(/^SCHEDULE .*\nask .* off\nbad .*\ndaily .* workflow greet .*\n$/);
      const fired = await schedules('trigger', 'daily', '--server', url);
      expect([fired.exitCode, JSON.parse(fired.stdout)]).to.deep.equal([
        0,
        { greeting: 'Hello Ada', weather: 'It is sunny.' },
      ]);
      const asked = await schedules('trigger', 'ask', '--server', url, '--json');
      expect(JSON.parse(asked.stdout)).to.deep.include({ state: 'succeeded', output: 'You said: hello' });
      const failed = await schedules('trigger', 'bad', '--server', url);
      expect(failed.exitCode).to.equal(1);
      expect(failed.stderr).to.match(
        /^error\[model_failed\]: model "script\/echo" failed: too many requests\n/,
      );
      const missing = await schedules('trigger', 'weekly', '--server', url);
      expect([missing.exitCode, missing.stderr]).to.satisfy(
        ([code, text]: [number, string]) => code === 2 && text.startsWith('error[not_found]: no schedule'),
      );
      const locked = await schedules('trigger', 'daily');
      expect(locked.stderr).to.match(/^error\[store_locked\]: .+ name its server with --server <url>/);
      const taped = await schedules('trigger', 'daily', '--server', url, '--record', 'tape.json');
      expect(taped.stderr).to.contain('--record is for work that is done here');
    } finally {
      server.child.kill('SIGKILL');
      await server.done;
      await project.remove();
    }
  });
});

describe('engine chat --server, where callers sign in', function () {
  this.timeout(120_000);
  let issuer: Issuer;
  let world: AuthWorld;
  before(async () => {
    issuer = await startIssuer();
    world = await startAuthWorld({
      auth: {
        tokens: [{ name: 'ann', ...hashed(tokens.ann) }],
        jwt: { issuer: issuer.url, audience: 'engine', jwksUrl: `${issuer.url}/keys` },
      },
    });
  });
  after(async () => {
    await world.close();
    await issuer.close();
  });

  const chat = (env: string, ...args: string[]): Promise<Finished> =>
    runCli(['chat', 'echo', '--id', 'me', '--server', world.url, ...args], {
      cwd: process.cwd(),
      env: { ENGINE_TOKEN: env },
      stdin: 'hello\n',
    });

  it('takes the token of the variable, without the white space around it', async () => {
    for (const token of [tokens.ann, `${tokens.ann}\n`, ` ${tokens.ann} `])
      expect(await chat(token)).to.deep.include({ exitCode: 0, stdout: 'You said: hello\n' });
  });

  it('takes none on the command line, where everybody would see it, and says where it is read from', async () => {
    for (const words of [['--token', tokens.ann], [`--token=${tokens.ann}`]])
      expect(await chat(tokens.ann, ...words)).to.deep.include({
        exitCode: 2,
        stdout: '',
        stderr:
          'error: unknown option "--token"; the token of --server is read from the variable ENGINE_TOKEN\nsee "engine chat --help"\n',
      });
  });

  it('says that a variable holds no token, without its value', async () => {
    for (const token of [`${tokens.ann}\nX: y`, 'a b', 'schlüssel']) {
      const { exitCode, stderr } = await chat(token);
      expect([exitCode, stderr]).to.deep.equal([
        2,
        'error[invalid_request]: the variable ENGINE_TOKEN holds no token: there is a space, or a character that no header can carry\n',
      ]);
    }
  });

  it('refuses variables for the work of a server', async () => {
    const { exitCode, stderr } = await chat(tokens.ann, '--env-from', '.env');
    expect([exitCode, stderr]).to.deep.equal([
      2,
      `error[invalid_request]: --env-from is for work that is done here, not at the server ${world.url}\n`,
    ]);
  });

  it('says that it wants one, and that one is wrong, before anything is asked', async () => {
    for (const [finished, message] of [
      [await chat(''), 'sign in with a bearer token in the header "Authorization"'],
      [await chat('a-wrong-0123456789'), 'the token is not valid'],
    ] as const) {
      const { exitCode, stdout, stderr } = finished;
      expect([exitCode, stdout, stderr.split('\n')]).to.deep.equal([
        2,
        '',
        [
          `error[unauthorized]: ${message}`,
          '  the token of --server is read from the variable ENGINE_TOKEN',
          '',
        ],
      ]);
    }
  });

  it('tells in the middle that a token has expired, and ends with that', async () => {
    let said: Finished = { exitCode: null, signal: null, stdout: '', stderr: '' };
    // A token that ends before a busy machine has the first answer is of no use.
    for (let seconds = 8; said.stdout === ''; seconds *= 2) said = await talkPast(seconds);
    expect([said.exitCode, said.stdout]).to.deep.equal([2, 'You said: hello\n']);
    expect(said.stderr).to.include('error[unauthorized]: the token has expired');
  });

  /** Says something with a token that is good for some seconds, and something more when it is no longer. */
  async function talkPast(seconds: number): Promise<Finished> {
    // A minute is given for clocks that differ.
    const end = Math.ceil(Date.now() / 1000) + seconds;
    const token = await issuer.token({ exp: end - 60 });
    const args = ['chat', 'echo', '--id', 'late', '--server', world.url];
    const child = spawn(process.execPath, [...engineCommand, ...args], {
      env: { ...process.env, ENGINE_TOKEN: token },
    });
    let stdout = '';
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    const answered = new Promise<void>((resolve) => {
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        stdout += text;
        resolve();
      });
    });
    const closed = once(child, 'close');
    child.stdin.on('error', () => undefined);
    child.stdin.write('hello\n');
    await Promise.race([answered, closed]);
    while (Date.now() < end * 1000) await new Promise((resolve) => setTimeout(resolve, 100));
    child.stdin.end('hello again\n');
    const [exitCode] = (await closed) as [number];
    return { exitCode, signal: null, stdout, stderr };
  }
});
