import { expect } from 'chai';
import { openMemoryStore } from '../../engine/adapters/store/memory.ts';
import { openSqliteStore } from '../../engine/adapters/store/sqlite.ts';
import type { Engine } from '../../engine/api.ts';
import type { Message } from '../../engine/core/message.ts';
import { Problem } from '../../engine/core/problem.ts';
import { createEngine } from '../../engine/engine.ts';
import type { Models } from '../../engine/ports/model.ts';
import type { Program } from '../../engine/program/program.ts';
import { programOf, temporaryFolder } from '../fakes/project.ts';
import { failureOf, fakeModels, gate, linesOf } from './kit.ts';

const files = {
  'engine.yaml': 'model: script/m\n',
  'src/models/m.yaml': 'default: { text: "ok" }\n',
  'src/agents/a.md': '---\ndescription: A.\n---\n\nYou are it.\n',
  'src/workflows/w.yaml': 'steps:\n  - { id: ask, agent: a, message: "{{json input}}" }\n',
};

describe('engine: submissions that last', () => {
  let program: Program;
  let path: string;
  let engine: Engine;
  before(async () => {
    program = await programOf(files);
  });
  beforeEach(() => {
    path = `${temporaryFolder()}/engine.sqlite`;
  });
  afterEach(() => engine.close());

  const open = async (models: Models): Promise<Engine> =>
    (engine = await createEngine({
      program,
      env: {},
      store: await openSqliteStore({ path }),
      ports: { models },
    }));
  const restart = async (models: Models): Promise<Engine> => {
    await engine.close();
    return open(models);
  };
  const hanging: Models = fakeModels(() => new Promise<never>(() => undefined));

  it('a message that is dispatched names its instance by one of two words', async () => {
    await open(fakeModels(() => 'answer'));
    const { submissionId } = await engine.dispatch('a', { id: 'x', session: 's', message: 'hi' });
    expect(await engine.submissions.wait(submissionId)).to.deep.include({ instance: 'x', session: 's' });
    const unclear = [{ message: 'hi' }, { id: 'x', instance: 'y', message: 'hi' }];
    for (const message of unclear) {
      const failure = await failureOf(engine.dispatch('a', message as never));
      expect(failure).to.deep.include({ type: 'invalid_request' });
    }
  });

  it('one key is one message and one run, also after a restart', async () => {
    await open(fakeModels(() => 'answer'));
    const message = { instance: 'x', message: 'hi', idempotencyKey: 'k' };
    const receipt = await engine.dispatch('a', message);
    const run = await engine.workflows.start('w', { n: 1 }, { idempotencyKey: 'k' });
    await engine.submissions.wait(receipt.submissionId);
    await engine.runs.wait(run.runId);
    await restart(fakeModels([]));
    expect(await engine.dispatch('a', message)).to.deep.equal(receipt);
    expect(await engine.workflows.start('w', { n: 1 }, { idempotencyKey: 'k' })).to.deep.equal(run);
    expect((await engine.agents.session('a', 'x').prompt('hi', { idempotencyKey: 'k' })).text).to.equal(
      'answer',
    );
    const codes = [
      await failureOf(engine.dispatch('a', { ...message, message: 'ho' })),
      await failureOf(engine.dispatch('a', { ...message, instance: 'y' })),
      await failureOf(engine.workflows.start('w', { n: 2 }, { idempotencyKey: 'k' })),
    ].map(({ type }) => type);
    expect(codes).to.deep.equal(Array(3).fill('conflict'));
  });

  it('a run that is asked for again leaves nothing of its own, also when it is asked for ten times at once', async () => {
    const store = openMemoryStore();
    const asked = new Set<string>();
    engine = await createEngine({
      program,
      env: {},
      store: {
        ...store,
        executions: {
          ...store.executions,
          insert(execution, records) {
            asked.add(execution.id);
            return store.executions.insert(execution, records);
          },
        },
      },
      ports: { models: fakeModels(() => 'answer') },
    });
    const start = () => engine.workflows.start('w', { n: 1 }, { idempotencyKey: 'k', by: 'ann' });
    const receipts = await Promise.all(Array.from({ length: 10 }, start));
    receipts.push(await start());
    const ids = new Set(receipts.map(({ runId }) => runId));
    const records = await Promise.all(
      [...asked].map(async (id) => [ids.has(id), (await store.checkpoints.all(id)).get('?by')]),
    );
    expect(ids.size).to.equal(1);
    expect(records.filter(([, by]) => by !== undefined)).to.deep.equal([[true, 'ann']]);
  });

  it('one key is one message also for many at once, where nothing else may wait', async () => {
    const one = { ...files, 'src/agents/a.md': '---\ndescription: A.\nbusy: reject\n---\n\nYou are it.\n' };
    engine = await createEngine({
      program: await programOf(one),
      store: 'memory',
      ports: { models: hanging },
    });
    const message = { instance: 'x', message: 'hi', idempotencyKey: 'k' };
    const receipts = await Promise.all(Array.from({ length: 10 }, () => engine.dispatch('a', message)));
    expect(new Set(receipts.map(({ submissionId }) => submissionId)).size).to.equal(1);
    expect((await failureOf(engine.dispatch('a', { ...message, idempotencyKey: 'l' }))).type).to.equal(
      'session_busy',
    );
    expect((await failureOf(engine.dispatch('a', { ...message, message: 'ho' }))).type).to.equal('conflict');
  });

  it('what one engine left goes on when it is asked for again with its key, though nothing else is taken up', async () => {
    await open(hanging);
    const { submissionId } = await engine.dispatch('a', {
      instance: 'x',
      message: 'hi',
      idempotencyKey: 'k',
    });
    await engine.dispatch('a', { instance: 'y', message: 'other' });
    await engine.close();
    const models = fakeModels(() => 'answer');
    engine = await createEngine({
      program,
      env: {},
      recover: false,
      store: await openSqliteStore({ path }),
      ports: { models },
    });
    const answer = await engine.agents.session('a', 'x').prompt('hi', { idempotencyKey: 'k' });
    expect([answer.submissionId, answer.text]).to.deep.equal([submissionId, 'answer']);
    expect(models.requests).to.have.length(1);
  });

  it('what waits keeps its order and its position through a restart', async () => {
    await open(hanging);
    const ids: string[] = [];
    for (const message of ['one', 'two', 'three'])
      ids.push((await engine.dispatch('a', { instance: 'x', message })).submissionId);
    let next = fakeModels(() => new Promise<never>(() => undefined));
    await restart(next);
    while (next.requests.length === 0) await new Promise(setImmediate);
    const positions = await Promise.all(ids.map(async (id) => (await engine.submissions.get(id)).position));
    expect(positions).to.deep.equal([undefined, 1, 2]);
    next = fakeModels((_request, turn) => `answer ${turn}`);
    await restart(next);
    const outputs = await Promise.all(ids.map(async (id) => (await engine.submissions.wait(id)).output));
    expect(outputs).to.deep.equal(['answer 1', 'answer 2', 'answer 3']);
    expect(linesOf(await engine.agents.session('a', 'x').history())).to.deep.equal([
      'user: one',
      'assistant: answer 1',
      'user: two',
      'assistant: answer 2',
      'user: three',
      'assistant: answer 3',
    ]);
  });

  it('an abort holds: of what waits, of what is at work, and of what nobody has taken up', async () => {
    await open(hanging);
    const ids: string[] = [];
    for (const message of ['one', 'two', 'three'])
      ids.push((await engine.dispatch('a', { instance: 'x', message })).submissionId);
    const [running = '', queued = '', left = ''] = ids;
    expect(await engine.submissions.abort(queued)).to.equal(true);
    expect(await engine.submissions.abort(running)).to.equal(true);
    await engine.submissions.wait(running);
    await engine.close();
    engine = await createEngine({
      program,
      env: {},
      recover: false,
      store: await openSqliteStore({ path }),
    });
    expect(await engine.submissions.abort(left, 'not needed any more')).to.equal(true);
    await restart(fakeModels([]));
    const records = await Promise.all(ids.map((id) => engine.submissions.get(id)));
    expect(records.map(({ state, error }) => [state, error?.type, error?.message])).to.deep.equal([
      ['cancelled', 'aborted', 'the submission was aborted'],
      ['cancelled', 'aborted', 'the submission was aborted'],
      ['cancelled', 'aborted', 'not needed any more'],
    ]);
    expect(await engine.submissions.abort(left)).to.equal(false);
    const events = await engine.submissions.events(left);
    expect(events.filter(({ type }) => type === 'submission_end')).to.have.length(1);
  });

  it('what a model had written when it was stopped stays, marked, and is no answer', async () => {
    let turn = 0;
    const isFollowed = gate();
    const requests: (readonly Message[])[] = [];
    const models: Models = {
      async *stream({ messages, signal }) {
        requests.push([...messages]);
        turn += 1;
        await isFollowed.opened;
        yield { type: 'text_delta', text: turn === 1 ? 'Half of ' : 'All' };
        if (turn === 1) {
          yield { type: 'text_delta', text: 'it' };
          await new Promise((_, reject) => {
            signal.addEventListener('abort', () => reject(new Problem('aborted', 'stopped')), { once: true });
          });
        }
        yield {
          type: 'finish',
          finish: 'stop',
          usage: {
            inputTokens: 1,
            outputTokens: 1,
            totalTokens: 2,
            cacheReadTokens: 0,
            cacheWriteTokens: 0,
            reasoningTokens: 0,
          },
          message: { role: 'assistant', content: [{ type: 'text', text: 'All' }] },
        };
      },
    };
    await open(models);
    const { submissionId } = await engine.dispatch('a', { instance: 'x', message: 'hi' });
    for await (const { type, data } of engine.submissions.subscribe(submissionId)) {
      if (type === 'turn_start') isFollowed.open();
      if (type === 'text_delta' && data.text === 'it') break;
    }
    await engine.submissions.abort(submissionId);
    await engine.submissions.wait(submissionId);
    const turns = (await engine.submissions.events(submissionId)).flatMap((event) =>
      event.type === 'turn_end' ? [[event.data.finish, event.data.text]] : [],
    );
    expect(turns).to.deep.equal([['aborted', 'Half of it']]);
    await restart(models);
    const session = engine.agents.session('a', 'x');
    expect(await session.history()).to.deep.equal([
      { role: 'user', content: [{ type: 'text', text: 'hi' }] },
      { role: 'assistant', content: [{ type: 'text', text: 'Half of it' }], aborted: true },
    ]);
    expect((await session.prompt('go on')).text).to.equal('All');
    expect(linesOf(requests[1] ?? [])).to.deep.equal(['user: hi', 'assistant: Half of it', 'user: go on']);
  });

  it('an engine that stops keeps no half of an answer, and asks anew when it is back', async () => {
    const isFollowed = gate();
    const half: Models = {
      async *stream({ signal }) {
        await isFollowed.opened;
        yield { type: 'text_delta', text: 'Half' };
        await new Promise((_, reject) => {
          signal.addEventListener('abort', () => reject(new Problem('aborted', 'stopped')), { once: true });
        });
      },
    };
    await open(half);
    const { submissionId } = await engine.dispatch('a', { instance: 'x', message: 'hi' });
    for await (const { type } of engine.submissions.subscribe(submissionId)) {
      if (type === 'turn_start') isFollowed.open();
      if (type === 'text_delta') break;
    }
    await restart(fakeModels(['whole']));
    expect((await engine.submissions.wait(submissionId)).output).to.equal('whole');
    expect(linesOf(await engine.agents.session('a', 'x').history())).to.deep.equal([
      'user: hi',
      'assistant: whole',
    ]);
  });
});
