import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compile } from '../../engine/compile.ts';
import { noUsage } from '../../engine/core/message.ts';
import { createEngine } from '../../engine/engine.ts';
import type { Models } from '../../engine/ports/model.ts';
import { createServer } from '../../engine/server/index.ts';

/** Serves an engine whose model answers at once, or, of the agent `busy`, never. Gives the address and the folder to remove. */
export async function serveEngine(
  store: 'memory' | 'sqlite',
): Promise<{ readonly url: string; readonly folder: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-http-'));
  const files = {
    'engine.yaml': `name: bench\nmodel: script/instant\nstore: { type: ${store} }\nserver: { limits: { connections: 20000 } }\n`,
    'echo.md': '---\nkind: agent\nname: echo\ndescription: Answers.\n---\nAnswer.\n',
    'busy.md':
      '---\nkind: agent\nname: busy\ndescription: Works.\nmodel: script/never\nqueueLimit: 100000\n---\nWork.\n',
    'instant.yaml': 'kind: model\nname: instant\ndefault: { text: unused }\n',
    'never.yaml': 'kind: model\nname: never\ndefault: { text: unused }\n',
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  const { program, diagnostics } = await compile(folder);
  if (program === undefined) throw new Error(diagnostics.map(({ message }) => message).join('\n'));
  const engine = await createEngine({ program, ports: { models } });
  const { url } = await createServer(engine, { port: 0 }).listen();
  return { url, folder };
}

const models: Models = {
  async *stream({ model: { id }, signal }) {
    if (id === 'never')
      await new Promise((_, reject) =>
        signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true }),
      );
    yield { type: 'text_delta', text: 'Good morning to you.' };
    yield {
      type: 'finish',
      finish: 'stop',
      usage: noUsage,
      message: { role: 'assistant', content: [{ type: 'text', text: 'Good morning to you.' }] },
    };
  },
};
