import { expect } from 'chai';
import { openSqliteStore } from '../../../engine/adapters/store/sqlite.ts';
import { failureOf } from '../kit.ts';
import { placeOf, witnessTool, type Process } from './child-process.ts';

const files = {
  'src/tools/work.ts': witnessTool(),
  'src/tools/held.ts': witnessTool(true),
  'src/workflows/w.yaml': `steps:
  - { id: one, tool: work, with: { item: one } }
  - { id: rest, wait: { duration: 300ms } }
  - { id: two, tool: work, with: { item: two } }
`,
  'src/workflows/held.yaml': `steps:
  - { id: one, tool: work, with: { item: one } }
  - { id: hold, tool: held, with: { item: hold } }
`,
};

describe('who owns a store', function () {
  this.timeout(120_000);
  const started: Process[] = [];
  afterEach(() => {
    for (const { child } of started.splice(0)) child.kill('SIGKILL');
  });

  it('AC-33: what the owner has at work nobody else takes, and when it dies another goes on at once', async () => {
    const place = await placeOf(files);
    const owner = place.start(['run', 'held', '{}']);
    started.push(owner);
    await owner.until(({ event, stepPath }) => event === 'step_start' && stepPath === 'hold');
    const [said] = await place.start(['resume']).until(({ failed }) => failed !== undefined);
    expect(said?.['failed']).to.deep.include({ type: 'store_locked' });
    expect((said?.['failed'] as { message: string }).message).to.contain(`process ${owner.child.pid}`);
    while (place.witnessed().length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
    owner.child.kill('SIGKILL');
    await owner.exited;
    const next = place.start(['resume']);
    started.push(next);
    await next.until(({ event, stepPath }) => event === 'step_start' && stepPath === 'hold');
    while (place.witnessed().length < 3) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(place.witnessed().map(({ item, attempt }) => `${item} ${attempt}`)).to.deep.equal([
      'one 1',
      'hold 1',
      'hold 2',
    ]);
  });

  it('AC-34: an owner that stands still keeps its store, and goes on where it was', async () => {
    const place = await placeOf(files);
    const owner = place.start(['run', 'w', '{}'], {
      ENGINE_FAILPOINT: 'wait.sleep.before:action=stop',
    });
    started.push(owner);
    await owner.until(({ event, stepPath }) => event === 'step_start' && stepPath === 'rest');
    expect(await failureOf(openSqliteStore({ path: place.path }))).to.include({ type: 'store_locked' });
    // It may stop only now.
    const wake = setInterval(() => owner.child.kill('SIGCONT'), 50);
    expect(await owner.exited).to.equal(null);
    clearInterval(wake);
    expect(place.witnessed().map(({ item }) => item)).to.deep.equal(['one', 'two']);
    const store = await openSqliteStore({ path: place.path });
    const [run] = await store.executions.list({});
    expect(run?.state).to.equal('succeeded');
    await store.close();
  });
});
