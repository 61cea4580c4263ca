import { expect } from 'chai';
import { request } from 'node:http';
import { Problem } from '../../../engine/core/problem.ts';
import { startAuthWorld, tokens, type AuthWorld } from './world.ts';

const { ann } = tokens;

interface Raw {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

/** Asks with the very headers, the Host too. */
function ask(url: string, method: string, path: string, headers: Record<string, string>): Promise<Raw> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    request({ hostname, port, path, method, headers }, (response) => {
      response.resume();
      resolve({ status: response.statusCode ?? 0, headers: response.headers });
    })
      .on('error', reject)
      .end();
  });
}

function corsOf({ headers }: Raw): string[] {
  return Object.keys(headers).filter((name) => name.startsWith('access-control-'));
}

const page = 'https://app.example.com';
const signed = { authorization: `Bearer ${ann}` };

describe('pages of other origins', () => {
  const worlds: AuthWorld[] = [];
  const start = async (...given: Parameters<typeof startAuthWorld>): Promise<AuthWorld> => {
    const world = await startAuthWorld(...given);
    worlds.push(world);
    return world;
  };
  afterEach(async () => {
    for (const world of worlds.splice(0)) await world.close();
  });
  const strangers = [
    'null',
    'https://evil.example',
    `${page}.evil.example`,
    `${page}:8443`,
    'http://app.example.com',
    'https://xapp.example.com',
    `${page}/`,
    `${page} https://evil.example`,
    'https://app.example.com@evil.example',
  ];

  it('are told nothing and may do nothing when none is named', async () => {
    const { url } = await start();
    for (const origin of [page, ...strangers]) {
      const simple = await ask(url, 'GET', '/agents', { ...signed, origin });
      expect([origin, simple.status, corsOf(simple)]).to.deep.equal([origin, 403, []]);
      const before = await ask(url, 'OPTIONS', '/agents', { origin, 'access-control-request-method': 'GET' });
      expect([origin, before.status, corsOf(before)]).to.deep.equal([origin, 403, []]);
    }
  });

  it('that are named may call, and are answered before they sign in', async () => {
    const { url } = await start({ server: { cors: { origins: [page], maxAge: '5m' } } });
    const before = await ask(url, 'OPTIONS', '/agents/echo/x', {
      origin: page,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization,content-type',
    });
    expect(before.status).to.equal(204);
    expect(before.headers).to.include({
      'access-control-allow-origin': page,
      'access-control-allow-methods': 'GET, HEAD, POST, PUT, DELETE',
      'access-control-max-age': '300',
      vary: 'Origin',
    });
    expect(before.headers['access-control-allow-headers'])
      .to.contain('Authorization')
      .and.contain('Content-Type');
    expect(before.headers['access-control-allow-credentials']).to.equal(undefined);
    const read = await ask(url, 'GET', '/agents', { ...signed, origin: page });
    expect([read.status, read.headers['access-control-allow-origin']]).to.deep.equal([200, page]);
    expect(read.headers['access-control-expose-headers']).to.contain('Location').and.contain('Retry-After');
    // A page can read why it was refused.
    const refused = await ask(url, 'GET', '/agents', { origin: page });
    expect([refused.status, refused.headers['access-control-allow-origin']]).to.deep.equal([401, page]);
    for (const origin of strangers) {
      const other = await ask(url, 'GET', '/agents', { ...signed, origin });
      expect([origin, other.status, corsOf(other), other.headers.vary]).to.deep.equal([
        origin,
        403,
        [],
        'Origin',
      ]);
    }
    const none = await ask(url, 'GET', '/agents', signed);
    expect([none.status, corsOf(none), none.headers.vary]).to.deep.equal([200, [], 'Origin']);
  });

  it('read streams as well', async () => {
    const { url } = await start({ server: { cors: { origins: [page] } } });
    const response = await fetch(`${url}/agents/echo/x`, {
      method: 'POST',
      headers: { ...signed, origin: page, accept: 'text/event-stream', 'content-type': 'application/json' },
      body: '{"message":"hi"}',
    });
    await response.text();
    expect(response.headers.get('content-type')).to.contain('text/event-stream');
    expect(response.headers.get('access-control-allow-origin')).to.equal(page);
  });

  it('may all call with "*", without what a browser adds by itself', async () => {
    const { url } = await start({ server: { cors: { origins: ['*'] } } });
    const read = await ask(url, 'GET', '/agents', { ...signed, origin: 'https://anything.example' });
    expect([read.status, read.headers['access-control-allow-origin']]).to.deep.equal([200, '*']);
    expect(read.headers['access-control-allow-credentials']).to.equal(undefined);
    expect((await ask(url, 'GET', '/agents', { ...signed, origin: 'null' })).status).to.equal(403);
  });

  it('may have credentials when that is said', async () => {
    const { url } = await start({ server: { cors: { origins: [page], credentials: true } } });
    const read = await ask(url, 'GET', '/agents', { ...signed, origin: page });
    expect(read.headers).to.include({
      'access-control-allow-origin': page,
      'access-control-allow-credentials': 'true',
    });
  });

  it('do not get in by other headers', async () => {
    const { url } = await start({ auth: null });
    for (const headers of [
      { referer: `${url}/studio`, origin: 'https://evil.example' },
      { host: 'evil.example', 'x-forwarded-host': 'localhost' },
      { host: 'evil.example', 'x-original-url': '/health' },
      { origin: 'https://evil.example', 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'https' },
    ])
      expect([headers, (await ask(url, 'GET', '/agents', headers)).status]).to.deep.equal([headers, 403]);
    const override = await ask(url, 'GET', '/agents', { 'x-http-method-override': 'DELETE' });
    expect(override.status).to.equal(200);
  });
});

describe('the names that a server serves', () => {
  const statusOf = async (
    world: AuthWorld,
    host: string,
    headers: Record<string, string> = {},
  ): Promise<number> => (await ask(world.url, 'GET', '/agents', { host, ...headers })).status;

  it('are those of this machine where nobody signs in', async () => {
    const world = await startAuthWorld({ auth: null });
    try {
      expect(await statusOf(world, 'localhost:8000')).to.equal(200);
      for (const host of [
        'evil.example',
        '10.0.0.1',
        'engine',
        'localhost.evil.example',
        '127.0.0.1.evil.example',
      ])
        expect([host, await statusOf(world, host)]).to.deep.equal([host, 403]);
    } finally {
      await world.close();
    }
  });

  it('are all where callers sign in, since a foreign page has no token', async () => {
    const world = await startAuthWorld();
    try {
      expect(await statusOf(world, 'engine.example.com', signed)).to.equal(200);
      expect(
        await statusOf(world, 'engine.example.com', { ...signed, origin: 'https://engine.example.com' }),
      ).to.equal(200);
      expect(await statusOf(world, 'engine.example.com')).to.equal(401);
      expect(await statusOf(world, 'engine.example.com', { ...signed, origin: page })).to.equal(403);
    } finally {
      await world.close();
    }
  });

  it('are those that no page can have where other machines may call without sign-in', async () => {
    const world = await startAuthWorld({ auth: null, options: { insecure: true } });
    try {
      for (const host of ['10.0.0.1:8000', '[fd00::1]:8000', 'engine:8000', 'localhost'])
        expect([host, await statusOf(world, host)]).to.deep.equal([host, 200]);
      for (const host of ['evil.example', 'engine.evil.example:8000'])
        expect([host, await statusOf(world, host)]).to.deep.equal([host, 403]);
    } finally {
      await world.close();
    }
  });
});

describe('an address that other machines can reach', () => {
  it('is listened on only when callers sign in, or the risk is taken', async () => {
    for (const host of ['0.0.0.0', '::', '10.1.2.3', 'engine.example.com']) {
      try {
        await (await startAuthWorld({ auth: null, options: { host } })).close();
        throw new Error('it listens');
      } catch (thrown) {
        expect(thrown).to.be.instanceOf(Problem);
        expect((thrown as Problem).code).to.equal('invalid_request');
        expect((thrown as Problem).message).to.equal(
          `cannot listen on "${host}": other machines could call, and nobody has to sign in; set "server.auth" in engine.yaml ("engine token" makes a token), listen on 127.0.0.1, or take the risk with --insecure`,
        );
      }
    }
  });
});
