import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { openSqliteStore } from '../../engine/adapters/store/sqlite.ts';
import type { Engine } from '../../engine/api.ts';
import { noUsage } from '../../engine/core/message.ts';
import { createEngine } from '../../engine/engine.ts';
import type { Models } from '../../engine/ports/model.ts';

const step = (id: number): string => `  - { id: s${id}, set: { n: '\${{ input.n }}' } }\n`;
const steps = (count: number): string => Array.from({ length: count }, (_, index) => step(index)).join('');
const tools = (count: number): string =>
  Array.from({ length: count }, (_, index) => `  - { id: t${index}, tool: quick, with: {} }\n`).join('');

const files = {
  'engine.yaml': 'model: openai/none\n',
  'src/agents/a.md': '---\ndescription: Answers.\n---\n\nYou are a helpful assistant.\n',
  'src/workflows/one.yaml': `steps:\n${steps(1)}`,
  'src/workflows/eleven.yaml': `steps:\n${steps(11)}`,
  'src/workflows/tool-one.yaml': `steps:\n${tools(1)}`,
  'src/workflows/tool-eleven.yaml': `steps:\n${tools(11)}`,
  'src/workflows/held.yaml': `steps:\n${steps(3)}  - { id: hold, tool: hold, with: {} }\n${step(9)}`,
  'src/workflows/waits.yaml': `steps:\n${steps(3)}  - { id: rest, wait: { duration: 1h } }\n${step(9)}`,
  'src/tools/quick.ts': `export default {
  description: 'Ends at once.',
  inputSchema: { type: 'object' },
  run: () => ({ done: true }),
};`,
  'src/tools/hold.ts': `export default {
  description: 'Never ends.',
  inputSchema: { type: 'object' },
  run: () => new Promise(() => undefined),
};`,
};

/** Writes the project of the measurements. */
export function writeProject(folder: string): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}

/** An engine over a store file, whose models answer at once. */
export async function startEngine(folder: string, file = 'engine.sqlite'): Promise<Engine> {
  return createEngine({
    project: folder,
    store: await openSqliteStore({ path: join(folder, file) }),
    env: {},
    ports: { models },
  });
}

const models: Models = {
  async *stream() {
    await Promise.resolve();
    const content = [{ type: 'text', text: 'Good morning to you.' }] as const;
    yield { type: 'text_delta', text: content[0].text };
    yield { type: 'finish', finish: 'stop', usage: noUsage, message: { role: 'assistant', content } };
  },
};
