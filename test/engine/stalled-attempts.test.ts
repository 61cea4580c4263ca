import { expect } from 'chai';
import { createSystemClock } from '../../engine/adapters/clock/system.ts';
import { openMemoryStore } from '../../engine/adapters/store/memory.ts';
import { Problem } from '../../engine/core/problem.ts';
import type { Store } from '../../engine/ports/store.ts';
import { closeEngines, engineOf, first, gate } from './kit.ts';

const project = {
  'engine.yaml': { name: 'p' },
  'workflows/w.yaml': { steps: [{ id: 'rest', wait: { event: 'go' } }] },
};

describe('engine: how often work was taken up', () => {
  afterEach(closeEngines);

  it('a run that waited for its store in this process was not taken up once more', async () => {
    const store = openMemoryStore();
    const { engine: before } = await engineOf(project, undefined, { store: kept(store) });
    const { runId } = await before.workflows.start('w', {});
    await first(before.runs.subscribe(runId), ({ type }) => type === 'step_start');
    await before.close({ graceMs: 0 });
    // As if it had taken four processes down before it got as far as it is.
    await store.executions.start(runId, Date.now(), 4);

    let refuses = false;
    const refused = gate();
    const freed = gate();
    const { engine } = await engineOf(project, undefined, {
      store: {
        ...kept(store),
        checkpoints: {
          ...store.checkpoints,
          put: async (...given) => {
            if (refuses) {
              refused.open();
              throw new Problem('store_unavailable', 'the disk is full');
            }
            await store.checkpoints.put(...given);
          },
        },
      },
      ports: {
        clock: {
          ...createSystemClock(),
          sleep: (_ms, signal) =>
            new Promise((resolve, reject) => {
              signal?.addEventListener('abort', () => reject(signal.reason as Error));
              void freed.opened.then(resolve);
            }),
        },
      },
    });
    await first(engine.runs.subscribe(runId), ({ type }) => type === 'run_resume');
    refuses = true;
    await engine.runs.signal(runId, 'go', {});
    await refused.opened;
    refuses = false;
    freed.open();
    await first(engine.runs.subscribe(runId), ({ type }) => type === 'run_end');
    expect(await store.executions.get(runId)).to.include({ state: 'succeeded', attempts: 1 });
  });
});

/** A store that outlives the engines over it. */
function kept(store: Store): Store {
  return { ...store, close: async () => undefined };
}
