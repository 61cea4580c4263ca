import { expect } from 'chai';
import { openMemoryStore } from '../../engine/adapters/store/memory.ts';
import { Problem } from '../../engine/core/problem.ts';
import type { Store } from '../../engine/ports/store.ts';
import { closeEngines, engineOf, failureOf, linesOf } from '../engine/kit.ts';

const project = { 'src/agents/a.md': '---\ndescription: A.\nmodel: openai/gpt-5\n---\n\nYou are it.\n' };

/** A memory store that refuses what it is told to refuse. */
function failing(): { readonly store: Store; refuse(what: 'insert' | 'set' | 'all' | undefined): void } {
  const store = openMemoryStore();
  let refused: string | undefined;
  const guard =
    <Arguments extends unknown[], Result>(
      what: string,
      work: (...given: Arguments) => Promise<Result>,
    ): ((...given: Arguments) => Promise<Result>) =>
    (...given) =>
      refused === what || refused === 'all'
        ? Promise.reject(new Problem('store_unavailable', 'the disk is full'))
        : work(...given);
  return {
    store: {
      ...store,
      documents: { ...store.documents, set: guard('set', store.documents.set) },
      executions: {
        ...store.executions,
        insert: guard('insert', store.executions.insert),
        finish: guard('finish', store.executions.finish),
      },
      events: { ...store.events, append: guard('append', store.events.append) },
    },
    refuse: (what) => (refused = what),
  };
}

describe('sessions: when the store fails', () => {
  afterEach(closeEngines);

  for (const what of ['insert', 'set'] as const) {
    it(`a prompt whose ${what === 'insert' ? 'admission' : 'message'} cannot be stored fails before a model is asked; the next one works`, async () => {
      const { store, refuse } = failing();
      const { engine, models } = await engineOf(project, () => 'ok', { store });
      const session = engine.agents.session('a', 'x');
      refuse(what);
      expect(await failureOf(session.prompt('1'))).to.deep.equal({
        type: 'store_unavailable',
        message: 'the disk is full',
      });
      expect(models.requests).to.deep.equal([]);
      refuse(undefined);
      expect((await session.prompt('2')).text).to.equal('ok');
      expect(linesOf(await session.history()).slice(-2)).to.deep.equal(['user: 2', 'assistant: ok']);
    });
  }

  it('an answer that cannot be stored is no answer, and the history stays without holes', async () => {
    const { store, refuse } = failing();
    const { engine } = await engineOf(
      project,
      (_request, turn) => {
        if (turn === 1) refuse('all');
        return `answer ${turn}`;
      },
      { store },
    );
    const session = engine.agents.session('a', 'x');
    expect((await failureOf(session.prompt('1'))).type).to.equal('store_unavailable');
    refuse(undefined);
    await session.prompt('2');
    const lines = ['user: 1', 'user: 2', 'assistant: answer 2'];
    expect(linesOf(await session.history())).to.deep.equal(lines);
    const { engine: other } = await engineOf(project, () => 'ok', { store, recover: false });
    expect(linesOf(await other.agents.session('a', 'x').history())).to.deep.equal(lines);
  });
});
