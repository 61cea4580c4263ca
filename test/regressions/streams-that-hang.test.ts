import { expect } from 'chai';
import { createSseParser } from '../../engine/client/index.ts';
import { createEngine } from '../../engine/engine.ts';
import { createServer } from '../../engine/server/index.ts';
import { openTalk } from '../server/talk.ts';
import { programOf } from '../fakes/project.ts';
import { expectWithin } from '../fakes/contention.ts';

/*
 * P23: what is to be run cannot be loaded, so nothing ever ends the stream of its events.
 */
describe('a stream of what cannot be loaded (P23)', () => {
  it('tells the error and ends at once, over HTTP and over a socket', async () => {
    const engine = await createEngine({
      program: await programOf({
        'engine.yaml': { name: 'broken' },
        'workflows/broken.ts':
          "import { defineWorkflow } from 'flue-engine';\nthrow new Error('boom');\n" +
          "export default defineWorkflow({ name: 'broken', description: 'Never.', run: () => null });\n",
        'tools/broken.ts': "throw new Error('boom');\nexport default undefined;\n",
        'workflows/tooled.yaml': {
          description: 'Calls a broken tool.',
          steps: [{ id: 'call', tool: 'broken', with: {} }],
        },
      }),
      store: 'memory',
    });
    const server = createServer(engine, { port: 0, log: () => undefined });
    const { url } = await server.listen();
    const headers = { accept: 'text/event-stream', 'content-type': 'application/json' };
    const ask = (name: string): Promise<Response> =>
      fetch(`${url}/workflows/${name}`, { method: 'POST', headers, body: '{}' });
    try {
      const begin = performance.now();
      const refused = await ask('broken');
      expect(refused.status).to.equal(500);
      expect(await refused.json()).to.have.nested.property('error.type', 'invalid_project');
      const failed = createSseParser().push(await (await ask('tooled')).text());
      expect(failed.slice(-2).map(({ event }) => event)).to.deep.equal(['run_end', 'error']);
      for (const name of ['broken', 'tooled']) {
        const talk = openTalk(url, `/workflows/${name}`);
        talk.send({ v: 1, type: 'invoke', requestId: 'a' });
        expect(await talk.next(({ type }) => type === 'error')).to.include({ requestId: 'a' });
        talk.socket.close();
      }
      expectWithin(performance.now() - begin, 4_000);
    } finally {
      await server.close();
      await engine.close();
    }
  });
});
