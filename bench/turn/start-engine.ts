import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { openSqliteStore } from '../../engine/adapters/store/sqlite.ts';
import type { Engine, EngineOptions } from '../../engine/api.ts';
import { createEngine } from '../../engine/engine.ts';
import type { Models } from '../../engine/ports/model.ts';

/** What the agents of the measurements are told. */
export const system = 'You are a helpful assistant.';

/** An engine with the agents `bench`, which answers, and `adder`, which has the tool `add`; its folder goes when it is closed. */
export async function startEngine(
  kind: 'memory' | 'sqlite',
  models: Models,
  options: EngineOptions = {},
): Promise<{ readonly engine: Engine; close(): Promise<void> }> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-'));
  const files = {
    'src/agents/bench.md': `---\ndescription: Answers.\nmodel: openai/instant\n---\n\n${system}\n`,
    'src/agents/adder.md': `---\ndescription: Adds.\nmodel: openai/instant\ntools: [add]\n---\n\n${system}\n`,
    'src/tools/add.ts': `export default {
  description: 'Adds two numbers.',
  inputSchema: { type: 'object', properties: { a: { type: 'number' }, b: { type: 'number' } }, required: ['a', 'b'] },
  run: ({ a, b }) => a + b,
};
`,
  };
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  const store = kind === 'memory' ? 'memory' : await openSqliteStore({ path: join(folder, 'engine.sqlite') });
  const engine = await createEngine({ project: folder, store, env: {}, ports: { models }, ...options });
  return {
    engine,
    async close() {
      await engine.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
