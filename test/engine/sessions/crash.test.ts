import { expect } from 'chai';
import { join } from 'node:path';
import { openSqliteStore } from '../../../engine/adapters/store/sqlite.ts';
import type { Engine } from '../../../engine/api.ts';
import { createEngine } from '../../../engine/engine.ts';
import type { Program } from '../../../engine/program/program.ts';
import { programOf, temporaryFolder } from '../../fakes/project.ts';
import { failureOf, fakeModels, gate, linesOf, type Answering, type FakeModels } from '../kit.ts';
import { project } from './project.ts';

describe('sessions: through a restart', () => {
  let program: Program;
  let path: string;
  const open = new Set<Engine>();
  before(async () => {
    program = await programOf(project);
  });
  beforeEach(() => {
    path = join(temporaryFolder(), 'engine.sqlite');
  });
  afterEach(async () => {
    for (const engine of open) await engine.close();
    open.clear();
  });

  const start = async (
    answering: Answering,
  ): Promise<{ readonly engine: Engine; readonly models: FakeModels }> => {
    const models = fakeModels(answering);
    const store = await openSqliteStore({ path });
    const engine = await createEngine({ program, env: {}, store, ports: { models } });
    open.add(engine);
    return { engine, models };
  };
  const stop = async (engine: Engine): Promise<void> => {
    open.delete(engine);
    await engine.close();
  };
  /** A model that never answers, and the moment it is asked. */
  const hanging = (): { readonly asked: Promise<void>; readonly answering: Answering } => {
    const { opened, open } = gate();
    return {
      asked: opened,
      answering: () => {
        open();
        return new Promise(() => undefined);
      },
    };
  };

  it('calls of every kind that wait are done afterwards, in the order they were made', async () => {
    const { asked, answering } = hanging();
    const { engine: first } = await start(answering);
    const session = first.agents.session('a', 'x');
    const calls = [
      session.prompt('one'),
      session.shell('echo two'),
      session.task('three', { agent: 'helper' }),
      session.skill('review', { args: { of: 'four' } }),
      session.compact({ keepTokens: 1 }),
      session.shell('echo $WORD', { env: { WORD: 'gone' } }),
    ];
    for (const call of calls) call.catch(() => undefined);
    await asked;
    // All of them are on disk when the last one is.
    await first.dispatch('a', { instance: 'x', message: 'last' });
    await stop(first);
    const { engine } = await start((request) => (request.system.includes('You') ? 'ok' : 'A summary.'));
    const all = [...(await engine.executions({}))].reverse();
    for (const { id } of all) await engine.submissions.wait(id);
    const { entries } = await engine.agents.session('a', 'x').entries();
    expect(
      entries.map((entry) =>
        entry.kind === 'message' ? `${entry.source} ${entry.message.role}` : entry.kind,
      ),
    ).to.deep.equal([
      'prompt user',
      'prompt assistant',
      'shell user',
      'shell user',
      'task user',
      'task assistant',
      'skill user',
      'skill assistant',
      'compaction',
      'shell user',
      'shell user',
      'dispatch user',
      'dispatch assistant',
    ]);
    const states = await Promise.all(all.map(async ({ id }) => (await engine.submissions.get(id)).state));
    expect(states).to.deep.equal([...Array<string>(5).fill('succeeded'), 'failed', 'succeeded']);
    const lost = await engine.submissions.get(all[5]?.id ?? '');
    expect(lost.error).to.include({ type: 'interrupted' });
    expect(lost.error?.message).to.contain('"WORD"');
  });

  it('a command that was cut off is not run again, and the conversation says so', async () => {
    const { engine: first } = await start(() => 'ok');
    const session = first.agents.session('a', 'x');
    const { opened, open: begun } = gate();
    const running = session.shell('sleep 30', {
      onEvent: ({ type }) => {
        if (type === 'operation_start') begun();
      },
    });
    running.catch(() => undefined);
    await opened;
    while ((await session.history()).length === 0) await new Promise(setImmediate);
    await stop(first);
    const { engine, models } = await start(() => 'ok');
    const [{ id } = { id: '' }] = await engine.executions({});
    expect((await engine.submissions.wait(id)).error).to.include({ type: 'interrupted' });
    const again = engine.agents.session('a', 'x');
    await again.prompt('And?');
    const lines = linesOf(models.requests[0]?.messages ?? []);
    expect(lines[0]).to.contain('sleep 30');
    expect(lines[1]).to.contain('whether it took effect is unknown');
    expect(lines).to.have.length(3);
  });

  it('a task goes on with what its helper had done', async () => {
    const { opened, open: reached } = gate();
    const { engine: first } = await start((request) => {
      if (request.messages.length === 1) return { calls: [{ tool: 'ls', input: {} }] };
      reached();
      return new Promise(() => undefined);
    });
    const session = first.agents.session('a', 'x');
    session.task('dig', { result: { type: 'object' } }).catch(() => undefined);
    await opened;
    await stop(first);
    const { engine, models } = await start(() => ({ json: { done: true } }));
    const [{ id } = { id: '' }] = await engine.executions({});
    expect((await engine.submissions.wait(id)).output).to.deep.equal({ done: true });
    expect(models.requests).to.have.length(1);
    expect(models.requests[0]?.messages.map(({ role }) => role)).to.deep.equal(['user', 'assistant', 'tool']);
    expect(linesOf(await engine.agents.session('a', 'x').history())).to.deep.equal([
      'user: dig',
      'assistant: {"done":true}',
    ]);
  });

  it('an abort reaches the helper of a task, and what waits behind it goes on', async () => {
    const { asked, answering } = hanging();
    const { engine } = await start((request, turn) => (turn === 1 ? answering(request, turn) : 'ok'));
    const session = engine.agents.session('a', 'x');
    const stopped = new AbortController();
    const running = failureOf(session.task('dig', { signal: stopped.signal }));
    const next = session.prompt('next');
    await asked;
    stopped.abort();
    expect(await running).to.include({ type: 'aborted' });
    expect((await next).text).to.equal('ok');
  });

  it('a listener that throws harms neither its call nor the next one', async () => {
    const { engine } = await start(() => 'ok');
    const session = engine.agents.session('a', 'x');
    const onEvent = (): void => {
      throw new Error('no');
    };
    expect((await session.prompt('one', { onEvent })).text).to.equal('ok');
    expect((await session.shell('echo hi', { onEvent })).stdout).to.equal('hi\n');
    expect((await session.prompt('two')).text).to.equal('ok');
  });
});
