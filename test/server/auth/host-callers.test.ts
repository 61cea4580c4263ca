import { expect } from 'chai';
import { startWorld, type World } from '../world.ts';

describe('callers whom the app around knows', () => {
  let world: World;
  beforeEach(async () => {
    world = await startWorld({
      callerOf: ({ headers }) => {
        const id = headers['x-user'];
        return typeof id === 'string' ? { id } : undefined;
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

  async function listed(headers: Record<string, string>): Promise<unknown[]> {
    const { body } = await world.send('GET', '/submissions', undefined, headers);
    return (body['submissions'] as readonly { readonly submissionId: string }[]).map(
      ({ submissionId }) => submissionId,
    );
  }
});
