import { expect } from 'chai';
import type { HostCaller } from '../../../engine/server/index.ts';
import { startWorld, type World } from '../world.ts';

describe('callers whom the app around knows', () => {
  let world: World;
  beforeEach(async () => {
    world = await startWorld({
      callerOf: ({ headers }) => {
        const id = headers['x-user'];
        return typeof id === 'string' ? { id, ...operators[id] } : undefined;
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

  async function listed(headers: Record<string, string>): Promise<unknown[]> {
    const { body } = await world.send('GET', '/submissions', undefined, headers);
    return (body['submissions'] as readonly { readonly submissionId: string }[]).map(
      ({ submissionId }) => submissionId,
    );
  }
});

const operators: Readonly<Record<string, Omit<HostCaller, 'id'>>> = {
  root: { scopes: ['agents', 'admin'] },
  narrow: { scopes: ['agents', 'admin'], agents: ['counter'] },
};
