import { expect } from 'chai';
import { createEngine } from '../../engine/engine.ts';
import { createServer } from '../../engine/server/index.ts';
import { routes } from '../../engine/server/routes/routes.ts';
import { programOf } from '../fakes/project.ts';

const counter = 'globalThis.codeOfReads = (globalThis.codeOfReads ?? 0) + 1;\n';
const runs = (): number => (globalThis as { codeOfReads?: number }).codeOfReads ?? 0;

describe('what only reads', () => {
  // Where the files of an agent that is code are, only that code knows.
  const isKnownByCode = (place: string): boolean => /^\/agents\/coded\/some\/files/.test(place);

  it('runs no code of the project and changes nothing, on every route', async () => {
    const program = await programOf({
      'engine.yaml': { name: 'quiet', model: 'script/echo' },
      'src/models/echo.yaml': { default: { text: 'unused' } },
      'src/agents/coded.ts': `${counter}export default () => { ${counter} return { description: 'x', instructions: 'y' }; };\n`,
      'src/agents/plain.yaml': { description: 'Plain.' },
      'src/tools/act.yaml': {
        ...{ type: 'node', module: './act.ts', description: 'Acts.', inputSchema: { type: 'object' } },
      },
      'src/tools/act.ts': `${counter}export default () => { ${counter} return 1; };\n`,
      'src/workflows/coded.ts': `${counter}import { defineWorkflow } from 'flue-engine';\nexport default defineWorkflow({ name: 'coded', description: 'x', run: () => null });\n`,
      'src/workflows/plain.yaml': { description: 'Plain.', steps: [{ id: 'one', tool: 'act', with: {} }] },
    });
    const engine = await createEngine({ program, store: 'memory' });
    const server = createServer(engine, { port: 0, log: () => undefined });
    const { url } = await server.listen();
    try {
      const before = runs();
      for (const name of ['coded', 'plain'])
        for (const { path } of routes.filter(({ method }) => method === 'GET'))
          for (const method of ['GET', 'HEAD']) {
            const place = path.replace(':name', name).replace(/:\w+/g, 'some');
            if (isKnownByCode(place)) continue;
            const response = await fetch(url + place, { method });
            await response.arrayBuffer();
            expect(response.status, place).to.be.lessThan(500);
          }
      expect(runs()).to.equal(before);
      expect(await engine.executions({ limit: 10 })).to.deep.equal([]);
      for (const name of ['coded', 'plain']) expect(await engine.agents.instances(name)).to.deep.equal([]);
    } finally {
      await server.close();
      await engine.close();
    }
  });
});
