import { once } from 'node:events';
import {
  createServer as createHttp,
  request as ask,
  type ClientRequest,
  type IncomingMessage,
  type Server,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { expect } from 'chai';
import { insideOf } from '../../../engine/api/inside.ts';
import { openMemoryStore } from '../../../engine/adapters/store/memory.ts';
import { Problem } from '../../../engine/core/problem.ts';
import { createServer } from '../../../engine/server/index.ts';
import type { Caller } from '../../../engine/server/auth/caller.ts';
import {
  createOwnership,
  type Asked,
  type Claim,
  type Ownership,
} from '../../../engine/server/auth/ownership.ts';
import { prompt, type Request } from '../../../engine/server/socket/requests.ts';
import { ownersOf } from '../../../engine/session/index.ts';
import { errorOf } from '../world.ts';
import { authProject, startAuthWorld, tokens, type AuthWorld } from './world.ts';

const { ann, bob } = tokens;

/** A request of which the server waits for the body, and did all that comes before that. */
interface Slow {
  /** Sends the body, and gives the answer. */
  finish(body: string): Promise<{ readonly status: number; readonly body: Record<string, unknown> }>;
}

describe('an instance whose first request is refused', () => {
  let world: AuthWorld;
  let http: Server;
  let arrived: ((request: IncomingMessage) => void)[];

  beforeEach(async () => {
    world = await startAuthWorld({ project: authProject() });
    const handle = createServer(world.engine, { log: () => undefined }).handler();
    arrived = [];
    http = createHttp((request, response) => {
      arrived.shift()?.(request);
      void handle(request, response);
    });
    await once(http.listen(0, '127.0.0.1'), 'listening');
  });
  afterEach(async () => {
    http.closeAllConnections();
    await new Promise((closed) => http.close(closed));
    await world.close();
  });

  /** Asks as ann, and holds the body back. */
  async function slowly(method: string, path: string, type = 'application/json'): Promise<Slow> {
    const sent: ClientRequest = ask({
      ...{ host: '127.0.0.1', port: (http.address() as AddressInfo).port, method, path, agent: false },
      headers: { authorization: `Bearer ${ann}`, 'content-type': type, 'transfer-encoding': 'chunked' },
    });
    const answered = once(sent, 'response') as Promise<[IncomingMessage]>;
    const reading = new Promise<void>((resolve) =>
      arrived.push((request) =>
        request.on('newListener', (event) => {
          if (event === 'data' || event === 'readable') resolve();
        }),
      ),
    );
    sent.flushHeaders();
    await reading;
    return {
      async finish(body) {
        sent.end(body);
        const [response] = await answered;
        const { statusCode: status = 0 } = response;
        return { status, body: status === 204 ? {} : ((await json(response)) as Record<string, unknown>) };
      },
    };
  }

  /** A request of ann's that has the instance while it is read, and that will be refused. */
  const firstOf = (at: string): Promise<Slow> =>
    slowly('POST', `${at}/sessions/other/import`, 'application/jsonl');

  type Act = readonly [method: string, more: string, body: string];
  const writes: readonly Act[] = [
    ['POST', '', '{"message":"from ann"}'],
    ['POST', '/dispatch', '{"message":"from ann"}'],
    ['POST', '/tasks', '{"prompt":"from ann"}'],
    ['PUT', '/sessions/default', '{}'],
  ];
  const others: readonly Act[] = [
    ['POST', '/abort', '{}'],
    ['DELETE', '', ''],
    ['DELETE', '/sessions/default', ''],
  ];
  for (const [method, more, body] of [...writes, ...others])
    it(`is not acted on by ${method} …${more} of its caller once it is another one's`, async () => {
      const at = '/agents/echo/main';
      const first = await firstOf(at);
      expect(await ownersOf(insideOf(world.engine).store).of('echo', 'main')).to.equal('token:ann');
      const second = await slowly(method, at + more);
      expect((await first.finish('no entry')).status).to.equal(400);
      expect((await world.send(bob, 'POST', at, { message: 'from bob' })).status).to.equal(200);
      const before = await world.send(bob, 'GET', `${at}/sessions/default/entries`);

      const answer = await second.finish(body);
      expect([answer.status, errorOf(answer)]).to.deep.equal([
        404,
        { type: 'not_found', message: 'agent "echo" has no instance "main"' },
      ]);
      const after = await world.send(bob, 'GET', `${at}/sessions/default/entries`);
      expect([after.status, after.body]).to.deep.equal([200, before.body]);
      expect((await world.send(bob, 'GET', `${at}/sessions`)).body['sessions']).to.have.length(1);
      expect((await world.send(ann, 'GET', `${at}/sessions`)).status).to.equal(404);
    });

  it('does not have what its caller stopped in vain stopped for another one', async () => {
    const at = '/agents/echo/main';
    const first = await firstOf(at);
    const abort = await slowly('POST', `${at}/abort`);
    expect((await first.finish('no entry')).status).to.equal(400);
    const waiting = world.send(bob, 'POST', at, { message: 'wait' });
    await world.reached;
    expect((await abort.finish('{}')).status).to.equal(404);
    world.open();
    expect((await waiting).status).to.equal(200);
  });

  for (const [method, more, body] of writes)
    it(`is its caller's by ${method} …${more}, which was sent beside the refused one`, async () => {
      const at = '/agents/echo/main';
      const first = await firstOf(at);
      const second = await slowly(method, at + more);
      expect((await first.finish('no entry')).status).to.equal(400);
      expect((await second.finish(body)).status).to.be.oneOf([200, 201, 202]);
      expect((await world.send(ann, 'GET', `${at}/sessions`)).status).to.equal(200);
      expect((await world.send(bob, 'POST', at, { message: 'hi' })).status).to.equal(404);
    });

  for (const [method, more, body] of others)
    it(`is nobody's after ${method} …${more}, which was sent beside the refused one`, async () => {
      const at = '/agents/echo/main';
      const first = await firstOf(at);
      const second = await slowly(method, at + more);
      expect((await first.finish('no entry')).status).to.equal(400);
      expect((await second.finish(body)).status).to.equal(404);
      expect((await world.send(bob, 'POST', at, { message: 'hi' })).status).to.equal(200);
    });
});

describe('an instance that is held', () => {
  let world: AuthWorld;
  let ownership: Ownership;

  beforeEach(async () => {
    world = await startAuthWorld({ project: authProject() });
    ownership = createOwnership(world.engine);
  });
  afterEach(() => world.close());

  const scopes = ['agents', 'workflows', 'runs', 'approvals'] as const;
  const callerOf = (name: string): Caller => ({
    ...{ id: `token:${name}`, name, agents: undefined, workflows: undefined },
    scopes: name === 'root' ? [...scopes, 'admin'] : scopes,
  });
  const [annCalls, bobCalls, rootCalls] = [callerOf('ann'), callerOf('bob'), callerOf('root')];

  const write = { method: 'POST', path: '/agents/:name/:id' } as const;
  const remove = { method: 'DELETE', path: '/agents/:name/:id' } as const;
  const abort = { method: 'POST', path: '/agents/:name/:id/abort' } as const;
  const look = { method: 'GET', path: '/agents/:name/:id/sessions' } as const;

  async function claimOf(caller: Caller, route: Asked['route']): Promise<Claim> {
    const claim = await ownership.check(caller, { route, params: { name: 'echo', id: 'x' }, search: '' });
    if (claim === undefined) throw new Error('there is nothing to hold');
    return claim;
  }

  /** Begins an act, and gives how it ends once that is said. */
  async function begin(
    caller: Caller,
    route: Asked['route'],
  ): Promise<(how: 'done' | 'refused') => Promise<void>> {
    const { promise, resolve, reject } = withResolvers();
    let start: () => void = () => undefined;
    const begun = new Promise<void>((done) => (start = done));
    const claim = await claimOf(caller, route);
    const held = claim.hold(() => {
      start();
      return promise;
    }, fail);
    await Promise.race([begun, held]);
    return async (how) => {
      if (how === 'done') resolve();
      else reject(new Problem('invalid_request', 'refused'));
      expect(await held.then(() => 'done', codeOf)).to.equal(how === 'done' ? 'done' : 'invalid_request');
    };
  }

  const claimed = async (caller: Caller, route: Asked['route'] = write): Promise<string> => {
    try {
      await (await claimOf(caller, route)).hold(() => Promise.resolve(), fail);
      return 'done';
    } catch (thrown) {
      return codeOf(thrown);
    }
  };

  for (const [what, route] of Object.entries({ remove, abort, look, write }))
    it(`stays its owner's until what is asked to ${what} beside a refused request has ended, and is then free`, async () => {
      const first = await begin(annCalls, write);
      const second = await begin(annCalls, route);
      await first('refused');
      expect(await claimed(bobCalls)).to.equal('not_found');
      await second(route === write ? 'refused' : 'done');
      expect(await claimed(bobCalls)).to.equal('done');
      expect(await claimed(annCalls)).to.equal('not_found');
    });

  it('is its owner’s for good once one of several writes is done, in whatever order they end', async () => {
    for (const order of [
      [0, 1, 2],
      [0, 2, 1],
      [1, 0, 2],
      [2, 0, 1],
    ]) {
      const acts = [
        await begin(annCalls, write),
        await begin(annCalls, remove),
        await begin(annCalls, write),
      ];
      for (const at of order) await acts[at]?.(at === 0 ? 'refused' : 'done');
      expect(await claimed(bobCalls)).to.equal('not_found');
      expect(await claimed(annCalls)).to.equal('done');
    }
  });

  it('is looked at anew when it is held: what was let in before is refused when it has another owner by then', async () => {
    const first = await begin(annCalls, write);
    const late = await Promise.all([write, remove, abort, look].map((route) => claimOf(annCalls, route)));
    await first('refused');
    expect(await claimed(bobCalls)).to.equal('done');
    for (const claim of late)
      expect(await claim.hold(() => Promise.resolve('done'), fail).catch(codeOf)).to.equal('not_found');
  });

  it('is not deleted by an operator as nobody’s once it is somebody’s', async () => {
    const claim = await claimOf(rootCalls, remove);
    expect(await claimed(annCalls)).to.equal('done');
    expect(await claim.hold(() => Promise.resolve('done'), fail).catch(codeOf)).to.equal('not_found');
  });

  describe('by a message over a socket', () => {
    const say = (check: Ownership['check']): Promise<object> =>
      prompt(
        {
          ...{ engine: world.engine, caller: annCalls, ownership: { check }, requestId: '1' },
          outbox: { send: () => undefined, event: () => undefined },
          ...{ left: new AbortController().signal, onAbort: () => undefined, onFault: fail },
        } satisfies Request,
        { target: 'agent', name: 'echo', instanceId: 'x' },
        { message: 'from ann' },
      );

    it('is not written to once it is another one’s', async () => {
      const first = await begin(annCalls, write);
      const said = say(async (...given) => {
        const claim = await ownership.check(...given);
        await first('refused');
        expect((await world.send(bob, 'POST', '/agents/echo/x', { message: 'from bob' })).status).to.equal(
          200,
        );
        return claim;
      });
      expect(await said.catch(codeOf)).to.equal('not_found');
      const { body } = await world.send(bob, 'GET', '/agents/echo/x/sessions/default/entries');
      expect(JSON.stringify(body)).to.include('from bob').and.not.include('from ann');
    });

    it('is its caller’s, though a request beside it was refused', async () => {
      const first = await begin(annCalls, write);
      const said = say(async (...given) => {
        const claim = await ownership.check(...given);
        await first('refused');
        return claim;
      });
      expect(await said).to.include({ text: 'You said: from ann' });
      expect((await world.send(ann, 'GET', '/agents/echo/x/sessions')).status).to.equal(200);
      expect((await world.send(bob, 'GET', '/agents/echo/x/sessions')).status).to.equal(404);
    });
  });
});

describe('a store that does not let go of an owner', () => {
  it('is told in the log, and its caller hears why the request was refused', async () => {
    const store = openMemoryStore();
    const refuse = (): Promise<never> => Promise.reject(new Problem('store_unavailable', 'the disk is full'));
    const world = await startAuthWorld({
      store: { ...store, documents: { ...store.documents, delete: refuse } },
    });
    try {
      const answer = await world.send(ann, 'POST', '/agents/echo/x', { message: 'hi', role: 'nobody' });
      expect([answer.status, errorOf(answer)['type']]).to.deep.equal([400, 'unknown_role']);
      expect(
        world.log.map(({ level, method, path, status, message }) => [level, method, path, status, message]),
      ).to.deep.include(['warn', 'POST', '/agents/echo/x', 503, 'the disk is full']);
      // It stays the caller's.
      expect((await world.send(bob, 'POST', '/agents/echo/x', { message: 'hi' })).status).to.equal(404);
      expect((await world.send(ann, 'POST', '/agents/echo/x', { message: 'hi' })).status).to.equal(200);
    } finally {
      await world.close();
    }
  });
});

function withResolvers(): {
  readonly promise: Promise<void>;
  readonly resolve: () => void;
  readonly reject: (thrown: Problem) => void;
} {
  let resolve: () => void = () => undefined;
  let reject: (thrown: Problem) => void = () => undefined;
  const promise = new Promise<void>((done, failed) => {
    resolve = done;
    reject = failed;
  });
  return { promise, resolve, reject };
}

function codeOf(thrown: unknown): string {
  if (thrown instanceof Problem) return thrown.code;
  throw thrown;
}

function fail(thrown: unknown): never {
  throw new Error('the store let go of nothing', { cause: thrown });
}
