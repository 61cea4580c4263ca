import { expect } from 'chai';
import type { EngineEvent } from '../../engine/core/event.ts';
import { closeEngines, engineOf, failureOf, linesOf, type Answer } from '../engine/kit.ts';

const project = {
  'src/profiles/helper.md': '---\ndescription: Helps.\n---\n\nYou help.\n',
  'src/agents/lead.md': '---\ndescription: Leads.\nmodel: openai/m\nsubagents: [helper]\n---\n\nYou lead.\n',
};

describe('sessions: tasks that callers give', () => {
  afterEach(closeEngines);

  it('the helper begins without a history, and its events hang on the task', async () => {
    const { engine, models } = await engineOf(project, () => 'done');
    const session = engine.agents.session('lead', 'x');
    await session.prompt('Hello');
    const events: EngineEvent[] = [];
    const { text, usage } = await session.task('Do it', {
      agent: 'helper',
      onEvent: (event) => void events.push(event),
    });
    expect(text).to.equal('done');
    expect(usage.totalTokens).to.equal(15);
    expect(models.requests[1]?.system).to.match(/^You help/);
    expect(linesOf(models.requests[1]?.messages ?? [])).to.deep.equal(['user: Do it']);
    const stored = events.filter(({ index }) => index > 0);
    expect(stored.map(({ type }) => type)).to.deep.equal([
      'task_start',
      'operation_start',
      'turn_start',
      'turn_end',
      'operation_end',
      'task_end',
      'submission_end',
    ]);
    expect(new Set(stored.slice(0, -1).map(({ taskId }) => taskId)).size).to.equal(1);
    expect(linesOf(await session.history()).slice(-2)).to.deep.equal(['user: Do it', 'assistant: done']);
  });

  it('an abort of the session ends the task it waits for; the session goes on', async () => {
    const { engine } = await engineOf(project, ({ messages }): Answer | Promise<Answer> =>
      linesOf(messages).at(-1) === 'user: Do it' ? new Promise<Answer>(() => undefined) : 'ok',
    );
    const session = engine.agents.session('lead', 'x');
    const failure = failureOf(
      session.task('Do it', {
        agent: 'helper',
        onEvent: ({ type }) => void (type === 'turn_start' && session.abort('enough')),
      }),
    );
    expect(await failure).to.deep.equal({ type: 'aborted', message: 'enough' });
    expect((await session.prompt('Hello')).text).to.equal('ok');
  });

  it('somebody who is no subagent is refused with the choices, and where tasks are forbidden so is everybody', async () => {
    const { engine } = await engineOf(project);
    expect(
      await failureOf(engine.agents.session('lead', 'x').task('Do it', { agent: 'lead' })),
    ).to.deep.equal({
      type: 'agent_not_found',
      message: 'agent "lead" has no subagent "lead"; expected one of "helper"',
    });
    const without = await engineOf({ ...project, 'engine.yaml': 'defaults: { maxTaskDepth: 0 }\n' });
    expect(await failureOf(without.engine.agents.session('lead', 'x').task('Do it'))).to.deep.equal({
      type: 'limit_reached',
      message: 'tasks are forbidden: "defaults.maxTaskDepth" of engine.yaml is 0',
    });
  });

  it('a task step is refused where tasks are forbidden', async () => {
    const { engine } = await engineOf({
      ...project,
      'engine.yaml': 'model: openai/m\ndefaults: { maxTaskDepth: 0 }\n',
      'src/workflows/w.yaml': 'steps: [{ id: search, task: Search., agent: helper }]\n',
    });
    expect(await failureOf(engine.workflows.run('w', {}))).to.deep.equal({
      type: 'limit_reached',
      message: 'tasks are forbidden: "defaults.maxTaskDepth" of engine.yaml is 0',
    });
  });

  it('the task of a step has a name that its events share, and counts what it used', async () => {
    const { engine } = await engineOf(
      {
        ...project,
        'engine.yaml': 'model: openai/m\n',
        'src/workflows/w.yaml': 'steps: [{ id: search, task: Search., agent: helper }]\n',
      },
      () => 'found',
    );
    const { runId, usage } = await engine.workflows.run('w', {});
    const events = await engine.runs.events(runId);
    const [begin, ...others] = events.filter(({ taskId }) => taskId !== undefined);
    expect(begin?.data).to.deep.equal({ prompt: 'Search.', agent: 'helper' });
    expect(new Set(others.map(({ taskId }) => taskId))).to.deep.equal(new Set([begin?.taskId]));
    expect(others.at(-1)?.data).to.deep.include({ isError: false, text: 'found' });
    expect(others.at(-1)?.data).to.have.nested.property('usage.totalTokens', 15);
    expect(usage.totalTokens).to.equal(15);
  });
});
