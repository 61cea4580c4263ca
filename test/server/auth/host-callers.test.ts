import { expect } from 'chai';
import type { HostCaller } from '../../../engine/server/index.ts';
import { errorOf, startWorld, type World } from '../world.ts';

describe('callers whom the app around knows', () => {
  let world: World;
  beforeEach(async () => {
    world = await startWorld({
      callerOf: ({ headers }) => {
        const id = headers['x-user'];
        if (typeof id !== 'string') return undefined;
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
};
