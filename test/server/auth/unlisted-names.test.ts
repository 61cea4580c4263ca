import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { HostCaller, ServerOptions } from '../../../engine/server/index.ts';
import { writeFiles } from '../../fakes/project.ts';
import { errorOf } from '../world.ts';
import { authProject, startAuthWorld, tokens, type AuthWorld } from './world.ts';

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

describe('a list that is narrowed to a name that left the project', () => {
  const listing = { agents: ['echo', 'parrot'], workflows: ['plain', 'old', 'receipts'] };
  const people: Readonly<Record<string, Partial<HostCaller>>> = {
    ann: listing,
    bob: listing,
    narrow: { workflows: ['plain'] },
    root: { scopes: ['agents', 'workflows', 'runs', 'approvals', 'admin'] },
    reader: {},
  };
  const options: ServerOptions = {
    callerOf({ headers: { authorization = '' } }) {
      const id = authorization.slice('Bearer '.length);
      return { id, ...people[id] };
    },
  };
  const gone = ['agents/parrot.md', 'workflows/old.yaml', 'workflows/receipts.yaml'];
  let world: AuthWorld;

  before(async () => {
    const project = authProject(null);
    writeFiles(project, {
      'agents/parrot.md': '---\ndescription: Repeats.\n---\nRepeat what you hear.\n',
      'workflows/old.yaml': { description: 'Gives 1.', steps: [{ id: 'one', set: { one: 1 } }] },
      'workflows/receipts.yaml': {
        description: 'Asks.',
        steps: [{ id: 'ok', approval: { title: 'Go on?' } }],
      },
    });
    const first = await startAuthWorld({ project, options });
    const start = async (workflow: string): Promise<string> =>
      String((await first.send('ann', 'POST', `/workflows/${workflow}`, {})).body['runId']);
    await first.engine.runs.wait(await start('old'));
    const signed = await start('receipts');
    while ((await first.engine.runs.get(signed)).state !== 'waiting') await new Promise(setImmediate);
    await first.send('ann', 'POST', '/agents/parrot/x', { message: 'hi' });
    await first.close();
    for (const path of gone) rmSync(join(project, path));
    world = await startAuthWorld({ project, options });
  });
  after(() => world.close());

  const all: readonly (readonly [list: string, name: string])[] = [
    ['/submissions?agent=', 'parrot'],
    ['/runs?workflow=', 'old'],
    ['/approvals?workflow=', 'old'],
    ['/approvals?workflow=', 'receipts'],
    ['/approvals?agent=', 'parrot'],
  ];
  const keyOf = (list: string): string => list.slice(1, list.indexOf('?'));

  it('shows what its caller, who is limited to names of which it is one, has of it', async () => {
    for (const [list, name] of all) {
      const { status, body } = await world.send('ann', 'GET', list + name);
      const isNone = list.startsWith('/approvals') && name !== 'receipts';
      expect([status, (body[keyOf(list)] as unknown[]).length], list + name).to.deep.equal([
        200,
        isNone ? 0 : 1,
      ]);
    }
    // Nor is it refused where what there is is narrowed further.
    for (const list of ['/submissions?agent=parrot', '/runs?workflow=old'])
      expect((await world.send('ann', 'GET', `${list}&state=queued`)).body).to.deep.include({
        [keyOf(list)]: [],
      });
  });

  it('is refused where others have all there is of it, like what never was, and tells of no hidden names', async () => {
    for (const [list, name] of all) {
      const answer = await world.send('bob', 'GET', list + name);
      const [kind, known] = list.endsWith('agent=') ? ['agent', 'echo'] : ['workflow', 'plain'];
      expect([answer.status, errorOf(answer)], list + name).to.deep.equal([
        404,
        { type: `${kind}_not_found`, message: `no ${kind} "${name}"; expected one of "${known}"` },
      ]);
    }
    // Who is limited to no names hears the same.
    for (const [list, name] of all) {
      const never = await world.send('reader', 'GET', `${list}zzzzzz`);
      const left = await world.send('reader', 'GET', list + name);
      expect(
        { ...errorOf(left), message: String(errorOf(left)['message']).replace(name, 'zzzzzz') },
        list + name,
      ).to.deep.equal(errorOf(never));
      expect((await world.send('root', 'GET', list + name)).status, list + name).to.equal(200);
    }
  });

  it('is refused in the same words for a workflow that works and that is not for its caller', async () => {
    for (const name of ['hidden', 'sign', 'old', 'none']) {
      const answer = await world.send('narrow', 'GET', `/approvals?agent=${name}`);
      expect([answer.status, errorOf(answer)], name).to.deep.equal([
        404,
        { type: 'agent_not_found', message: `no agent "${name}"; expected one of "echo", "other"` },
      ]);
    }
    for (const name of ['plain', 'echo', 'other'])
      expect((await world.send('narrow', 'GET', `/approvals?agent=${name}`)).status, name).to.equal(200);
    const both = await world.send('narrow', 'GET', '/approvals?agent=plain&workflow=hidden');
    expect([both.status, errorOf(both)['type']]).to.deep.equal([404, 'workflow_not_found']);
  });
});
