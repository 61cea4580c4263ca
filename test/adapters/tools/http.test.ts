import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { guardedLookup, hostIsFixed, writtenHostFault } from '../../../engine/adapters/tools/http-host.ts';
import { redirectRequest } from '../../../engine/adapters/tools/http-redirect.ts';
import { createToolSource } from '../../../engine/adapters/tools/tool-source.ts';
import type { Json } from '../../../engine/core/json.ts';
import type { Tool } from '../../../engine/program/tool.ts';
import { freePort } from '../../fakes/free-port.ts';
import { httpTool, problemData, problemOf, toolContext } from './test-tool.ts';

interface Seen {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}
type Answer = (response: ServerResponse, request: Seen) => void;

/** A server on loopback that remembers its requests. */
async function listen(
  answer: Answer,
): Promise<{ readonly url: string; readonly seen: Seen[]; readonly server: Server }> {
  const seen: Seen[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      const entry = { method, url, headers, body: Buffer.concat(chunks).toString() };
      seen.push(entry);
      answer(response, entry);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen, server };
}

const json =
  (value: Json, status = 200): Answer =>
  (response) => {
    response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' });
    response.end(JSON.stringify(value));
  };

describe('an http tool', () => {
  const servers: Server[] = [];
  const serve = async (answer: Answer) => {
    const started = await listen(answer);
    servers.push(started.server);
    return started;
  };
  afterEach(() => {
    for (const server of servers.splice(0)) {
      server.closeAllConnections();
      server.close();
    }
  });

  async function call(
    tool: Tool,
    input: Json = {},
    options: Parameters<typeof toolContext>[1] & { readonly env?: Readonly<Record<string, string>> } = {},
  ): Promise<Json> {
    const opened = await createToolSource({ env: options.env ?? {} }).open(tool);
    return opened.run(input, toolContext(tool, options));
  }

  it('sends method, path, query, headers and a JSON body, and gives the parsed answer', async () => {
    const { url, seen } = await serve(json({ id: 7 }, 201));
    const output = await call(
      httpTool(
        {
          method: 'post',
          url: `${url}/orders/{{input.order}}`,
          query: { q: '${{ input.q }}', none: '${{ input.none }}', list: ['a', 'b'], n: 3 },
          headers: { authorization: '${{ "Bearer " + secrets.TOKEN }}', 'x-tenant': '${{ env.TENANT }}' },
          body: { note: '${{ input.note }}', fixed: true },
        },
        { secrets: ['TOKEN'] },
      ),
      { order: 'o-1', q: 'a&b=c', none: null, note: 'grüße' },
      { secrets: { TOKEN: 's3cret' }, env: { TENANT: 'acme' } },
    );
    expect(output).to.deep.equal({ id: 7 });
    expect(seen).to.have.length(1);
    const { method, url: path, headers, body } = seen[0]!;
    expect({ method, path, body: JSON.parse(body) as Json }).to.deep.equal({
      method: 'POST',
      path: '/orders/o-1?q=a%26b%3Dc&list=a&list=b&n=3',
      body: { note: 'grüße', fixed: true },
    });
    expect(headers.authorization).to.equal('Bearer s3cret');
    expect(headers['x-tenant']).to.equal('acme');
    expect(headers['content-type']).to.equal('application/json');
  });

  it('encodes input in the url, so it adds no segment, parameter or fragment', async () => {
    const { url, seen } = await serve(json(null));
    const tool = httpTool({ url: `${url}/{{env.BASE}}/{{input.id}}?fields={{input.fields}}` });
    await call(tool, { id: 'a/b?x=1#y', fields: 'p&admin=1' }, { env: { BASE: 'v1/items' } });
    expect(seen[0]?.url).to.equal('/v1/items/a%2Fb%3Fx%3D1%23y?fields=p%26admin%3D1');
  });

  for (const id of ['..', '.', '%2e%2e']) {
    it(`${id === '%2e%2e' ? 'encodes' : 'refuses'} ${id} as a path segment`, async () => {
      const { url, seen } = await serve(json(null));
      const tool = httpTool({ url: `${url}/users/{{input.id}}/photo` });
      if (id === '%2e%2e') {
        await call(tool, { id });
        expect(seen[0]?.url).to.equal('/users/%252e%252e/photo');
        return;
      }
      expect(await problemData(call(tool, { id }))).to.have.property('type', 'tool_input_invalid');
      expect(seen).to.deep.equal([]);
    });
  }

  it('gives text for other content types and null for no content', async () => {
    const text = await serve((response) => response.end('plain'));
    expect(await call(httpTool({ url: text.url }))).to.equal('plain');
    const none = await serve((response) => response.writeHead(204).end());
    expect(await call(httpTool({ url: none.url }))).to.equal(null);
  });

  it('sends forms and texts as their content type says', async () => {
    const { url, seen } = await serve(json(null));
    await call(
      httpTool({
        method: 'POST',
        url,
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: { a: '1 2', b: 3 },
      }),
    );
    await call(httpTool({ method: 'PUT', url, headers: { 'content-type': 'text/plain' }, body: 'raw' }));
    expect(seen.map(({ body }) => body)).to.deep.equal(['a=1+2&b=3', 'raw']);
  });

  it('fails with the status and whether trying again may help', async () => {
    for (const [status, retryable] of [
      [404, false],
      [429, true],
      [503, true],
    ] as const) {
      const { url } = await serve((response) => response.writeHead(status).end('why'));
      const problem = await problemOf(call(httpTool({ url })));
      expect(problem.toData()).to.deep.equal({
        type: 'tool_failed',
        message: `tool "probe": the server answered ${status}`,
        details: { status, body: 'why' },
      });
      expect(problem.retryable).to.equal(retryable);
    }
  });

  it('keeps only the start of a long error answer', async () => {
    const { url } = await serve((response) => response.writeHead(500).end('e'.repeat(3_000_000)));
    const data = (await problemData(call(httpTool({ url })))) as { details: { body: string } };
    expect(data.details.body).to.equal('e'.repeat(1000));
  });

  it('fails on an answer over 1 MiB and on broken JSON', async () => {
    const big = await serve((response) => response.end('x'.repeat(2_000_000)));
    expect(await problemData(call(httpTool({ url: big.url })))).to.have.property(
      'message',
      'tool "probe": the answer is larger than 1 MiB',
    );
    const broken = await serve((response) =>
      response.writeHead(200, { 'content-type': 'application/problem+json' }).end('{'),
    );
    expect(await problemData(call(httpTool({ url: broken.url })))).to.have.property(
      'message',
      'tool "probe": the answer says it is JSON and is not',
    );
  });

  it('fails as retryable when nobody listens', async () => {
    const url = `http://127.0.0.1:${await freePort()}/`;
    const problem = await problemOf(call(httpTool({ url })));
    expect(problem.message).to.equal('tool "probe": the request failed (ECONNREFUSED)');
    expect(problem.retryable).to.equal(true);
  });

  it('ends with its signal: timeout or aborted, also while the body is read', async () => {
    const silent = await serve(() => undefined);
    expect(
      await problemData(call(httpTool({ url: silent.url }), {}, { signal: AbortSignal.timeout(50) })),
    ).to.deep.equal({ type: 'timeout', message: 'tool "probe" timed out' });
    const slow = await serve((response) => response.write('start'));
    const stop = new AbortController();
    const ended = problemData(call(httpTool({ url: slow.url }), {}, { signal: stop.signal }));
    setTimeout(() => {
      stop.abort();
    }, 50);
    expect(await ended).to.deep.equal({ type: 'aborted', message: 'tool "probe" was aborted' });
  });

  it('reads a secret only when a header mentions one, and fails when it is missing', async () => {
    const { url, seen } = await serve(json(null));
    await call(httpTool({ url }, { secrets: ['TOKEN'] }));
    const tool = httpTool({ url, headers: { 'x-key': '${{ secrets.TOKEN }}' } }, { secrets: ['TOKEN'] });
    expect(await problemData(call(tool))).to.have.property('type', 'missing_secret');
    expect(seen).to.have.length(1);
  });

  it('never shows a secret in the message about a header that cannot be sent', async () => {
    const { url } = await serve(json(null));
    const tool = httpTool({ url, headers: { 'x-key': '${{ secrets.TOKEN }}' } }, { secrets: ['TOKEN'] });
    expect(await problemData(call(tool, {}, { secrets: { TOKEN: 'bad\nsecret' } }))).to.deep.equal({
      type: 'tool_failed',
      message: 'tool "probe": header "x-key" has a value that cannot be sent',
    });
  });

  it('keeps headers on a redirect of the same origin', async () => {
    const { url, seen } = await serve((response, { url: path }) => {
      if (path === '/a') response.writeHead(307, { location: '/b' }).end();
      else json('done')(response, seen[0]!);
    });
    const tool = httpTool({
      method: 'POST',
      url: `${url}/a`,
      headers: { authorization: 'Basic x' },
      body: { n: 1 },
    });
    expect(await call(tool)).to.equal('done');
    expect(seen.map(({ method, body, headers }) => [method, body, headers.authorization])).to.deep.equal([
      ['POST', '{"n":1}', 'Basic x'],
      ['POST', '{"n":1}', 'Basic x'],
    ]);
  });

  it('turns a POST into a GET on 303 and gives up after 5 redirects', async () => {
    const { url, seen } = await serve((response) => response.writeHead(303, { location: '/again' }).end());
    expect(await problemData(call(httpTool({ method: 'POST', url, body: {} })))).to.have.property(
      'message',
      'tool "probe": more than 5 redirects',
    );
    expect(seen.map(({ method }) => method)).to.deep.equal(['POST', 'GET', 'GET', 'GET', 'GET', 'GET']);
    expect(seen[1]?.headers['content-type']).to.equal(undefined);
  });

  it('does not follow a redirect to another local port, nor to a url that is not http', async () => {
    const other = await serve(json('secret'));
    const first = await serve((response) => response.writeHead(302, { location: other.url }).end());
    expect(await problemData(call(httpTool({ url: first.url })))).to.have.property(
      'message',
      'tool "probe": host "127.0.0.1" is private or local and not written out in its url',
    );
    expect(other.seen).to.deep.equal([]);
    const file = await serve((response) => response.writeHead(302, { location: 'file:///etc/passwd' }).end());
    expect(await problemData(call(httpTool({ url: file.url })))).to.have.property('type', 'tool_failed');
  });

  for (const host of [
    '127.0.0.1',
    'localhost',
    '127.1',
    '2130706433',
    '0x7f.1',
    '[::1]',
    '169.254.169.254',
  ]) {
    it(`refuses host ${host} when it comes from input`, async () => {
      const { url, seen } = await serve(json(null));
      const tool = httpTool({ url: `http://{{input.host}}:${new URL(url).port}/` });
      expect(await problemData(call(tool, { host }))).to.have.property('type', 'tool_failed');
      expect(seen).to.deep.equal([]);
    });
  }

  it('lets env choose a local host', async () => {
    const { url, seen } = await serve(json(null));
    await call(httpTool({ url: '{{env.API}}/x/{{input.id}}' }), { id: '1' }, { env: { API: url } });
    expect(seen[0]?.url).to.equal('/x/1');
  });

  for (const url of ['ftp://127.0.0.1/x', 'file:///etc/passwd', 'no url', 'javascript:1']) {
    it(`refuses the url ${url}`, async () => {
      expect(await problemData(call(httpTool({ url })))).to.have.property(
        'message',
        'tool "probe": the url is not an http or https url',
      );
    });
  }

  it('without an input schema is invalid', async () => {
    const tool = httpTool({ url: 'http://127.0.0.1/' }, { inputSchema: undefined });
    let thrown: unknown;
    try {
      await createToolSource({ env: {} }).open(tool);
    } catch (reason) {
      thrown = reason;
    }
    expect(thrown).to.have.property('code', 'tool_invalid');
  });
});

describe('the host of an http tool', () => {
  it('is fixed when it is written out or comes from env', () => {
    for (const source of [
      'https://api.example/x',
      'https://api.example/{{input.id}}',
      'https://api.example?q={{input.q}}',
      'https://{{env.HOST}}/x',
      '{{env.API}}/x/{{input.id}}',
      'https://{{ env.HOST }}:8080/',
    ]) {
      expect(hostIsFixed(source), source).to.equal(true);
    }
    for (const source of [
      'https://{{input.host}}/',
      '{{input.url}}',
      '{{input.url}}/x',
      'https://api.{{input.region}}.example/',
      'https://api.example{{input.rest}}',
      '{{env.API}}{{input.rest}}',
      'http://127.0.0.1:{{input.port}}/',
      'https://{{input.user}}@api.example/',
      '{{#if input.x}}https://a/{{else}}https://b/{{/if}}',
    ]) {
      expect(hostIsFixed(source), source).to.equal(false);
    }
  });

  it('is private or local for every notation of such an address', () => {
    for (const host of [
      '127.0.0.1',
      '127.1',
      '0x7f.1',
      '017700000001',
      '2130706433',
      '0.0.0.0',
      '10.1.2.3',
      '172.16.0.1',
      '192.168.1.1',
      '169.254.169.254',
      '100.64.0.1',
      '[::1]',
      '[::]',
      '[::ffff:127.0.0.1]',
      '[::ffff:a9fe:a9fe]',
      '[fc00::1]',
      '[fe80::1]',
      '[64:ff9b::7f00:1]',
      'localhost',
      'localhost.',
    ]) {
      expect(writtenHostFault(new URL(`http://${host}/`)), host).to.contain('is private or local');
    }
    for (const host of ['93.184.216.34', '[2606:2800:220:1::1]', '172.32.0.1']) {
      expect(writtenHostFault(new URL(`http://${host}/`)), host).to.equal(undefined);
    }
  });

  it('that is a name is looked up once, and only addresses that were checked are connected to', async () => {
    const resolved = (addresses: readonly string[], all: boolean) =>
      new Promise((resolve) => {
        let looked = 0;
        const found = addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
        const find = guardedLookup((_host, done) => done(null, looked++ === 0 ? found : []));
        find('shop.example', { all }, (error, result) => resolve(error?.message ?? result));
      });
    const fault = 'host "shop.example" is private or local and not written out in its url';
    expect(await resolved(['93.184.216.34'], true)).to.deep.equal([{ address: '93.184.216.34', family: 4 }]);
    expect(await resolved(['93.184.216.34', '1.1.1.1'], false)).to.equal('93.184.216.34');
    for (const mixed of [['93.184.216.34', '127.0.0.1'], ['::1'], ['::ffff:10.0.0.1'], ['2002:7f00:1::']])
      expect(await resolved(mixed, true), String(mixed)).to.equal(fault);
  });
});

describe('a redirect of an http tool', () => {
  const request = {
    url: new URL('https://api.example/a'),
    method: 'POST',
    headers: new Headers({
      accept: '*/*',
      authorization: 'Bearer x',
      cookie: 'c=1',
      'x-key': 's3cret',
      'content-type': 'application/json',
    }),
    secretHeaders: ['x-key'],
    body: '{}',
  };
  const names = (location: string, status = 307) => [
    ...redirectRequest('tool "a"', request, status, location).headers.keys(),
  ];

  it('keeps everything within the origin', () => {
    expect(names('/b')).to.deep.equal(['accept', 'authorization', 'content-type', 'cookie', 'x-key']);
  });

  it('leaves credentials and secrets behind when scheme, host or port changes', () => {
    for (const location of [
      'https://other.example/',
      'http://api.example/a',
      'https://api.example:8443/',
      '//b/',
    ]) {
      expect(names(location), location).to.deep.equal(['accept', 'content-type']);
    }
  });

  it('has no content type once it has no body', () => {
    expect(names('/b', 302)).to.deep.equal(['accept', 'authorization', 'cookie', 'x-key']);
  });
});
