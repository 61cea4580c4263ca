import { expect } from 'chai';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createEngine } from '../../engine/engine.ts';
import { failureOf, linesOf } from '../engine/kit.ts';
import { startFakeServer, textReply, toolReply } from '../fakes/openai-server.ts';
import { projectOf } from '../fakes/project.ts';

const levels = 100_000;
const bottomless = '['.repeat(levels) + ']'.repeat(levels);

describe('regressions: JSON without a bottom', () => {
  let shop: Server;
  before((done) => {
    shop = createServer((_request, response) => {
      response.setHeader('content-type', 'application/json').end(bottomless);
    }).listen(0, '127.0.0.1', done);
  });
  after(() => shop.close());

  it('from models and services is refused, and what was at work goes on', async () => {
    const { port } = shop.address() as AddressInfo;
    const model = await startFakeServer(
      toolReply({ id: 'a', name: 'shop', fragments: [`{"deep":${bottomless}}`] }),
      toolReply({ id: 'b', name: 'shop', fragments: ['{}'] }),
      textReply(bottomless),
    );
    const engine = await createEngine({
      project: projectOf({
        'engine.yaml': {
          secrets: { TOKEN: {} },
          model: 'fake/m',
          providers: { fake: { type: 'openai-compatible', baseUrl: model.baseUrl } },
        },
        'src/agents/a.yaml': { description: 'A.', tools: ['shop'], retries: 0, outputSchema: { type: 'array' } },
        'src/tools/shop.yaml': {
          description: 'S.',
          type: 'http',
          inputSchema: { type: 'object' },
          request: { url: `http://127.0.0.1:${port}/` },
        },
        'src/workflows/w.yaml': { steps: [{ id: 's', tool: 'shop' }] },
      }),
      env: { TOKEN: 'a-secret-value' },
    });
    try {
      const session = engine.agents.session('a', '1');
      expect(await failureOf(session.prompt('Go'))).to.deep.include({ type: 'result_invalid' });
      const results = linesOf(await session.history()).filter((line) => line.startsWith('tool:'));
      expect(results).to.deep.equal([
        'tool: ! "not run: the input is nested deeper than 200 levels"',
        'tool: ! "tool \\"shop\\": the answer is nested deeper than 200 levels"',
      ]);
      expect(await failureOf(engine.workflows.run('w'))).to.deep.equal({
        type: 'tool_failed',
        message: 'tool "shop": the answer is nested deeper than 200 levels',
      });
    } finally {
      await engine.close();
      await model.close();
    }
  });
});
