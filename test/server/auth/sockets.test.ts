import { expect } from 'chai';
import { once } from 'node:events';
import { WebSocket } from 'ws';
import { startIssuer } from './issuer.ts';
import { startAuthWorld, tokens, type AuthWorld } from './world.ts';

const { ann, bob, reader, narrow } = tokens;

/** Frames that came to each socket. */
const heard = new WeakMap<WebSocket, Record<string, unknown>[]>();

/** How an upgrade was answered. */
interface Opening {
  readonly status: number;
  readonly challenge: string | undefined;
  readonly protocol: string;
  readonly socket: WebSocket;
}

async function open(
  url: string,
  path: string,
  { token, protocols = [], origin }: { token?: string; protocols?: string[]; origin?: string } = {},
): Promise<Opening> {
  const socket = new WebSocket(url.replace('http', 'ws') + path, protocols, {
    headers: {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(origin === undefined ? {} : { origin }),
    },
  });
  const frames: Record<string, unknown>[] = [];
  heard.set(socket, frames);
  socket.on('message', (data: Buffer) => frames.push(JSON.parse(data.toString()) as Record<string, unknown>));
  socket.on('error', () => undefined);
  return new Promise((resolve) => {
    socket.once('open', () =>
      resolve({ status: 101, challenge: undefined, protocol: socket.protocol, socket }),
    );
    socket.once('unexpected-response', (_request, response) => {
      const { statusCode: status = 0, headers } = response;
      socket.terminate();
      resolve({ status, challenge: headers['www-authenticate'], protocol: '', socket });
    });
  });
}

/** A token as browsers send it. */
function carried(token: string): string {
  return `bearer.${Buffer.from(token).toString('base64url')}`;
}

function say(socket: WebSocket, frame: object): void {
  socket.send(JSON.stringify({ v: 1, ...frame }));
}

/** The first frame of a type. */
async function hear(socket: WebSocket, type: string): Promise<Record<string, unknown>> {
  for (;;) {
    const found = heard.get(socket)?.find((frame) => frame['type'] === type);
    if (found !== undefined) return found;
    await once(socket, 'message');
  }
}

describe('signing in to a WebSocket', () => {
  let world: AuthWorld;

  before(async () => {
    world = await startAuthWorld({ server: { cors: { origins: ['https://app.example.com'] } } });
  });
  after(() => world.close());

  it('comes before the upgrade, and before anything is said of what there is', async () => {
    for (const path of ['/agents/echo/x', '/agents/none/x', '/nothing', '/workflows/plain'])
      for (const protocols of [[], ['engine.v1']]) {
        const { status, challenge } = await open(world.url, path, { protocols });
        expect([path, status, challenge]).to.deep.equal([path, 401, 'Bearer']);
      }
    expect((await open(world.url, `/agents/echo/x?access_token=${ann}`)).status).to.equal(401);
    expect((await open(world.url, '/agents/echo/x', { token: `${ann}x` })).challenge).to.equal(
      'Bearer error="invalid_token"',
    );
    expect((await open(world.url, '/agents/none/x', { token: ann })).status).to.equal(404);
  });

  it('is by a header, or by a subprotocol that is not given back', async () => {
    const byHeader = await open(world.url, '/agents/echo/socket', { token: ann, protocols: ['engine.v1'] });
    expect([byHeader.status, byHeader.protocol]).to.deep.equal([101, 'engine.v1']);
    byHeader.socket.terminate();
    for (const protocols of [
      ['engine.v1', carried(ann)],
      [carried(ann), 'engine.v1'],
    ]) {
      const { status, protocol, socket } = await open(world.url, '/agents/echo/socket', { protocols });
      expect([status, protocol]).to.deep.equal([101, 'engine.v1']);
      say(socket, { type: 'prompt', requestId: '1', message: 'hi' });
      expect((await hear(socket, 'result'))['result']).to.include({ text: 'You said: hi' });
      socket.terminate();
    }
    for (const protocols of [
      ['engine.v1', carried(`${ann}x`)],
      ['engine.v1', carried(ann), carried(bob)],
      ['engine.v1', 'bearer.'],
    ])
      expect((await open(world.url, '/agents/echo/socket', { protocols })).status).to.equal(401);
    const both = await open(world.url, '/agents/echo/socket', { token: ann, protocols: [carried(ann)] });
    expect(both.status).to.equal(401);
  });

  it('wants the scope, and the agent or workflow', async () => {
    const unscoped = await open(world.url, '/agents/echo/x', { token: reader });
    expect([unscoped.status, unscoped.challenge]).to.deep.equal([
      403,
      'Bearer error="insufficient_scope", scope="agents"',
    ]);
    expect((await open(world.url, '/agents/other/x', { token: narrow })).status).to.equal(404);
    expect((await open(world.url, '/workflows/hidden', { token: narrow })).status).to.equal(404);
    const own = await open(world.url, '/workflows/plain', { token: narrow });
    expect(own.status).to.equal(101);
    own.socket.terminate();
  });

  it('opens what is one’s own', async () => {
    await world.send(ann, 'POST', '/agents/echo/hers', { message: 'hi' });
    expect((await open(world.url, '/agents/echo/hers', { token: bob })).status).to.equal(404);
    await world.engine.dispatch('echo', { instance: 'nobodys', message: 'hi' });
    expect((await open(world.url, '/agents/echo/nobodys', { token: bob })).status).to.equal(404);
  });

  it('makes an instance one’s own with the first prompt, not before', async () => {
    const post = { message: 'hi' };
    const say1 = { type: 'prompt', requestId: '1', message: 'hi' };
    const his = await open(world.url, '/agents/echo/his', { token: bob });
    const late = await open(world.url, '/agents/echo/his', { token: ann });
    say(his.socket, say1);
    await hear(his.socket, 'result');
    expect((await world.send(ann, 'POST', '/agents/echo/his', post)).status).to.equal(404);
    say(late.socket, say1);
    expect((await hear(late.socket, 'error'))['error']).to.include({
      type: 'not_found',
      message: 'agent "echo" has no instance "his"',
    });
    const looking = await open(world.url, '/agents/echo/free', { token: bob });
    expect((await world.send(ann, 'POST', '/agents/echo/free', post)).status).to.equal(200);
    const refused = await open(world.url, '/agents/echo/refused', { token: bob });
    say(refused.socket, { ...say1, role: 'nobody' });
    expect((await hear(refused.socket, 'error'))['error']).to.include({ type: 'unknown_role' });
    expect((await world.send(ann, 'POST', '/agents/echo/refused', post)).status).to.equal(200);
    for (const { socket } of [his, late, looking, refused]) socket.terminate();
  });

  it('lets nobody follow runs of others, and gives one’s own runs an owner', async () => {
    const hers = await open(world.url, '/workflows/plain', { token: ann });
    say(hers.socket, { type: 'invoke', requestId: '1', input: {} });
    const { runId } = await hear(hers.socket, 'started');
    await hear(hers.socket, 'result');
    hers.socket.terminate();
    expect((await world.send(ann, 'GET', `/runs/${String(runId)}`)).status).to.equal(200);
    expect((await world.send(bob, 'GET', `/runs/${String(runId)}`)).status).to.equal(404);
    const his = await open(world.url, '/workflows/plain', { token: bob });
    say(his.socket, { type: 'subscribe', requestId: '1', runId });
    expect((await hear(his.socket, 'error'))['error']).to.include({
      type: 'run_not_found',
      message: `no run "${String(runId)}"`,
    });
    his.socket.terminate();
  });

  it('is for pages of the origins that may call', async () => {
    const good = await open(world.url, '/agents/echo/page', {
      token: ann,
      origin: 'https://app.example.com',
    });
    expect(good.status).to.equal(101);
    good.socket.terminate();
    for (const origin of ['https://app.example.com.evil.example', 'null', 'https://evil.example'])
      expect((await open(world.url, '/agents/echo/page', { token: ann, origin })).status).to.equal(403);
  });

  it('ends with the token, and the socket is closed', async () => {
    const issuer = await startIssuer();
    const short = await startAuthWorld({
      auth: { jwt: { issuer: issuer.url, audience: 'engine', jwksUrl: `${issuer.url}/keys` } },
    });
    try {
      // A minute is given for clocks that differ. One that ends before a busy machine opens the socket is of no use.
      const opened = async (): Promise<readonly [token: string, opening: Opening]> => {
        for (;;) {
          const token = await issuer.token({ exp: Math.floor(Date.now() / 1000) - 58 });
          const opening = await open(short.url, '/agents/echo/x', { token });
          if (opening.status !== 401) return [token, opening];
        }
      };
      const [token, { status, socket }] = await opened();
      expect(status).to.equal(101);
      const [code, reason] = (await once(socket, 'close')) as [number, Buffer];
      expect([code, reason.toString()]).to.deep.equal([4401, 'the token has expired']);
      expect((await open(short.url, '/agents/echo/x', { token })).status).to.equal(401);
    } finally {
      await short.close();
      await issuer.close();
    }
  });
});
