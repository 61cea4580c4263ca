import { expect } from 'chai';
import { openMemoryStore } from '../../engine/adapters/store/memory.ts';
import { sessionKey } from '../../engine/core/ids.ts';
import type { ExecutionState } from '../../engine/core/status.ts';
import { forgetSubmissions } from '../../engine/session/submissions/forget-submissions.ts';

describe('records of a deleted session', () => {
  it('are removed however many there are; those that have not ended, and those of others, stay', async () => {
    const store = openMemoryStore();
    const address = { agent: 'clerk', instance: 'ada', session: 'default' };
    const submission = (id: string, session: string, state: ExecutionState, createdAt: number) =>
      store.executions.insert({
        ...{ id, kind: 'submission', name: 'clerk', key: sessionKey({ ...address, session }), state },
        ...{ input: {}, hash: 'hash', attempts: 1, createdAt },
      });
    const count = 2_100;
    for (let at = 0; at < count; at += 1) {
      if (at === 1_050) await submission('open', 'default', 'queued', at);
      if (at === 700) await submission('other', 'second', 'succeeded', at);
      await submission(`s${at}`, 'default', 'succeeded', at);
    }
    await forgetSubmissions(store, address);
    const left = await store.executions.list({ limit: 1000 });
    expect(left.map(({ id }) => id)).to.deep.equal(['open', 'other']);
  });
});
