import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { createEngine } from '../../engine/engine.ts';
import { createServer } from '../../engine/server/index.ts';

describe('looking at a server', () => {
  let project = '';
  afterEach(() => rmSync(project, { recursive: true, force: true }));

  it('imports and runs no code of the project, however often', async () => {
    project = mkdtempSync(join(tmpdir(), 'engine-looking-'));
    const canary = join(project, 'imported.txt');
    const note = (what: string): string =>
      `import { appendFileSync } from 'node:fs';\nappendFileSync(${JSON.stringify(canary)}, '${what}\\n');\n`;
    for (const folder of ['agents', 'tools', 'models'])
      mkdirSync(join(project, 'src', folder), { recursive: true });
    writeFileSync(join(project, 'engine.yaml'), 'model: script/quiet\n');
    writeFileSync(join(project, 'src/models/quiet.yaml'), 'default: { text: done }\n');
    writeFileSync(join(project, 'src/tools/mark.ts'), `${note('tool')}export default () => 'marked';\n`);
    writeFileSync(
      join(project, 'src/tools/mark.yaml'),
      'type: node\nmodule: ./mark.ts\ndescription: Marks.\ninputSchema: { type: object }\n',
    );
    writeFileSync(join(project, 'src/agents/clerk.yaml'), 'description: Marks things.\ntools: [mark]\n');
    writeFileSync(canary, '');
    const engine = await createEngine({ project, store: 'memory', env: {} });
    const server = createServer(engine, { port: 0 });
    const { url } = await server.listen();
    try {
      const atStart = readFileSync(canary, 'utf8');
      for (let round = 0; round < 3; round += 1)
        for (const path of [
          '/agents',
          '/agents/clerk',
          '/workflows',
          '/runs',
          '/openapi.json',
          '/health',
          '/ready',
          '/__engine/status',
        ]) {
          const answer = await fetch(`${url}${path}`);
          await answer.arrayBuffer();
          expect(answer.status, path).to.be.lessThan(500);
        }
      expect(readFileSync(canary, 'utf8')).to.equal(atStart);
      const answer = await fetch(`${url}/agents/clerk/ada`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ message: 'Hello' }),
      });
      expect(answer.status, await answer.text()).to.be.lessThan(300);
      expect(readFileSync(canary, 'utf8')).to.equal('tool\n');
    } finally {
      await server.close();
      await engine.close();
    }
  });
});
