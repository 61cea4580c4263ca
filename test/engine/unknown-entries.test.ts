import { expect } from 'chai';
import { openMemoryStore } from '../../engine/adapters/store/memory.ts';
import { createEngine } from '../../engine/engine.ts';
import type { EngineEvent } from '../../engine/core/event.ts';
import type { Execution } from '../../engine/ports/store.ts';
import { programOf } from '../fakes/project.ts';

describe('what a newer engine left in the store', () => {
  it('AC-45: work of an unknown kind is left alone, unknown events are passed over, all else goes on', async () => {
    const program = await programOf({
      'engine.yaml': 'model: script/m\n',
      'src/models/m.yaml': 'default: { text: "unused" }\n',
      'src/workflows/flow.yaml': 'steps:\n  - { id: only, set: { n: 1 } }\n',
    });
    const kept = openMemoryStore();
    const store = { ...kept, close: async () => undefined };
    const base: Omit<Execution, 'id' | 'kind'> = {
      name: 'flow',
      key: '',
      state: 'running',
      input: {},
      hash: program.workflows['flow']?.hash ?? '',
      attempts: 1,
      createdAt: Date.now(),
      startedAt: Date.now(),
    };
    const run = 'workflow:flow:01ARZ3NDEKTSV4RRFFQ69G0001';
    await store.executions.insert({ ...base, id: 'quest:1', kind: 'quest' as Execution['kind'] });
    await store.executions.insert({ ...base, id: run, kind: 'run' });
    const event = {
      v: 1,
      id: `${run}#1`,
      executionId: run,
      index: 1,
      type: 'prophecy',
      timestamp: new Date().toISOString(),
      data: {},
    };
    await store.events.append([event as unknown as EngineEvent]);
    await store.checkpoints.put(run, '?omen', { of: ['what', 'comes'] });
    const warnings: string[] = [];
    const listen = (warning: Error): void => void warnings.push(warning.message);
    process.on('warning', listen);
    const engine = await createEngine({ program, store, env: {} });
    expect((await engine.runs.wait(run)).output).to.deep.equal({ n: 1 });
    expect((await engine.workflows.run('flow')).output).to.deep.equal({ n: 1 });
    await new Promise(setImmediate);
    process.off('warning', listen);
    await engine.close();
    expect((await kept.executions.get('quest:1'))?.state).to.equal('running');
    expect(warnings.join('\n')).to.include(
      '"quest:1" is of the kind "quest", which this engine does not know',
    );
  });
});
