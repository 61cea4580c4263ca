import { expect } from 'chai';
import { errorOf } from '../world.ts';
import { startAuthWorld, tokens, type AuthWorld } from './world.ts';

describe('a list that is narrowed to a name that is not for the caller', () => {
  let world: AuthWorld;

  before(async () => {
    world = await startAuthWorld();
  });
  after(() => world.close());

  const lists = ['/submissions?agent=', '/runs?workflow=', '/approvals?agent=', '/approvals?workflow='];

  it('is refused like one that nothing has, and tells of no other names', async () => {
    for (const token of [tokens.narrow, tokens.narrowRoot])
      for (const list of lists) {
        const [kind, own] = list.includes('agent') ? ['agent', 'echo'] : ['workflow', 'plain'];
        const hidden = Object.keys(world.engine.program[kind === 'agent' ? 'agents' : 'workflows']).filter(
          (name) => name !== own,
        );
        expect(hidden).not.to.deep.equal([]);
        for (const name of [...hidden, 'none', `${hidden[0] ?? ''}x`]) {
          const answer = await world.send(token, 'GET', list + name);
          expect([answer.status, errorOf(answer)], list + name).to.deep.equal([
            404,
            { type: `${kind}_not_found`, message: `no ${kind} "${name}"; expected one of "${own}"` },
          ]);
        }
        expect((await world.send(token, 'GET', list + own)).status, list + own).to.equal(200);
      }
  });

  it('gives callers for whom there is everything the names that there are', async () => {
    const answer = await world.send(tokens.ann, 'GET', '/submissions?agent=ech');
    expect([answer.status, errorOf(answer)]).to.deep.equal([
      404,
      { type: 'agent_not_found', message: 'no agent "ech"; did you mean "echo"?' },
    ]);
  });
});
