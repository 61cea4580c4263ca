import { expect } from 'chai';
import { placeOf } from './ac/child-process.ts';
import { openSqliteStore } from '../../engine/adapters/store/sqlite.ts';

const words = Array.from({ length: 30 }, (_, index) => `word${index} `);

describe('engine: what a model had written when the process was killed', () => {
  const files = {
    'engine.yaml': 'model: script/m\n',
    'src/models/m.yaml': `default: { chunks: ${JSON.stringify(words)}, chunkDelay: 100ms }\n`,
    'src/agents/h.md': '---\ndescription: H.\nlimits: { modelCalls: 1 }\n---\nHelp.\n',
  };

  it('is told when the prompt goes on, is no call of its budget, and is not kept twice', async () => {
    const place = await placeOf(files);
    const { child, exited } = place.start(['prompt', 'h', 'go']);
    const kept = async (): Promise<string | undefined> => {
      const store = await openSqliteStore({ path: place.path, readOnly: true });
      try {
        const [first] = await store.documents.keys('partials', { limit: 1 });
        return first?.key;
      } finally {
        await store.close();
      }
    };
    for (let key: string | undefined; key === undefined;) key = await kept().catch(() => undefined);
    child.kill('SIGKILL');
    await exited;
    await place.start(['resume']).exited;
    const store = await openSqliteStore({ path: place.path, readOnly: true });
    const [submission] = await store.executions.list({ kind: 'submission' });
    const events = await store.events.read(submission?.id ?? '', { after: 0, limit: 1000 });
    const ends = events.flatMap((event) => (event.type === 'turn_end' ? [event] : []));
    const starts = events.filter(({ type }) => type === 'turn_start');
    expect(submission).to.deep.include({ state: 'succeeded', output: words.join('') });
    expect(ends.map(({ data }) => data.finish)).to.deep.equal(['interrupted', 'stop']);
    expect(ends.map(({ turnId }) => turnId)).to.deep.equal(starts.map(({ turnId }) => turnId));
    expect(ends[0]?.data.text).to.match(/^word0 word1 /);
    expect(words.join('').startsWith(ends[0]?.data.text ?? '-')).to.equal(true);
    expect(await store.documents.keys('partials', { limit: 1 })).to.deep.equal([]);
    await store.close();
  }).timeout(120_000);
});
