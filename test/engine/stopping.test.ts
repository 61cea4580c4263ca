import { expect } from 'chai';
import { join } from 'node:path';
import { openSqliteStore } from '../../engine/adapters/store/sqlite.ts';
import { armFailpoints } from '../../engine/core/failpoint.ts';
import { temporaryFolder } from '../fakes/project.ts';
import { closeEngines, engineOf, gate } from './kit.ts';

const files = {
  'engine.yaml': 'model: script/m\n',
  'src/models/m.yaml': 'default: { text: "heard" }\n',
  'src/agents/clerk.yaml': 'description: Hears.\n',
  'src/tools/hold.ts':
    'export default { description: "Holds.", inputSchema: { type: "object" }, run: () => 1 };\n',
  'src/workflows/tells.yaml': `steps:
  - { id: hold, tool: hold, with: {} }
  - { id: told, dispatch: { agent: clerk, message: hello } }
output: '\${{ steps.told.output.agent }}'
`,
  'src/workflows/calls.yaml': `steps:
  - { id: hold, tool: hold, with: {} }
  - { id: part, workflow: part }
output: '\${{ steps.part.output.x }}'
`,
  'src/workflows/asks.yaml': `steps: [{ id: sign, approval: { title: 'Go on?' } }]
output: '\${{ steps.sign.output.decision }}'
`,
  'src/workflows/part.yaml': 'steps: [{ id: it, set: { x: 1 } }]\n',
  'src/workflows/outer.yaml': `steps: [{ id: inner, workflow: inner }]
output: '\${{ steps.inner.output }}'
`,
  'src/workflows/inner.yaml': `steps: [{ id: held, workflow: held }]
output: '\${{ steps.held.output }}'
`,
  'src/workflows/held.yaml': `steps: [{ id: hold, tool: hold, with: {} }]
output: '\${{ steps.hold.output }}'
`,
  'src/workflows/signs.yaml': 'steps: [{ id: asks, workflow: asks }]\n',
};

const acts = { kill: () => undefined, stop: () => undefined, delay: () => Promise.resolve() };

describe('an engine that stops while a run is at work', () => {
  afterEach(async () => {
    armFailpoints('', acts);
    await closeEngines();
  });

  for (const [workflow, what, output] of [
    ['tells', 'hand a message over', 'clerk'],
    ['calls', 'call a run', 1],
  ] as const)
    for (const graceMs of [0, 20_000])
      it(`lets it ${what}, at once or after the next start, within ${graceMs} ms`, async () => {
        const path = join(temporaryFolder(), 'engine.sqlite');
        const began = gate();
        const hold = gate<number>();
        const tool = { description: '', inputSchema: {}, outputSchema: undefined };
        const run = (): Promise<number> => (began.open(), hold.opened);
        const { engine } = await engineOf(files, undefined, {
          store: await openSqliteStore({ path }),
          ports: {
            tools: {
              open: async () => ({ ...tool, run }),
              request: () => Promise.reject(new Error('no request is made')),
            },
          },
        });
        const { runId } = await engine.workflows.start(workflow);
        await began.opened;
        const closed = engine.close({ graceMs });
        hold.open(2);
        await closed;
        const { engine: next } = await engineOf(files, undefined, { store: await openSqliteStore({ path }) });
        const ended = await next.runs.wait(runId);
        expect([ended.state, ended.output], JSON.stringify(ended.error)).to.deep.equal(['succeeded', output]);
      });

  it('waits within the grace for runs that wait for what is at work, and for nothing that waits for people', async () => {
    const path = join(temporaryFolder(), 'engine.sqlite');
    const began = gate();
    const hold = gate<number>();
    const tool = { description: '', inputSchema: {}, outputSchema: undefined };
    const { engine } = await engineOf(files, undefined, {
      store: await openSqliteStore({ path }),
      ports: {
        tools: {
          open: async () => ({ ...tool, run: () => (began.open(), hold.opened) }),
          request: () => Promise.reject(new Error('no request is made')),
        },
      },
    });
    const resting = await engine.workflows.start('signs');
    while ((await engine.approvals.list()).length === 0) await new Promise(setImmediate);
    const { runId } = await engine.workflows.start('outer');
    await began.opened;
    const closed = engine.close({ graceMs: 600_000 });
    hold.open(2);
    await closed;
    const store = await openSqliteStore({ path, readOnly: true });
    const { state, output } = (await store.executions.get(runId)) ?? {};
    const left = (await store.executions.get(resting.runId))?.state;
    await store.close();
    expect([state, output, left]).to.deep.equal(['succeeded', 2, 'queued']);
  });

  it('tells of an answer that is there already once, when the step is recorded after the next start', async () => {
    const path = join(temporaryFolder(), 'engine.sqlite');
    const { engine } = await engineOf(files, undefined, { store: await openSqliteStore({ path }) });
    const { runId } = await engine.workflows.start('asks');
    for await (const { type } of engine.runs.subscribe(runId)) if (type === 'approval_requested') break;
    const reached = gate();
    const hold = gate();
    const delay = (): Promise<void> => (reached.open(), hold.opened);
    armFailpoints('wait.signal.after:action=delay:1', { ...acts, delay });
    await engine.approvals.resolve(runId, 'sign', { decision: 'approved' });
    await reached.opened;
    const closed = engine.close();
    // The work has heard that it stops.
    await new Promise(setImmediate);
    hold.open();
    await closed;
    const { engine: next } = await engineOf(files, undefined, { store: await openSqliteStore({ path }) });
    expect((await next.runs.wait(runId)).output).to.equal('approved');
    const types = (await next.runs.events(runId)).map(({ type }) => type);
    expect(types.filter((type) => type === 'approval_resolved' || type === 'step_end')).to.deep.equal([
      'approval_resolved',
      'step_end',
    ]);
  });
});
