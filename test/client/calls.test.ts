import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { createClient, isProblem, Problem, type ClientOptions } from '../../engine/client/index.ts';

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

describe('a call of the client', () => {
  let server: Server;
  let baseUrl: string;
  let answers: Answer[];
  let asked: IncomingMessage[];

  beforeEach(async () => {
    [answers, asked] = [[], []];
    server = createServer((request, response) => {
      request.resume();
      asked.push(request);
      (answers.shift() ?? json(200, { status: 'ok' }))(request, response);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  const client = (options: Partial<ClientOptions> = {}) =>
    createClient({ baseUrl, retry: { baseMs: 1 }, ...options });

  it('that changes nothing is made again when the connection breaks, or the server has no room', async () => {
    answers = [broken, refused(429, 'too_many_requests'), refused(503, 'shutting_down')];
    expect(await client().health()).to.deep.equal({ status: 'ok' });
    expect(asked).to.have.length(4);
  });

  it('waits as long as the server says, unless that is too long', async () => {
    answers = [refused(429, 'too_many_requests', { 'retry-after': '1' })];
    const before = performance.now();
    await client().health();
    expect(performance.now() - before).to.be.at.least(950);
    answers = [refused(429, 'too_many_requests', { 'retry-after': '3600' })];
    const problem = await problemOf(client().health());
    expect(problem).to.deep.include({ code: 'too_many_requests', retryAfterMs: 3_600_000, ref: 'err_1' });
  });

  it('fails after some retries, at once where they are off, and where they are of no use', async () => {
    answers = Array.from({ length: 9 }, () => refused(503, 'store_unavailable'));
    expect((await problemOf(client().health()))?.code).to.equal('store_unavailable');
    expect(asked).to.have.length(4);
    expect((await problemOf(client({ retry: false }).health()))?.code).to.equal('store_unavailable');
    expect(asked).to.have.length(5);
    answers = [refused(503, 'mcp_unavailable')];
    expect((await problemOf(client().health()))?.code).to.equal('mcp_unavailable');
    answers = [(_request, response) => response.writeHead(404).end('<html>')];
    expect((await problemOf(client().health()))?.code).to.equal('server_unreachable');
    expect(asked).to.have.length(7);
  });

  it('that starts work is made again only with a key', async () => {
    answers = [broken];
    const problem = await problemOf(client().agents.dispatch('a', 'i', { message: 'Hi' }));
    expect(problem?.code).to.equal('server_unreachable');
    expect(asked).to.have.length(1);
    answers = [broken, json(202, { submissionId: 'sub_1', acceptedAt: '' })];
    const call = { idempotencyKey: 'k' };
    expect(await client().agents.dispatch('a', 'i', { message: 'Hi' }, call)).to.include({
      submissionId: 'sub_1',
    });
    expect(asked.map(({ headers }) => headers['idempotency-key'])).to.deep.equal([undefined, 'k', 'k']);
    answers = [broken];
    const left = { idempotencyKey: 'k', onDisconnect: 'cancel' } as const;
    expect(await problemOf(client().agents.invoke('a', 'i', { message: 'Hi' }, left))).not.to.equal(
      undefined,
    );
    expect(asked).to.have.length(4);
  });

  it('has the headers of a function, and a token that is asked for once, and once more after a 401', async () => {
    let count = 0;
    const own = client({ headers: () => ({ 'X-Trace': 't' }), token: () => `token-${(count += 1)}` });
    await own.health();
    await own.health();
    answers = Array.from({ length: 2 }, together(2, refused(401, 'unauthorized')));
    await Promise.all([own.health(), own.ready()]);
    expect(asked.map(({ headers }) => headers.authorization)).to.deep.equal([
      ...['Bearer token-1', 'Bearer token-1', 'Bearer token-1', 'Bearer token-1'],
      ...['Bearer token-2', 'Bearer token-2'],
    ]);
    expect(new Set(asked.map(({ headers }) => headers['x-trace']))).to.deep.equal(new Set(['t']));
    answers = [refused(401, 'unauthorized'), refused(401, 'unauthorized')];
    expect((await problemOf(own.agents.abort('a', 'i')))?.code).to.equal('unauthorized');
    expect(count).to.equal(3);
    answers = [refused(401, 'unauthorized')];
    expect((await problemOf(client({ token: 'fixed' }).health()))?.code).to.equal('unauthorized');
    const none = client({ token: () => Promise.reject(new Error('no network')) });
    expect((await problemOf(none.health()))?.toData()).to.deep.equal({
      type: 'unauthorized',
      message: 'there is no token: no network',
    });
  });

  it('asks for a token anew when its function failed, also when it threw at once', async () => {
    for (const isAsync of [false, true]) {
      let isIn = false;
      let count = 0;
      const give = (): string => {
        count += 1;
        if (!isIn) throw new Error('nobody is signed in');
        return 'token-1';
      };
      const own = client({ token: isAsync ? () => Promise.resolve().then(give) : give });
      const message = 'there is no token: nobody is signed in';
      expect(await problemOf(own.health())).to.deep.include({ code: 'unauthorized', message });
      isIn = true;
      expect(await own.health()).to.deep.equal({ status: 'ok' });
      expect(count).to.equal(2);
    }
    expect(asked.map(({ headers }) => headers.authorization)).to.deep.equal([
      'Bearer token-1',
      'Bearer token-1',
    ]);
  });

  it('asks for a token anew when its function gave one that cannot be sent', async () => {
    for (const [bad, message] of [
      ['ключ', 'the token has characters that no header can have'],
      ['two\nlines', 'the token has characters that no header can have'],
      [null as unknown as string, 'the token must be a text'],
    ] as const) {
      const tokens = [bad, ' token-1\n'];
      const own = client({ token: () => tokens.shift() as string });
      expect(await problemOf(own.health())).to.deep.include({ code: 'invalid_request', message });
      expect(await own.health()).to.deep.equal({ status: 'ok' });
      expect(await own.health()).to.deep.equal({ status: 'ok' });
      expect(tokens).to.deep.equal([]);
    }
    expect(new Set(asked.map(({ headers }) => headers.authorization))).to.deep.equal(
      new Set(['Bearer token-1']),
    );
  });

  it('ends when its signal aborts, also while it waits to be made again, and when its time is over', async () => {
    const abort = new AbortController();
    answers = [refused(429, 'too_many_requests', { 'retry-after': '20' })];
    const waits = problemOf(client().health({ signal: abort.signal }));
    await new Promise<void>((resolve) => server.once('request', () => setImmediate(resolve)));
    abort.abort();
    expect((await waits)?.code).to.equal('aborted');
    answers = [() => undefined];
    expect((await problemOf(client().health({ timeoutMs: 20 })))?.code).to.equal('timeout');
  });

  it('gives lists page by page', async () => {
    answers = [json(200, { runs: [{ runId: '1' }, { runId: '2' }], next: '2' })];
    answers.push(json(200, { runs: [{ runId: '3' }], next: null }));
    const found: string[] = [];
    for await (const { runId } of client().runs.all({ state: 'failed' })) found.push(runId);
    expect(found).to.deep.equal(['1', '2', '3']);
    expect(asked.map(({ url }) => url)).to.deep.equal(['/runs?state=failed', '/runs?before=2&state=failed']);
  });

  it('tells Problems from other failures, and one code from another', () => {
    const problem: unknown = new Problem('session_busy', 'busy');
    expect(isProblem(problem)).to.equal(true);
    expect(isProblem(problem, 'conflict', 'session_busy')).to.equal(true);
    expect(isProblem(problem, 'conflict')).to.equal(false);
    expect(isProblem(new Error('session_busy'))).to.equal(false);
    expect(isProblem(undefined)).to.equal(false);
  });
});

function json(status: number, body: object, headers: Record<string, string> = {}): Answer {
  return (_request, response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
  };
}

function refused(status: number, type: string, headers: Record<string, string> = {}): Answer {
  return json(status, { error: { type, message: type, ref: 'err_1' } }, headers);
}

/** What makes answers that are given once so many requests wait for one. */
function together(count: number, answer: Answer): () => Answer {
  const waiting: (() => void)[] = [];
  return () => (request, response) => {
    if (waiting.push(() => answer(request, response)) === count) for (const go of waiting) go();
  };
}

function broken(request: IncomingMessage): void {
  request.socket.destroy();
}

async function problemOf(work: Promise<unknown>): Promise<(Problem & { ref?: string }) | undefined> {
  return work.then(
    () => undefined,
    (thrown: unknown) => thrown as Problem,
  );
}
