import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import type { FindAddresses } from '../../../engine/adapters/tools/http-host.ts';
import { createToolSource } from '../../../engine/adapters/tools/tool-source.ts';
import type { Json } from '../../../engine/core/json.ts';
import { httpTool, problemOf, toolContext } from './test-tool.ts';

describe('an http tool whose host comes from a model', function () {
  this.timeout(120_000);
  let server: Server;
  let port: number;
  let contacted: number;
  let location: string | undefined;

  beforeEach(async () => {
    contacted = 0;
    location = undefined;
    server = createServer((_request, response) => {
      if (location === undefined) response.end('"here"');
      else response.writeHead(302, { location }).end();
    });
    server.on('connection', () => (contacted += 1));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    ({ port } = server.address() as AddressInfo);
  });
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  async function fault(url: string, input: Json, findAddresses?: FindAddresses): Promise<string> {
    const tool = httpTool({ url });
    const source = createToolSource({ env: {}, ...(findAddresses === undefined ? {} : { findAddresses }) });
    const opened = await source.open(tool);
    const { message } = await problemOf(
      opened.run(input, toolContext(tool, { signal: AbortSignal.timeout(2_000) })),
    );
    return message;
  }

  it('reaches nothing on this machine or its network, in no notation', async () => {
    for (const host of [
      ...['127.0.0.1', '127.1', '2130706433', '0x7f.1', '017700000001', '0.0.0.0', '0', '127.0.0.1.'],
      ...['[::1]', '[::]', '[::ffff:127.0.0.1]', '[::ffff:7f00:1]', '[0:0:0:0:0:0:0:1]', '[64:ff9b::7f00:1]'],
      ...[
        '169.254.169.254',
        '10.0.0.1',
        '172.31.255.255',
        '192.168.0.1',
        '100.64.0.1',
        '[fc00::1]',
        '[fe80::1]',
      ],
      ...['localhost', 'LOCALHOST', 'localhost.', 'a.localhost', '①②⑦.⓪.⓪.①', '１２７.0.0.1', '127。0。0。1'],
    ])
      // The host is not encoded, as in a template that was written carelessly.
      expect(await fault(`http://{{{input.before}}}${host}:${port}/`, { before: '' }), host).to.contain(
        'is private or local and not written out in its url',
      );
    expect(contacted).to.equal(0);
  });

  it('takes no user, no other scheme and no way around the host', async () => {
    for (const url of [
      `http://ok.example{{{input.x}}}@127.0.0.1:${port}/`,
      `http://user:{{{input.x}}}@127.0.0.1:${port}/`,
      `http://127.0.0.1:${port}{{{input.x}}}#@ok.example/`,
      'file:///etc/passwd{{input.x}}',
      'gopher://127.0.0.1{{input.x}}/',
      'data:text/plain,{{input.x}}',
      'javascript:{{input.x}}',
    ])
      expect(await fault(url, { x: '' }), url).to.match(/private or local|is not an http|user or password/);
    expect(contacted).to.equal(0);
  });

  it('is given away by no name, whatever its server says the second time', async () => {
    let asked = 0;
    const turning: FindAddresses = (_host, done) => {
      asked += 1;
      // Nobody is at this address, which is for documentation.
      done(null, [asked === 1 ? { address: '192.0.2.1', family: 4 } : { address: '127.0.0.1', family: 4 }]);
    };
    await fault(`http://{{{input.host}}}:${port}/`, { host: 'turning.example' }, turning);
    expect(asked).to.equal(1);
    const both: FindAddresses = (_host, done) =>
      done(null, [
        { address: '93.184.216.34', family: 4 },
        { address: '::ffff:127.0.0.1', family: 6 },
      ]);
    expect(await fault(`http://{{{input.host}}}:${port}/`, { host: 'both.example' }, both)).to.equal(
      'tool "probe": host "both.example" is private or local and not written out in its url',
    );
    expect(contacted).to.equal(0);
  });

  it('a host that was written out may be local, and no redirect leads elsewhere on this machine', async () => {
    const tool = httpTool({ url: `http://127.0.0.1:${port}/{{input.x}}` });
    const opened = await createToolSource({ env: {} }).open(tool);
    expect(await opened.run({ x: 'a' }, toolContext(tool))).to.equal('"here"');
    const other = createServer((_request, response) => response.end('secret'));
    let leaked = 0;
    other.on('connection', () => (leaked += 1));
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port: second } = other.address() as AddressInfo;
    for (const host of ['127.0.0.1', 'localhost', '2130706433', '[::ffff:7f00:1]']) {
      location = `http://${host}:${second}/`;
      const { message } = await problemOf(opened.run({ x: 'a' }, toolContext(tool)));
      expect(message, host).to.contain('is private or local');
    }
    location = 'file:///etc/passwd';
    expect((await problemOf(opened.run({ x: 'a' }, toolContext(tool)))).message).to.contain(
      'not an http url',
    );
    location = '/again';
    expect((await problemOf(opened.run({ x: 'a' }, toolContext(tool)))).message).to.contain(
      'more than 5 redirects',
    );
    other.close();
    expect(leaked).to.equal(0);
  });
});
