import { expect } from 'chai';
import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync } from 'node:fs';
import { engineCommand } from '../fakes/engine-cli.ts';
import { freePort } from '../fakes/free-port.ts';
import { helloProject } from './hello-project.ts';
import { projectFor } from './project-for.ts';

describe('engine serve, when its terminal ends', function () {
  this.timeout(120_000);
  const project = projectFor({
    ...helloProject,
    'models/echo.yaml': String(helloProject['models/echo.yaml']).replace('60s', '1s'),
  });
  const started: ChildProcess[] = [];
  afterEach(() => {
    for (const child of started.splice(0)) child.kill('SIGKILL');
  });

  const serving = [process.execPath, ...engineCommand, 'serve', '--json'];
  const anyPort = ['--port', '0'];

  /** Starts a command that serves, in the way a test needs; gives what it says of itself. */
  const begin = async (
    [command = '', ...args]: readonly string[],
    options: SpawnOptions = {},
  ): Promise<{ child: ChildProcess; url: string; pid: number; said: () => string }> => {
    const { NO_COLOR: _none, _: _last, ...env } = process.env;
    const child = spawn(command, args, {
      cwd: project.folder,
      stdio: ['pipe', 'pipe', 'pipe'],
      ...options,
      env: { ...env, ...options.env },
    });
    started.push(child);
    let said = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (said += text));
    const line = await new Promise<string>((resolve, reject) => {
      let out = '';
      child.stdout?.setEncoding('utf8').on('data', (text: string) => {
        out += text;
        const found = /^\{.*\}\r?$/m.exec(out)?.[0];
        if (found !== undefined) resolve(found);
      });
      child.once('close', () => reject(new Error(`ended: ${out}${said}`)));
    });
    const { url, pid } = JSON.parse(line) as { url: string; pid: number };
    return { child, url, pid, said: () => said };
  };
  const post = (url: string, body: object): Promise<Response> =>
    fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  const slow = (url: string): Promise<Response> => post(`${url}/workflows/wait?wait=result`, {});
  // On a busy machine it may have ended when it is seen.
  const isAccepted = (url: string): Promise<void> =>
    until(async () => (await (await fetch(`${url}/runs?limit=1`)).text()).includes('"runId"'));

  it('lets what is at work come to its end, as with SIGTERM', async () => {
    const { child, url, said } = await begin([...serving, ...anyPort]);
    const answer = slow(url);
    await isAccepted(url);
    const ended = once(child, 'close');
    child.kill('SIGHUP');
    const response = await answer;
    expect([response.status, await response.text()]).to.satisfy(
      ([status, body]: [number, string]) => status === 200 && body.includes('At last.'),
    );
    expect(await ended).to.deep.equal([0, null]);
    expect(said()).to.contain('stopping; a second signal ends it at once');
  });

  it('does so though nothing can be written to a terminal that is gone', async function () {
    // `script` of util-linux gives a command a terminal.
    if (!existsSync('/usr/bin/script')) return this.skip();
    const words = [...serving, '--port', String(await freePort())].map((word) => `'${word}'`).join(' ');
    const { child, url } = await begin(['/usr/bin/script', '-qec', words, '/dev/null']);
    const answer = slow(url);
    await isAccepted(url);
    child.kill('SIGKILL');
    const response = await answer;
    expect([response.status, await response.text()]).to.satisfy(
      ([status, body]: [number, string]) => status === 200 && body.includes('At last.'),
    );
    await until(() =>
      fetch(`${url}/health`).then(
        () => false,
        () => true,
      ),
    );
    expect((await project.engine('run', 'greet', '--input', '{"name": "Ada"}')).exitCode).to.equal(0);
  });

  describe('goes on where it was started to outlive it:', () => {
    /** Of a signal that came and did nothing there is no event; the one behind it would be the second if it had done something. */
    const outlives = async ({ url, pid, child, said }: Awaited<ReturnType<typeof begin>>): Promise<void> => {
      process.kill(pid, 'SIGHUP');
      expect((await post(`${url}/workflows/greet?wait=result`, { name: 'Ada' })).status).to.equal(200);
      expect(said()).not.to.contain('stopping');
      const ended = once(child, 'close');
      process.kill(pid, 'SIGTERM');
      expect(await ended, said()).to.deep.equal([0, null]);
    };

    it('by nohup of a shell', async function () {
      if (!existsSync('/bin/bash') || !existsSync('/usr/bin/nohup')) return this.skip();
      await outlives(await begin(['/bin/bash', '-c', 'nohup "$0" "$@"', ...serving, ...anyPort]));
    });

    it('by a shell that ignores the signal', async function () {
      if (!existsSync('/proc/self/status')) return this.skip();
      await outlives(
        await begin(['/bin/sh', '-c', 'trap "" HUP; "$0" "$@" & wait $!', ...serving, ...anyPort]),
      );
    });

    it('with the stdin that nohup gives in place of a terminal', async function () {
      if (!existsSync('/proc/self/fdinfo/0')) return this.skip();
      const stdin = openSync('/dev/null', 'w');
      try {
        await outlives(await begin([...serving, ...anyPort], { stdio: [stdin, 'pipe', 'pipe'] }));
      } finally {
        closeSync(stdin);
      }
    });
  });
});

describe('a command that nobody reads any more', function () {
  this.timeout(120_000);
  const project = projectFor(helloProject);

  const piped = async (line: string): Promise<{ code: number; stdout: string; stderr: string }> => {
    const child = spawn('/bin/sh', ['-c', line, process.execPath, ...engineCommand], { cwd: project.folder });
    const said = { stdout: '', stderr: '' };
    child.stdout.setEncoding('utf8').on('data', (text: string) => (said.stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (said.stderr += text));
    const [code] = (await once(child, 'close')) as [number];
    return { code, ...said };
  };

  it('ends without a word when it is stdout', async () => {
    const { stdout, stderr } = await piped('"$0" "$@" explain | head -n 1');
    expect(stdout.split('\n')).to.have.length(2);
    expect(stderr).to.equal('');
  });

  it('goes on when it is stderr', async () => {
    const { stdout } = await piped(
      '{ "$0" "$@" run greet --input \'{"name": "Ada"}\' 2>&1 >&3 | true; } 3>&1',
    );
    expect(JSON.parse(stdout)).to.deep.equal({ greeting: 'Hello Ada', weather: 'It is sunny.' });
  });

  it('says that the disk is full', async function () {
    if (!existsSync('/dev/full')) return this.skip();
    const { code, stderr } = await piped('"$0" "$@" explain > /dev/full');
    expect(code).to.equal(2);
    expect(stderr).to.equal('error[invalid_request]: stdout cannot be written: the disk is full\n');
  });
});

async function until(isTrue: () => Promise<boolean>): Promise<void> {
  while (!(await isTrue()));
}
