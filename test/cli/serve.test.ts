import { expect } from 'chai';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { helloProject } from './hello-project.ts';
import { projectFor } from './project-for.ts';

describe('engine serve', function () {
  this.timeout(120_000);
  const project = projectFor(helloProject);
  const { start, serve, engine } = project;

  it('says where and what it serves, answers, and ends on SIGTERM with exit code 0', async () => {
    const running = start('serve', '--port', '0');
    const stdout = await running.saw('openapi.json\n');
    const url = /http:\/\/127\.0\.0\.1:\d+/.exec(stdout)?.[0] ?? '';
    expect(stdout.replaceAll(url, '<url>').split('\n')).to.deep.equal([
      'hello is served at <url>',
      '  agent     assistant POST <url>/agents/assistant/<instance>',
      '  workflow  greet POST <url>/workflows/greet',
      '  workflow  wait POST <url>/workflows/wait',
      '  described at <url>/openapi.json',
      '',
    ]);
    const health = await fetch(`${url}/health`);
    expect([health.status, await health.json()]).to.deep.equal([200, { status: 'ok' }]);
    running.child.kill('SIGTERM');
    const { exitCode, stderr } = await running.done;
    expect(exitCode).to.equal(0);
    expect(JSON.parse(stderr.trim().split('\n').at(-1) ?? '')).to.include({
      level: 'info',
      message: 'stopping; a second signal ends it at once',
    });
  });

  it('prints JSON in lines that have a type, and a log of lines of JSON', async () => {
    await project.become({
      ...helloProject,
      'engine.yaml': 'name: hello\nmodel: script/echo\nsecrets: { shop_key: { env: SHOP_KEY_OF_NOBODY } }\n',
    });
    const { url, child, done } = await serve('--host', '0.0.0.0', '--insecure');
    expect((await fetch(`${url}/agents`)).status).to.equal(200);
    expect((await fetch(`${url}/nothing`)).status).to.equal(404);
    child.kill('SIGTERM');
    const { stdout, stderr, exitCode } = await done;
    expect(exitCode).to.equal(0);
    expect(linesOf(stdout)).to.have.length(1);
    expect(linesOf(stdout)[0]).to.deep.include({ type: 'listening', agents: ['assistant'], pid: child.pid });
    const messages = linesOf(stderr).map(({ level, message }) => `${String(level)} ${String(message)}`);
    expect(messages).to.deep.equal([
      'warn secrets that are not set: "shop_key"; what needs them will fail',
      `warn whoever reaches ${url} may do everything; nobody has to sign in`,
      'info GET /agents 200',
      'info GET /nothing 404',
      'info stopping; a second signal ends it at once',
    ]);

    const refused = await start('serve', '--port', '0', '--host', '192.0.2.1', '--json').done;
    expect([refused.exitCode, linesOf(refused.stdout).length]).to.deep.equal([2, 1]);
    expect(linesOf(refused.stdout)[0]).to.deep.include({ type: 'failure' });
    await project.become({ ...helloProject, 'src/agents/assistant.md': '---\nmodle: x\n---\n' });
    const broken = await start('serve', '--port', '0', '--json').done;
    expect([broken.exitCode, linesOf(broken.stdout).length]).to.deep.equal([2, 1]);
    expect(linesOf(broken.stdout)[0]?.['error']).to.include({ type: 'invalid_project' });
  });

  it('lists the schedules that are on', async () => {
    await project.become({
      ...helloProject,
      'schedules/daily.yaml': 'cron: "@daily"\nworkflow: greet\ninput: { name: Ada }\n',
      'schedules/rests.yaml': 'cron: "0 8 * * *"\nenabled: false\nagent: assistant\nmessage: hello\n',
    });
    const text = start('serve', '--port', '0');
    expect(await text.saw('openapi.json')).to.include('\n  schedule  daily @daily (UTC) workflow greet\n');
    text.child.kill('SIGTERM');
    expect((await text.done).stdout).not.to.include('rests');
    const json = start('serve', '--port', '0', '--json');
    expect(JSON.parse(await json.saw('\n'))).to.deep.include({ schedules: ['daily'] });
  });

  it('lets a request finish that is under way', async () => {
    const models = String(helloProject['models/echo.yaml']).replace('60s', '1s');
    await project.become({ ...helloProject, 'models/echo.yaml': models });
    const { url, child, done } = await serve();
    const answer = post(`${url}/workflows/wait?wait=result`, {});
    // On a busy machine it may have ended when it is seen.
    await until(async () => (await (await fetch(`${url}/runs?limit=1`)).text()).includes('"runId"'));
    child.kill('SIGTERM');
    const response = await answer;
    expect([response.status, JSON.stringify(await response.json())]).to.satisfy(
      ([status, body]: [number, string]) => status === 200 && body.includes('At last.'),
    );
    expect((await done).exitCode).to.equal(0);
  });

  it('does not wait for work after a second signal', async () => {
    const { url, child, done, saw } = await serve();
    const stream = await post(
      `${url}/agents/assistant/one`,
      { message: 'a slow question' },
      'text/event-stream',
    );
    await stream.body?.getReader().read();
    child.kill('SIGTERM');
    await saw('stopping', 'stderr');
    child.kill('SIGTERM');
    expect((await done).exitCode).to.equal(130);
  });

  it('leaves the runs readable for others, but not the store', async () => {
    const { url } = await serve();
    const run = await post(`${url}/workflows/greet?wait=result`, { name: 'Ada' });
    expect(run.status).to.equal(200);
    const listed = await engine('runs', '--json');
    const { runs } = JSON.parse(listed.stdout) as { runs: { runId: string; state: string }[] };
    expect(runs.map(({ state }) => state)).to.deep.equal(['succeeded']);
    const shown = await engine('runs', runs[0]?.runId ?? '', '--events', '--json');
    const { events } = JSON.parse(shown.stdout) as { events: { index: number; type: string }[] };
    expect(events[0]?.type).to.equal('run_start');
    expect(events.at(-1)?.type).to.equal('run_end');
    expect(events.map(({ index }) => index)).to.deep.equal(events.map((_event, at) => at + 1));

    const refused = await engine('run', 'greet', '--input', '{"name": "Bob"}');
    expect(refused.exitCode).to.equal(2);
    expect(refused.stderr).to.match(
      /^error\[store_locked\]: the store ".+" is in use by process \d+; stop it/,
    );
  });

  it('ends with exit code 2 when the port is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    try {
      const { exitCode, stdout, stderr } = await start('serve', '--port', String(port)).done;
      expect({ exitCode, stdout, stderr }).to.deep.equal({
        exitCode: 2,
        stdout: '',
        stderr: `error[port_in_use]: port ${port} of 127.0.0.1 is in use; choose another one, or 0 for a free one\n`,
      });
    } finally {
      other.close();
    }
  });

  it('leaves work that waits alone where it cannot be served', async () => {
    const { url, child, done } = await serve();
    const { runId } = (await (await post(`${url}/workflows/wait`, {})).json()) as { runId: string };
    const path = `/runs/${encodeURIComponent(runId)}/stream`;
    await streamed(`${url}${path}`, 'event: turn_start');
    child.kill('SIGKILL');
    await done;
    const stored = async (): Promise<string> => (await engine('logs', '--json')).stdout;
    const before = await stored();

    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    try {
      for (const [args, code] of [
        [['--port', String(port)], 'port_in_use'],
        [['--port', '0', '--host', '0.0.0.0'], 'invalid_request'],
        [['--port', '0', '--host', '192.0.2.1'], 'invalid_request'],
      ] as const) {
        for (const command of ['serve', 'dev']) {
          const { exitCode, stdout, stderr } = await start(command, ...args).done;
          expect([exitCode, stdout, stderr.slice(0, stderr.indexOf(':'))], command).to.deep.equal([
            2,
            '',
            `error[${code}]`,
          ]);
          expect(await stored(), command).to.equal(before);
        }
      }
    } finally {
      other.close();
    }

    const again = await serve();
    const seen = before.trim().split('\n').length;
    await streamed(`${again.url}${path}`, `id: ${seen + 1}\n`);
    again.child.kill('SIGKILL');
  });

  it('refuses an address that other machines could reach', async () => {
    const { exitCode, stderr } = await start('serve', '--port', '0', '--host', '0.0.0.0').done;
    expect(exitCode).to.equal(2);
    expect(stderr).to.match(/^error\[invalid_request\]: cannot listen on "0\.0\.0\.0"/);
  });
});

/** Every line as the JSON that it is. */
function linesOf(text: string): Record<string, unknown>[] {
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

function post(url: string, body: object, accept = 'application/json'): Promise<Response> {
  return fetch(url, {
    method: 'POST',
    headers: { accept, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
}

/** Reads a stream until it has said a text. */
async function streamed(url: string, text: string): Promise<void> {
  const reader = (await fetch(url)).body?.getReader();
  let seen = '';
  while (!seen.includes(text)) seen += Buffer.from((await reader?.read())?.value ?? []).toString('utf8');
  await reader?.cancel();
}

async function until(isTrue: () => Promise<boolean>): Promise<void> {
  while (!(await isTrue()));
}
