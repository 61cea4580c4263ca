import { expect } from 'chai';
import { createSystemClock } from '../../engine/adapters/clock/system.ts';
import { openMemoryStore } from '../../engine/adapters/store/memory.ts';
import { Problem } from '../../engine/core/problem.ts';
import type { Clock } from '../../engine/ports/clock.ts';
import { all, closeEngines, engineOf, gate } from './kit.ts';

describe('engine: work that waits for a store that refuses what is recorded', () => {
  afterEach(closeEngines);

  for (const isTakenAgain of [true, false]) {
    it(`a run that is cancelled meanwhile has begun once (the store takes ${isTakenAgain ? 'all again' : 'nothing yet'} when it is)`, async () => {
      const store = openMemoryStore();
      let refuses = true;
      const refused =
        <Given extends unknown[]>(write: (...given: Given) => Promise<void>) =>
        async (...given: Given): Promise<void> => {
          if (refuses) throw new Problem('store_unavailable', 'the disk is full');
          return write(...given);
        };
      // Whoever waits for the store sleeps; nothing else does here.
      const waits = [gate(), gate()];
      let slept = 0;
      const clock: Clock = {
        ...createSystemClock(),
        sleep(_ms, signal) {
          waits[slept]?.open();
          slept += 1;
          return new Promise((_, reject) => {
            const stop = (): void => reject(signal?.reason as Error);
            if (signal?.aborted === true) return stop();
            signal?.addEventListener('abort', stop, { once: true });
            if (!refuses) return;
            again.push(stop);
          });
        },
      };
      const again: (() => void)[] = [];
      const { engine } = await engineOf(
        {
          'engine.yaml': { name: 'p' },
          'workflows/w.yaml': { steps: [{ id: 'rest', wait: { event: 'go' } }] },
        },
        undefined,
        {
          store: {
            ...store,
            events: { ...store.events, append: refused(store.events.append) },
            checkpoints: { ...store.checkpoints, put: refused(store.checkpoints.put) },
          },
          ports: { clock },
        },
      );
      const { runId } = await engine.workflows.start('w', {});
      await waits[0]?.opened;
      if (isTakenAgain) refuses = false;
      await engine.runs.cancel(runId);
      if (!isTakenAgain) {
        await waits[1]?.opened;
        refuses = false;
        for (const wake of again) wake();
      }
      const types = (await all(engine.runs.subscribe(runId))).map(({ type }) => type);
      expect(types.filter((type) => type === 'run_start')).to.deep.equal(['run_start']);
      expect(types.at(-1)).to.equal('run_end');
      expect((await engine.runs.get(runId)).state).to.equal('cancelled');
    });
  }
});
