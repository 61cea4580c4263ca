import { expect } from 'chai';
import { WebSocket } from 'ws';
import type { HostCaller } from '../../../engine/server/index.ts';
import { errorOf, startWorld, type World } from '../world.ts';

describe('callers whom the app around knows', () => {
  let world: World;
  beforeEach(async () => {
    world = await startWorld({
      callerOf: ({ headers }) => {
        const id = headers['x-user'];
        if (typeof id !== 'string') return undefined;
        if (id === 'brief') return { id, expiresAt: Date.now() + Number(headers['x-ms']) };
        return (id in odd ? odd[id] : { id, ...people[id] }) as HostCaller | undefined;
      },
    });
  });
  afterEach(() => world.close());

  it('find what they asked of agents in the list, and nothing of others', async () => {
    const ann = { 'x-user': 'ann' };
    const sent = await world.send('POST', '/agents/echo/1/dispatch', { message: 'Hello' }, ann);
    expect(sent.status).to.equal(202);
    expect(await listed(ann)).to.deep.equal([sent.body['submissionId']]);
    expect(await listed({ 'x-user': 'bob' })).to.deep.equal([]);
  });

  it('see nothing of agents that there are not for them, operators too', async () => {
    await world.send('POST', '/agents/echo/1/dispatch', { message: 'Hello' }, { 'x-user': 'ann' });
    const [root, narrow] = [{ 'x-user': 'root' }, { 'x-user': 'narrow' }];
    expect(await listed(root)).to.have.length(1);
    expect(await listed(narrow)).to.deep.equal([]);
    for (const path of ['/admin/executions', '/admin/usage', '/admin/status', '/channels', '/callbacks']) {
      expect((await world.send('GET', path, undefined, root)).status, path).to.equal(200);
      expect((await world.send('GET', path, undefined, narrow)).status, path).to.equal(403);
    }
  });

  it('are nobody when the app says null', async () => {
    const { status } = await world.send('GET', '/agents', undefined, { 'x-user': 'null' });
    expect(status).to.equal(401);
  });

  it('may be rows of a database: keys of their class, and null for what is not there', async () => {
    for (const user of ['row', 'sparse']) {
      const { status } = await world.send('GET', '/agents', undefined, { 'x-user': user });
      expect(status, user).to.equal(200);
    }
    const { status } = await world.send('GET', '/admin/status', undefined, { 'x-user': 'row' });
    expect(status, 'no scope beyond the usual ones').to.equal(403);
  });

  it('are none at all when the app says what no caller is: nobody is let in, and the log says why', async () => {
    for (const [user, message] of Object.entries(faults)) {
      const { status, body } = await world.send('GET', '/agents', undefined, { 'x-user': user });
      expect([status, errorOf({ body })], user).to.deep.equal([
        500,
        { type: 'internal_error', message: 'an internal error occurred' },
      ]);
      expect(world.log.at(-1)?.stack, user).to.contain(message);
    }
  });

  it('name nobody who is somebody else: a role is one that the app gives', async () => {
    const { body: run } = await world.send('POST', '/workflows/signed', {}, { 'x-user': 'ann' });
    const path = `/approvals/${encodeURIComponent(`${String(run['runId'])}/ok`)}`;
    const list = async (user: string): Promise<number> => {
      const { body } = await world.send('GET', '/approvals', undefined, { 'x-user': user });
      return (body['approvals'] as readonly unknown[]).length;
    };
    while ((await list('ann')) === 0) await new Promise(setImmediate);
    const yes = { decision: 'approved' };
    expect(await list('role:boss')).to.equal(0);
    expect((await world.send('POST', path, yes, { 'x-user': 'role:boss' })).status).to.equal(404);
    expect(await list('carl')).to.equal(1);
    expect((await world.send('POST', path, yes, { 'x-user': 'carl' })).status).to.equal(200);
  });

  it('have streams and sockets for as long as the app says, and what they follow goes on', async () => {
    const lasting = { 'x-user': 'brief', 'x-ms': '60000' };
    const { body } = await world.send('POST', '/agents/echo/long/dispatch', { message: 'wait' }, lasting);
    const path = `/submissions/${String(body['submissionId'])}`;
    // However busy this machine is, one of them lasts until it is let in.
    for (let [ms, told] = [50, '']; told === ''; ms *= 2) {
      const headers = { ...lasting, 'x-ms': String(ms) };
      const stream = await fetch(`${world.url}${path}/stream`, { headers });
      if (stream.status === 200) expect((told = await stream.text())).to.match(/retry: \d+\n\n$/);
      else expect(stream.status).to.equal(401);
    }
    for (let [ms, code] = [50, 0]; code === 0; ms *= 2) {
      const headers = { ...lasting, 'x-ms': String(ms) };
      const socket = new WebSocket(`${world.url.replace('http', 'ws')}/agents/echo/long`, { headers });
      const failures: string[] = [];
      socket.on('error', ({ message }) => failures.push(message));
      const [given, reason] = await new Promise<[number, Buffer]>((resolve) =>
        socket.on('close', (...closed) => resolve(closed)),
      );
      if (failures.length > 0) {
        expect(failures).to.deep.equal(['Unexpected server response: 401']);
        continue;
      }
      code = given;
      expect([code, reason.toString()]).to.deep.equal([4401, 'the token has expired']);
    }
    const { state } = await world.engine.submissions.get(String(body['submissionId']));
    expect(state).to.be.oneOf(['queued', 'running']);
  });

  it('are nobody once their sign-in has ended', async () => {
    for (const user of ['late', 'lateDate']) {
      const answer = await world.send('GET', '/agents', undefined, { 'x-user': user });
      expect([answer.status, errorOf(answer)]).to.deep.equal([
        401,
        { type: 'unauthorized', message: 'the sign-in has expired' },
      ]);
    }
    expect((await world.send('GET', '/agents', undefined, { 'x-user': 'dated' })).status).to.equal(200);
  });

  async function listed(headers: Record<string, string>): Promise<unknown[]> {
    const { body } = await world.send('GET', '/submissions', undefined, headers);
    return (body['submissions'] as readonly { readonly submissionId: string }[]).map(
      ({ submissionId }) => submissionId,
    );
  }
});

const people: Readonly<Record<string, Omit<HostCaller, 'id'>>> = {
  carl: { roles: ['boss'] },
  root: { scopes: ['agents', 'admin'] },
  narrow: { scopes: ['agents', 'admin'], agents: ['counter'] },
  late: { expiresAt: Date.now() },
  lateDate: { expiresAt: new Date(Date.now()) },
  dated: { expiresAt: new Date(Date.UTC(3000, 0)) },
};

/** A user as mappers of databases have it. */
class Row {
  readonly #values: Readonly<Record<string, unknown>>;
  constructor(values: Readonly<Record<string, unknown>>) {
    this.#values = values;
  }
  get id(): unknown {
    return this.#values['id'];
  }
  get name(): unknown {
    return this.#values['name'];
  }
  get roles(): unknown {
    return this.#values['roles'];
  }
}

/** What apps say that is no plain caller. */
const odd: Readonly<Record<string, unknown>> = {
  null: null,
  row: new Row({ id: 'x', name: null, roles: ['boss'] }),
  sparse: { id: 'x', name: null, scopes: null, agents: null, workflows: null, roles: null },
  rowNameless: new Row({ id: '' }),
  rowNumbered: new Row({ id: 5 }),
  rowRoles: new Row({ id: 'x', roles: 'admin' }),
  noId: { id: null },
  empty: {},
  nameless: { id: '' },
  numbered: { id: 5 },
  text: 'ann',
  scoped: { id: 'x', scopes: 'agents' },
  misspelt: { id: 'x', scopes: ['agent'] },
  named: { id: 'x', name: 5 },
  typo: { id: 'x', scope: ['agents'] },
  lost: { id: 'x', agents: 'echo' },
  seconds: { id: 'x', expiresAt: 1_900_000_000 },
  noTime: { id: 'x', expiresAt: new Date('never') },
  textTime: { id: 'x', expiresAt: '2030-01-01' },
};

const faults: Readonly<Record<string, string>> = {
  empty: '"id" must be a text that is not empty',
  rowNameless: '"id" must be a text that is not empty',
  rowNumbered: '"id" must be a text that is not empty',
  rowRoles: '"roles" must be a list of texts',
  noId: '"id" must be a text that is not empty',
  nameless: '"id" must be a text that is not empty',
  numbered: '"id" must be a text that is not empty',
  text: 'an object or undefined',
  scoped: '"scopes" must be a list of texts',
  misspelt: 'unknown scope "agent"; did you mean "agents"?',
  named: '"name" must be a text that is not empty',
  typo: 'unknown key "scope"; did you mean "scopes"?',
  lost: '"agents" must be a list of texts',
  seconds: '"expiresAt" must be a Date, or milliseconds since 1970',
  noTime: '"expiresAt" must be a Date, or milliseconds since 1970',
  textTime: '"expiresAt" must be a Date, or milliseconds since 1970',
};
