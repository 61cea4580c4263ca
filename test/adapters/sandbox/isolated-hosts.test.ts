import { mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { createServer, request as requestTo, type Server } from 'node:http';
import { connect, createServer as createTcp, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { findBubblewrap } from '../../../engine/adapters/sandbox/can-isolate.ts';
import { openHostProxy, type HostProxy } from '../../../engine/adapters/sandbox/host-proxy.ts';
import { openIsolatedSandbox } from '../../../engine/adapters/sandbox/isolated.ts';
import type { Sandbox } from '../../../engine/ports/sandbox.ts';
import { sandboxSpec } from './open-test-sandbox.ts';

/** What reached the machine: the oracle. */
interface Listener {
  readonly port: number;
  readonly requests: string[];
  close(): void;
}

describe('hosts that a network policy allows', () => {
  let folder = '';
  let listener: Listener;
  const closing: (() => unknown)[] = [];

  beforeEach(async () => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'engine-hosts-')));
    listener = await listen();
    closing.push(() => listener.close());
  });
  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close();
    rmSync(folder, { recursive: true, force: true });
  });

  describe('for commands of an isolated sandbox', () => {
    before(async function () {
      await findBubblewrap().catch(() => this.skip());
    });

    const open = async (allow: readonly string[], deny: readonly string[] = []): Promise<Sandbox> => {
      const spec = sandboxSpec({ type: 'isolated', write: true, shell: true, network: { allow, deny } });
      const workspace = join(folder, `ws${closing.length}`);
      mkdirSync(workspace);
      const sandbox = await openIsolatedSandbox(spec, { projectRoot: folder, env: {}, folder: workspace });
      closing.push(() => sandbox.close());
      return sandbox;
    };

    it('are reached through a proxy, and no other way leads out', async () => {
      const { port, requests } = listener;
      const sandbox = await open([`127.0.0.1:${port}`]);
      const fetched = await sandbox.exec(viaProxy(`http://127.0.0.1:${port}/allowed`));
      expect(fetched.stdout, fetched.stderr).to.contain('answered /allowed');
      const refused = await sandbox.exec(viaProxy(`http://127.0.0.1:${port + 1}/other`));
      expect(refused.stdout).to.contain('403').and.to.contain('is not allowed; allowed hosts:');
      const direct = await sandbox.exec(`exec 3<>/dev/tcp/127.0.0.1/${port} && echo through`);
      expect(direct.stdout).to.equal('');
      expect(requests).to.deep.equal(['/allowed']);
    });

    it('AC-122: without any there is no listener of this machine, no socket of its folders and no name server', async () => {
      const socket = join(folder, 'outside');
      const { requests } = listener;
      const local = createServer((request, response) => response.end(`local ${request.url ?? ''}`)).listen(
        socket,
      );
      await new Promise((resolve) => local.once('listening', resolve));
      closing.push(() => local.close());
      const look = `
        const { connect } = require('net');
        const { lookup } = require('dns');
        const say = (what) => (error) => console.log(what, error ? 'fails' : 'works');
        for (const to of [{ host: '127.0.0.1', port: ${listener.port} }, { host: '::1', port: ${listener.port} }, { path: '${socket}' }])
          connect(to, say('connect')).on('error', say('connect'));
        lookup('example.com', say('lookup'));`;
      for (const allow of [[], ['api.example.com']]) {
        const sandbox = await open(allow);
        await sandbox.writeFile('look.cjs', look);
        const { stdout, stderr } = await sandbox.exec('node look.cjs');
        expect(stdout.trim().split('\n').sort(), stderr).to.deep.equal([
          'connect fails',
          'connect fails',
          'connect fails',
          'lookup fails',
        ]);
      }
      expect(requests).to.deep.equal([]);
    });

    it('leave exit codes, output, time limits and the environment as they are', async () => {
      const sandbox = await open(['api.example.com']);
      expect(await sandbox.exec('echo out; echo err >&2; exit 7')).to.include({
        stdout: 'out\n',
        stderr: 'err\n',
        exitCode: 7,
      });
      expect((await sandbox.exec('kill -TERM $$')).exitCode).to.equal(143);
      expect((await sandbox.exec('echo $https_proxy')).stdout).to.equal('http://127.0.0.1:3128\n');
      const late = await sandbox
        .exec('sleep 60', { timeoutMs: 500 })
        .catch(({ code }: { code: string }) => code);
      expect(late).to.equal('timeout');
      expect((await sandbox.exec('sleep 60 & echo on')).stdout).to.equal('on\n');
    });

    it('are those of the list also where a proxy is killed or asked by its socket', async () => {
      const { port, requests } = listener;
      const sandbox = await open(['api.example.com']);
      const asked = await sandbox.exec(
        `node -e "require('http').request({ socketPath: '/run/engine/proxy', path: 'http://127.0.0.1:${port}/x' }, (a) => console.log(a.statusCode)).end()"; ` +
          'rm -f /run/engine/proxy; ls /run/engine',
      );
      expect(asked.stdout).to.contain('proxy');
      expect(requests).to.deep.equal([]);
    });
  });

  describe('by the proxy itself', () => {
    let proxy: HostProxy;
    const openProxy = async (
      allow: readonly string[],
      deny: readonly string[],
      addresses: Readonly<Record<string, string>> = {},
    ): Promise<void> => {
      proxy = await openHostProxy({ allow, deny }, join(folder, 'socket'), (host, done) => {
        const address = addresses[host];
        if (address === undefined) done(new Error(`no address of ${host}`), []);
        else done(null, [{ address, family: 4 }]);
      });
      closing.push(() => proxy.close());
    };

    it('carry a connection of any kind', async () => {
      const echo = createTcp((socket) => socket.pipe(socket)).listen(0, '127.0.0.1');
      await new Promise((resolve) => echo.once('listening', resolve));
      closing.push(() => echo.close());
      const { port } = echo.address() as AddressInfo;
      await openProxy([`127.0.0.1:${port}`], []);
      expect(await tunnel(join(folder, 'socket'), `127.0.0.1:${port}`, 'ping')).to.match(
        /^HTTP\/1.1 200 .*\r\n\r\nping$/s,
      );
    });

    it('are not private ones behind a pattern, by name, by address, in any way of writing', async () => {
      const { port, requests } = listener;
      await openProxy(['*'], ['denied.example.com'], {
        'rebound.example.com': '127.0.0.1',
        'meta.example.com': '169.254.169.254',
        'denied.example.com': '93.184.216.34',
      });
      const at = join(folder, 'socket');
      for (const host of [
        ...[
          '127.0.0.1',
          'localhost',
          '[::1]',
          '0x7f000001',
          '2130706433',
          '0',
          '[::ffff:127.0.0.1]',
          '127.1',
        ],
        ...[
          'rebound.example.com',
          'meta.example.com',
          'a.localhost',
          'denied.example.com',
          'denied.example.com.',
        ],
      ]) {
        expect(await tunnel(at, `${host}:${port}`, 'ping'), host).to.match(/^HTTP\/1.1 (403|502|400) /);
        expect(await plain(at, `http://${host}:${port}/x`), host).to.be.oneOf([403, 502, 400]);
      }
      expect(requests).to.deep.equal([]);
    });

    it('are not reached by requests that say something else than they mean', async () => {
      const { port, requests } = listener;
      await openProxy(['api.example.com'], []);
      const at = join(folder, 'socket');
      for (const target of [
        `api.example.com@127.0.0.1:${port}`,
        `127.0.0.1:${port}#api.example.com`,
        `127.0.0.1:${port}/api.example.com`,
        `api.example.com:${port}:127.0.0.1`,
        '',
        ':',
        'api.example.com.evil.example:443',
        'xapi.example.com:443',
      ])
        expect(await tunnel(at, target, ''), target).to.match(/^HTTP\/1.1 40[03] /);
      expect(await plain(at, `http://api.example.com@127.0.0.1:${port}/x`)).to.equal(403);
      expect(await plain(at, 'ftp://api.example.com/x')).to.equal(400);
      expect(await plain(at, '/x')).to.equal(400);
      expect(requests).to.deep.equal([]);
    });
  });
});

/** A command that asks the proxy which the environment names, as any client would. */
function viaProxy(url: string): string {
  return `node -e "const p = new URL(process.env.http_proxy); require('http').request({ host: p.hostname, port: p.port, path: '${url}' }, (a) => { console.log(a.statusCode); a.pipe(process.stdout); }).end()"`;
}

async function listen(): Promise<Listener> {
  const requests: string[] = [];
  const server: Server = createServer((request, response) => {
    requests.push(request.url ?? '');
    response.end(`answered ${request.url ?? ''}`);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    requests,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** What comes of a CONNECT, and of text that is sent behind it. */
function tunnel(socketPath: string, target: string, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const client = connect(socketPath);
    let all = '';
    client.on('data', (chunk) => {
      all += chunk.toString();
      if (text !== '' && all.endsWith(`\r\n\r\n${text}`)) client.end();
      else if (all.startsWith('HTTP/1.1 200') && all.endsWith('\r\n\r\n')) client.write(text);
    });
    client.on('error', reject);
    client.on('close', () => resolve(all));
    client.write(`CONNECT ${target} HTTP/1.1\r\nhost: ${target}\r\n\r\n`);
  });
}

function plain(socketPath: string, path: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const request = requestTo({ socketPath, path }, (answer) => {
      answer.resume();
      resolve(answer.statusCode);
    });
    request.on('error', reject);
    request.end();
  });
}
