import { expect } from 'chai';
import { openMemoryStore } from '../../engine/adapters/store/memory.ts';
import { Problem } from '../../engine/core/problem.ts';
import type { Store } from '../../engine/ports/store.ts';
import { closeEngines, engineOf, failureOf, gate, linesOf } from '../engine/kit.ts';

const project = { 'src/agents/a.md': '---\ndescription: A.\nmodel: openai/gpt-5\n---\n\nYou are it.\n' };

/** A memory store that refuses what it is told to refuse. */
function failing(): {
  readonly store: Store;
  refuse(what: 'insert' | 'set' | 'all' | undefined): void;
  /** Resolves when a record was refused. */
  readonly refused: Promise<void>;
} {
  const store = openMemoryStore();
  const first = gate();
  let refused: string | undefined;
  const guard =
    <Arguments extends unknown[], Result>(
      what: string,
      work: (...given: Arguments) => Promise<Result>,
    ): ((...given: Arguments) => Promise<Result>) =>
    (...given) => {
      if (refused !== what && refused !== 'all') return work(...given);
      if (what === 'append') first.open();
      return Promise.reject(new Problem('store_unavailable', 'the disk is full'));
    };
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
      checkpoints: { ...store.checkpoints, put: guard('put', store.checkpoints.put) },
    },
    refused: first.opened,
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

  it('an answer that cannot be stored is no answer until it is: it is stored once, and no model is asked again', async () => {
    const { store, refuse } = failing();
    const { engine, models } = await engineOf(
      project,
      (_request, turn) => {
        if (turn === 1) refuse('all');
        return `answer ${turn}`;
      },
      { store },
    );
    const session = engine.agents.session('a', 'x');
    const { submissionId, result } = await session.send('1');
    const told = await result.catch((thrown: unknown) => (thrown as Problem).toData());
    expect(told).to.deep.equal({
      type: 'outcome_pending',
      message: `"${submissionId}" has succeeded, which is not recorded yet: the store refuses it; it is recorded as soon as the store takes it, so do not send it again`,
      details: { id: submissionId, state: 'succeeded' },
    });
    // It has ended, though that is not on disk.
    expect(await engine.submissions.abort(submissionId)).to.equal(false);
    expect((await engine.submissions.get(submissionId)).state).to.equal('running');
    refuse(undefined);
    expect((await session.prompt('2')).text).to.equal('answer 2');
    expect(await engine.submissions.wait(submissionId)).to.include({
      state: 'succeeded',
      output: 'answer 1',
    });
    expect(models.requests).to.have.length(2);
    const lines = ['user: 1', 'assistant: answer 1', 'user: 2', 'assistant: answer 2'];
    expect(linesOf(await session.history())).to.deep.equal(lines);
    const { engine: other } = await engineOf(project, () => 'ok', { store, recover: false });
    expect(linesOf(await other.agents.session('a', 'x').history())).to.deep.equal(lines);
  });

  it('an answer that could not be stored is stored when the engine closes, when the store takes it by then', async () => {
    const { store, refuse } = failing();
    const { engine } = await engineOf(project, () => (refuse('all'), 'answer'), {
      store: { ...store, close: () => Promise.resolve() },
    });
    const { submissionId, result } = await engine.agents.session('a', 'x').send('1');
    expect((await failureOf(result)).type).to.equal('outcome_pending');
    refuse(undefined);
    await engine.close();
    expect((await store.executions.get(submissionId))?.state).to.equal('succeeded');
    const { engine: other, models } = await engineOf(project, () => 'again', { store });
    const lines = ['user: 1', 'assistant: answer'];
    expect(linesOf(await other.agents.session('a', 'x').history())).to.deep.equal(lines);
    expect(models.requests).to.deep.equal([]);
  });

  it('a run whose answer could not be stored goes on without asking the model again', async () => {
    const { store, refuse, refused } = failing();
    const { engine, models } = await engineOf(
      {
        ...project,
        'src/workflows/w.yaml':
          "steps: [{ id: ask, agent: a, message: hello }]\noutput: '${{ steps.ask.output }}'\n",
      },
      () => (refuse('all'), 'answer'),
      { store },
    );
    const { runId } = await engine.workflows.start('w');
    await refused;
    refuse(undefined);
    expect(await engine.runs.wait(runId)).to.include({ state: 'succeeded', output: 'answer' });
    expect(models.requests).to.have.length(1);
  });
});
