import { expect } from 'chai';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { placeOf } from './ac/child-process.ts';
import { chunk } from '../fakes/openai-server.ts';
import { openSqliteStore } from '../../engine/adapters/store/sqlite.ts';

const words = Array.from({ length: 30 }, (_, index) => `word${index} `);

describe('engine: what a model had written when the process was killed', () => {
  let server: Server;
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  /** A model that writes all words each time; the first time slowly, and without an end. */
  async function startModel(): Promise<string> {
    let calls = 0;
    server = createServer((request, response) => {
      request.resume();
      calls += 1;
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      const say = (word: string): void =>
        void response.write(`data: ${JSON.stringify(chunk({ delta: { content: word } }))}\n\n`);
      if (calls > 1) {
        words.forEach(say);
        const end = chunk({ delta: {}, finish_reason: 'stop' });
        response.end(`data: ${JSON.stringify(end)}\n\ndata: [DONE]\n\n`);
        return;
      }
      const [...left] = words;
      const timer = setInterval(() => {
        const word = left.shift();
        if (word !== undefined) say(word);
      }, 100);
      response.once('close', () => clearInterval(timer));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
  }

  it('is told when the prompt goes on, is no call of its budget, and is not kept twice', async () => {
    const place = await placeOf({
      'engine.yaml': {
        model: 'local/m',
        providers: { local: { type: 'openai-compatible', baseUrl: await startModel() } },
      },
      'src/agents/h.md': '---\ndescription: H.\nlimits: { modelCalls: 1 }\n---\nHelp.\n',
    });
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
    while ((await kept().catch(() => undefined)) === undefined) await setTimeout(20);
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
    expect(ends[0]?.data.text).to.match(/^word0 /);
    expect(words.join('').startsWith(ends[0]?.data.text ?? '-')).to.equal(true);
    expect(await store.documents.keys('partials', { limit: 1 })).to.deep.equal([]);
    await store.close();
  }).timeout(120_000);
});
