import { expect } from 'chai';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { runCli } from './run-cli.ts';

describe('--server', function () {
  this.timeout(60_000);
  let status = 200;
  let server: Server;
  let url: string;

  before(async () => {
    server = createServer((_request, response) => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(status === 401 ? '{"error":{"type":"unauthorized","message":"sign in"}}' : '{"ok":true}');
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(() => server.close());

  const dispatch = (at: string) =>
    runCli(['dispatch', 'clerk', 'Hi', '--server', at], { cwd: tmpdir(), env: { ENGINE_TOKEN: '' } });

  it('is an address', async () => {
    const { exitCode, stderr } = await dispatch('127.0.0.1:8000');
    expect({ exitCode, stderr: stderr.split('\n')[0] }).to.deep.equal({
      exitCode: 2,
      stderr:
        'error: option "--server <url>" argument "127.0.0.1:8000" is invalid; write "http://127.0.0.1:8000"',
    });
  });

  it('where something else answers is not taken for an engine', async () => {
    expect(await dispatch(url)).to.deep.include({
      exitCode: 1,
      stdout: '',
      stderr: `error[server_unreachable]: what answers at "${url}" is no engine; look at the address\n`,
    });
  });

  it('that wants a token says where it is read from', async () => {
    status = 401;
    expect((await dispatch(url)).stderr).to.equal(
      'error[unauthorized]: sign in\n  the token of --server is read from the variable ENGINE_TOKEN\n',
    );
  });
});
