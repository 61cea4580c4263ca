import { expect } from 'chai';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { runCli } from './run-cli.ts';

describe('--server', function () {
  this.timeout(120_000);
  let status = 200;
  let said = '{"ok":true}';
  let server: Server;
  let url: string;

  before(async () => {
    server = createServer((_request, response) => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(status === 401 ? '{"error":{"type":"unauthorized","message":"sign in"}}' : said);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(() => server.close());

  const dispatch = (at: string) =>
    runCli(['dispatch', 'clerk', 'Hi', '--server', at], { cwd: tmpdir(), env: { ENGINE_TOKEN: '' } });

  it('is an address', async () => {
    for (const [given, meant] of [
      ['127.0.0.1:8000', 'http://127.0.0.1:8000'],
      ['ws://127.0.0.1:8000', 'http://127.0.0.1:8000'],
      ['', 'http://127.0.0.1:8000'],
    ] as const) {
      const { exitCode, stderr } = await dispatch(given);
      expect({ exitCode, stderr: stderr.split('\n')[0] }).to.deep.equal({
        exitCode: 2,
        stderr: `error: option "--server <url>" argument "${given}" is invalid; write "${meant}"`,
      });
    }
  });

  for (const [what, text] of [
    ['JSON', '{"ok":true}'],
    ['a list', '[]'],
    ['HTML', '<!doctype html><title>Hello</title>'],
    ['nothing', ''],
  ] as const)
    it(`where something else answers with ${what} is not taken for an engine`, async () => {
      said = text;
      for (const line of commands) {
        const args = [...line.split(' '), '--server', url];
        expect(await runCli(args, { cwd: tmpdir(), env: { ENGINE_TOKEN: '' } }), line).to.deep.include({
          exitCode: 2,
          stdout: '',
          stderr: `error[server_unreachable]: what answers at "${url}" is no engine; look at the address\n`,
        });
      }
    });

  it('where another program refuses is not taken for an engine', async () => {
    said = '<h1>Not Found</h1>';
    status = 404;
    const { exitCode, stderr } = await runCli(['runs', '--server', url], { cwd: tmpdir() });
    status = 200;
    expect([exitCode, stderr]).to.deep.equal([
      2,
      `error[server_unreachable]: "${url}/runs?limit=20" answered 404, and not in the way of this engine\n`,
    ]);
  });

  it('that wants a token says where it is read from', async () => {
    status = 401;
    expect((await dispatch(url)).stderr).to.equal(
      'error[unauthorized]: sign in\n  the token of --server is read from the variable ENGINE_TOKEN\n',
    );
  });
});

describe('the help of every command that asks a server', () => {
  it('says in the same words where its token is read from', async () => {
    for (const line of commands) {
      const help = await runCli([...line.split(' '), '--help'], { cwd: tmpdir() });
      const text = help.stdout.replaceAll(/\s+/g, ' ');
      expect(text, line).to.match(/--server <url> .+?; its token is read from the variable ENGINE_TOKEN/);
      expect(text, line).not.to.contain('--token');
    }
  });
});

/** One of each command that asks a server. */
const commands = [
  'dispatch clerk Hi',
  'runs',
  'runs show workflow:a:1',
  'runs show latest',
  'runs logs workflow:a:1',
  'runs follow workflow:a:1',
  'runs cancel workflow:a:1',
  'runs redrive workflow:a:1',
  'runs signal workflow:a:1 paid',
  'why workflow:a:1 b',
  'approvals',
  'approve workflow:a:1 b',
  'submissions',
  'submissions show sub_1',
  'submissions abort sub_1',
  'callbacks',
  'callbacks show cb_1',
  'callbacks redeliver cb_1',
  'callbacks redeliver --failed',
  'logs',
  'chat clerk',
  'schedules',
  'schedules trigger nightly',
];
