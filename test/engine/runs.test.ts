import { expect } from 'chai';
import type { EngineEvent } from '../../engine/core/event.ts';
import { openMemoryStore } from '../../engine/adapters/store/memory.ts';
import { createEngine } from '../../engine/engine.ts';
import type { Store } from '../../engine/ports/store.ts';
import { programOf, projectOf, writeFiles } from '../fakes/project.ts';
import { all, closeEngines, engineOf, failureOf, fakeModels, first, gate, linesOf } from './kit.ts';

const project = {
  'src/agents/a.md': '---\ndescription: A.\nmodel: openai/gpt-5\n---\n\nYou are it.\n',
  'src/tools/double.ts':
    "export default { description: 'Doubles.', inputSchema: { type: 'object', properties: { n: { type: 'number' } } }, run: ({ n }) => n * 2 };",
  'src/tools/hang.ts':
    "export default { description: 'Hangs.', inputSchema: { type: 'object' }, run: (input, { log }) => { log('hanging'); return new Promise(() => undefined); } };",
  'src/workflows/sum.yaml': `inputSchema:
  type: object
  required: [items]
  additionalProperties: false
  properties:
    items: { type: array, maxItems: 20, items: { type: number } }
    note: { type: string, default: none }
steps:
  - id: each
    foreach: { items: input.items, maxItems: 20, maxConcurrency: 3 }
    steps:
      - { id: double, tool: double, with: { n: '\${{ item }}' } }
  - { id: ask, agent: a, message: 'Sum {{json steps.each.output}}' }
output: { doubled: '\${{ steps.each.output }}', said: '\${{ steps.ask.output }}', note: '\${{ input.note }}' }
`,
  'src/workflows/hang.yaml':
    'steps:\n  - { id: one, tool: double, with: { n: 1 } }\n  - { id: two, tool: hang }\n',
  'src/workflows/fails.yaml': 'steps:\n  - { id: no, fail: { code: no_way, message: it cannot be } }\n',
};

/** A store that outlives the engine that closes it. */
function kept(): Store {
  return { ...openMemoryStore(), close: () => Promise.resolve() };
}

describe('runs', () => {
  afterEach(closeEngines);

  it('a run gives its output, checked input, usage and times', async () => {
    const { engine } = await engineOf(project, () => 'twelve');
    const { runId, output, usage } = await engine.workflows.run('sum', { items: [1, 2, 3] });
    expect(output).to.deep.equal({ doubled: [2, 4, 6], said: 'twelve', note: 'none' });
    expect(usage.totalTokens).to.equal(15);
    const record = await engine.runs.get(runId);
    expect(record).to.deep.include({
      workflow: 'sum',
      state: 'succeeded',
      input: { items: [1, 2, 3], note: 'none' },
      output,
      usage,
    });
    expect(record.durationMs).to.be.at.least(0);
    expect((await engine.runs.list({ workflow: 'sum' })).map((run) => run.runId)).to.deep.equal([runId]);
    expect(await engine.runs.list({ states: ['failed'] })).to.deep.equal([]);
  });

  it('what cannot start is refused before it is admitted', async () => {
    const { engine } = await engineOf(project);
    expect(await failureOf(engine.workflows.start('smu'))).to.deep.equal({
      type: 'workflow_not_found',
      message: 'no workflow "smu"; did you mean "sum"?',
    });
    for (const input of [{}, { items: ['x'] }, { items: [], itmes: [] }, null]) {
      expect((await failureOf(engine.workflows.start('sum', input))).type).to.equal('invalid_input');
    }
    for (const id of ['x', 'workflow:sum:01ARZ3NDEKTSV4RRFFQ69G5FAV']) {
      expect(await failureOf(engine.runs.get(id))).to.deep.equal({
        type: 'run_not_found',
        message: `no run "${id}"`,
      });
    }
    expect(await engine.executions({})).to.deep.equal([]);
  });

  it('a failed run throws its problem, and the record and the last event say the same', async () => {
    const { engine } = await engineOf(project);
    expect(await failureOf(engine.workflows.run('fails'))).to.deep.equal({
      type: 'no_way',
      message: 'it cannot be',
    });
    const [record] = await engine.runs.list();
    expect(record).to.deep.include({ state: 'failed', error: { type: 'no_way', message: 'it cannot be' } });
    const events = await engine.runs.events(record?.runId ?? '');
    expect(events.at(-1)?.data).to.deep.include({ state: 'failed', error: record?.error });
  });

  it('the outcome is recorded once, whoever asks for another one', async () => {
    const store = kept();
    const { engine } = await engineOf(project, () => 'ok', { store });
    const { runId, output } = await engine.workflows.run('sum', { items: [] });
    expect(await store.executions.finish(runId, { state: 'failed', endedAt: 1 })).to.equal(false);
    expect(await engine.runs.cancel(runId)).to.equal(false);
    expect(await engine.runs.get(runId)).to.deep.include({ state: 'succeeded', output });
    expect((await engine.runs.events(runId)).filter(({ type }) => type === 'run_end')).to.have.length(1);
  });

  it('events have dense ids, and can be followed from any index without gap or duplicate', async () => {
    const { engine } = await engineOf(project, () => 'ok');
    const { runId } = await engine.workflows.start('sum', { items: [1, 2, 3, 4, 5] });
    const live = stored(await all(engine.runs.subscribe(runId)));
    expect(live.map(({ index }) => index)).to.deep.equal(live.map((_, at) => at + 1));
    expect(live.map(({ id }) => id)).to.deep.equal(live.map(({ index }) => `${runId}#${index}`));
    expect(live[0]?.type).to.equal('run_start');
    expect(live.at(-1)?.type).to.equal('run_end');
    expect(await engine.runs.events(runId)).to.deep.equal(live);
    for (let after = 0; after < live.length; after += 1) {
      expect(await all(engine.runs.subscribe(runId, { after }))).to.deep.equal(live.slice(after));
    }
    expect(await engine.runs.events(runId, { after: 3, limit: 2 })).to.deep.equal(live.slice(3, 5));
    expect(await all(engine.runs.subscribe(runId, { after: live.length }))).to.deep.equal([]);
  });

  it('many followers of a run at work see the same events, those that come in the middle too', async () => {
    const held = gate();
    const { engine } = await engineOf(project, async () => {
      await held.opened;
      return 'ok';
    });
    const { runId } = await engine.workflows.start('sum', { items: [1, 2] });
    const early = all(engine.runs.subscribe(runId));
    await first(engine.runs.subscribe(runId), ({ type }) => type === 'turn_start');
    const late = [0, 1, 4].map((after) => all(engine.runs.subscribe(runId, { after })));
    held.open();
    const events = stored(await early);
    expect((await Promise.all(late)).map(stored)).to.deep.equal([events, events.slice(1), events.slice(4)]);
  });

  it('a cancelled run ends as cancelled, whatever its tool does', async () => {
    const { engine } = await engineOf(project);
    const { runId } = await engine.workflows.start('hang');
    await first(engine.runs.subscribe(runId), ({ type }) => type === 'log');
    expect(await engine.runs.cancel(runId)).to.equal(true);
    const record = await engine.runs.wait(runId);
    expect(record).to.deep.include({
      state: 'cancelled',
      error: { type: 'cancelled', message: 'the run was cancelled' },
    });
    expect(await engine.runs.cancel(runId)).to.equal(false);
    const controller = new AbortController();
    const run = failureOf(engine.workflows.run('hang', {}, { signal: controller.signal }));
    controller.abort();
    expect((await run).type).to.equal('cancelled');
  });

  it('a wait that is given up does not touch the run', async () => {
    const { engine } = await engineOf(project);
    const { runId } = await engine.workflows.start('hang');
    await first(engine.runs.subscribe(runId), ({ type }) => type === 'log');
    const controller = new AbortController();
    const waiting = failureOf(engine.runs.wait(runId, { signal: controller.signal }));
    controller.abort();
    expect((await waiting).type).to.equal('aborted');
    expect((await engine.runs.get(runId)).state).to.equal('running');
  });

  it('close during a run leaves it to the next start, which does not repeat what was recorded', async () => {
    const store = kept();
    const { engine } = await engineOf(project, () => 'ok', { store });
    const { runId } = await engine.workflows.start('hang');
    await first(engine.runs.subscribe(runId), ({ type }) => type === 'log');
    const waiting = failureOf(engine.runs.wait(runId));
    await engine.close();
    expect((await waiting).type).to.equal('shutting_down');
    expect((await store.executions.get(runId))?.state).to.equal('queued');
    expect(await failureOf(engine.workflows.start('hang'))).to.deep.equal({
      type: 'shutting_down',
      message: 'the engine is shutting down',
    });
    expect((await failureOf(engine.agents.session('a', 'x').prompt('Hi'))).type).to.equal('shutting_down');

    const next = (await engineOf(project, () => 'ok', { store })).engine;
    await first(next.runs.subscribe(runId), ({ type, index }) => type === 'log' && index > 5);
    await next.runs.cancel(runId);
    const record = await next.runs.wait(runId);
    expect(record.state).to.equal('cancelled');
    expect(
      (await next.runs.events(runId)).map(({ type, stepPath }) => `${type} ${stepPath ?? ''}`.trim()),
    ).to.deep.equal([
      'run_start',
      'step_start one',
      'step_end one',
      'step_start two',
      'log two',
      'run_resume',
      'step_start two',
      'log two',
      'step_end two',
      'run_end',
    ]);
  });

  it('a run that was cancelled before the engine closed stays cancelled', async () => {
    const store = kept();
    const { engine } = await engineOf(project, () => 'ok', { store });
    const { runId } = await engine.workflows.start('hang');
    await first(engine.runs.subscribe(runId), ({ type }) => type === 'log');
    await engine.runs.cancel(runId);
    await engine.close();
    expect((await store.executions.get(runId))?.state).to.equal('cancelled');
  });

  it('close with a time of grace lets work finish and admits nothing new', async () => {
    const held = gate();
    const store = kept();
    const { engine } = await engineOf(
      project,
      async () => {
        await held.opened;
        return 'ok';
      },
      { store },
    );
    const { runId } = await engine.workflows.start('sum', { items: [] });
    const prompt = engine.agents.session('a', 'x').prompt('Hi');
    await first(engine.runs.subscribe(runId), ({ type }) => type === 'turn_start');
    const closing = engine.close({ graceMs: 60_000 });
    expect((await failureOf(engine.workflows.start('sum', { items: [] }))).type).to.equal('shutting_down');
    expect((await failureOf(engine.agents.session('a', 'y').prompt('Hi'))).type).to.equal('shutting_down');
    held.open();
    expect((await prompt).text).to.equal('ok');
    await closing;
    expect((await store.executions.get(runId))?.state).to.equal('succeeded');
  });

  it('close waits for no run that only waits for people, and it goes on at the next start', async () => {
    const store = kept();
    const files = {
      'src/workflows/ask.yaml':
        'steps:\n  - { id: ok, approval: { title: "Go on?" } }\n  - { id: said, set: { is: "${{ steps.ok.output.decision }}" } }\n',
    };
    const { engine } = await engineOf(files, () => 'ok', { store });
    const { runId } = await engine.workflows.start('ask');
    await first(engine.runs.subscribe(runId), ({ type }) => type === 'approval_requested');
    await engine.close({ graceMs: 3_600_000 });
    const { engine: next } = await engineOf(files, () => 'ok', { store });
    await next.approvals.resolve(runId, 'ok', { decision: 'approved' });
    expect(await next.runs.wait(runId)).to.include({ state: 'succeeded' });
    await next.close();
  });

  it('a prompt at work when the engine closes goes on at the next start, its files kept', async () => {
    const store = kept();
    const files = {
      'src/sandboxes/box.yaml': 'type: virtual\nwrite: true\n',
      'src/agents/w.md': '---\ndescription: W.\nmodel: openai/gpt-5\nsandbox: box\n---\n\nYou are it.\n',
    };
    const asked = gate();
    const { engine } = await engineOf(
      files,
      (_request, turn) => {
        if (turn === 1) return { calls: [{ tool: 'write', input: { path: 'f.txt', content: 'kept' } }] };
        asked.open();
        return new Promise(() => undefined);
      },
      { store },
    );
    const prompt = failureOf(engine.agents.session('w', 'x').prompt('Hi'));
    await asked.opened;
    await engine.close();
    expect((await prompt).type).to.equal('shutting_down');
    expect((await store.executions.list({}))[0]).to.deep.include({ state: 'queued' });
    const next = (
      await engineOf(
        files,
        ({ messages }) => (JSON.stringify(messages).includes('f.txt') ? 'seen' : { calls: [{ tool: 'ls' }] }),
        { store },
      )
    ).engine;
    await next.agents.session('w', 'x').prompt('Hi again');
    expect((await store.executions.list({})).map(({ state }) => state)).to.deep.equal([
      'succeeded',
      'succeeded',
    ]);
    expect(linesOf(await next.agents.session('w', 'x').history()).slice(3)).to.deep.equal([
      'assistant: seen',
      'user: Hi again',
      'assistant: seen',
    ]);
    const session = next.agents.session('w', 'x', 'other');
    await session.prompt('List');
    expect(JSON.stringify(await session.history())).to.contain('f.txt');
  });

  for (const change of [
    { 'src/agents/a.md': project['src/agents/a.md'].replace('it', 'other') },
    { 'src/workflows/hang.yaml': `${project['src/workflows/hang.yaml']}output: 1\n` },
  ]) {
    it(`a run goes on when the project changed meanwhile (${Object.keys(change)[0]})`, async () => {
      const store = kept();
      const folder = projectOf(project);
      const { engine } = await engineOf(folder, () => 'ok', { store });
      const { runId } = await engine.workflows.start('hang');
      await first(engine.runs.subscribe(runId), ({ type }) => type === 'log');
      await engine.close();
      writeFiles(folder, change);
      const next = (await engineOf(folder, () => 'ok', { store })).engine;
      await first(next.runs.subscribe(runId), ({ type }) => type === 'run_resume');
      expect((await next.runs.get(runId)).state).to.equal('running');
    });
  }

  it('a run fails, once, when its workflow changed and its version was never stored', async () => {
    const store = kept();
    const { texts: _, ...program } = await programOf(project);
    const { engine } = await engineOf(project, () => 'ok', { store, program });
    const { runId } = await engine.workflows.start('hang');
    await first(engine.runs.subscribe(runId), ({ type }) => type === 'log');
    await engine.close();
    const changed = {
      ...project,
      'src/workflows/hang.yaml': `${project['src/workflows/hang.yaml']}output: 1\n`,
    };
    const next = (await engineOf(changed, () => 'ok', { store })).engine;
    expect(await next.runs.wait(runId)).to.deep.include({
      state: 'failed',
      error: { type: 'spec_changed', message: 'workflow "hang" changed since the run started' },
    });
    expect((await next.runs.events(runId)).filter(({ type }) => type === 'run_end')).to.have.length(1);
  });

  it('a reader takes up nothing and leaves unfinished runs as they are', async () => {
    const store = kept();
    const { engine } = await engineOf(project, () => 'ok', { store });
    const { runId } = await engine.workflows.start('hang');
    await first(engine.runs.subscribe(runId), ({ type }) => type === 'log');
    await engine.close();
    const { engine: reader } = await engineOf(project, () => 'ok', { store, readOnly: true });
    expect((await reader.runs.get(runId)).state).to.equal('queued');
    expect((await reader.runs.events(runId)).at(-1)?.type).not.to.equal('run_resume');
  });

  it('more unfinished runs than one page are all taken up, the oldest first', async () => {
    const store = kept();
    const program = await programOf(project);
    const hash = program.workflows['fails']?.hash ?? '';
    const ids = Array.from(
      { length: 1005 },
      (_, at) => `workflow:fails:01ARZ3NDEKTSV4RRFFQ69G${String(at).padStart(4, '0')}`,
    );
    for (const [at, id] of ids.entries()) {
      await store.executions.insert({
        id,
        kind: 'run',
        name: 'fails',
        key: '',
        state: 'running',
        input: {},
        hash,
        attempts: 1,
        createdAt: at + 1,
      });
    }
    const order: string[] = [];
    const engine = await createEngine({
      program,
      store,
      env: {},
      ports: { models: fakeModels(() => 'ok') },
      observers: [({ type, executionId }) => void (type === 'run_start' && order.push(executionId))],
    });
    await Promise.all(ids.map((id) => engine.runs.wait(id)));
    await engine.close();
    expect(order).to.deep.equal(ids);
  });
});

function stored(events: readonly EngineEvent[]): EngineEvent[] {
  return events.filter(({ index }) => index > 0);
}
