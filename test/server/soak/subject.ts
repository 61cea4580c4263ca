import { createEngine } from '../../../engine/engine.ts';
import { Problem } from '../../../engine/core/problem.ts';
import { noUsage, textOf } from '../../../engine/core/message.ts';
import type { Models } from '../../../engine/ports/model.ts';
import { createServer } from '../../../engine/server/index.ts';
import { programOf } from '../../fakes/project.ts';
import type { Stats } from './stats.ts';

/** The process of a server under test: tells its address, then its state whenever it is asked. Run with `--expose-gc`. */

const piece = 'x'.repeat(10_000);

/** `slow`: takes a while; `flood`: 100 MB in deltas; `break`: fails; else one delta. */
const models: Models = {
  async *stream({ messages, signal }) {
    const last = messages.at(-1);
    const text = last === undefined ? '' : textOf(last);
    if (text.includes('slow')) {
      await new Promise<void>((resolve, reject) => {
        const timer = setTimeout(resolve, 50);
        signal.addEventListener('abort', () => {
          clearTimeout(timer);
          reject(new Problem('aborted', 'aborted'));
        });
      });
    }
    if (text.includes('break')) throw new Problem('model_failed', 'the model is broken');
    const count = text.includes('flood') ? 10_000 : 1;
    for (let n = 0; n < count; n += 1) {
      yield { type: 'text_delta', text: count === 1 ? 'Hello.' : piece };
      if (n % 100 === 99) await new Promise((resolve) => setImmediate(resolve));
    }
    yield {
      type: 'finish',
      finish: 'stop',
      usage: noUsage,
      message: { role: 'assistant', content: [{ type: 'text', text: 'Hello.' }] },
    };
  },
};

const program = await programOf({
  'engine.yaml': {
    name: 'soak',
    model: 'script/echo',
    server: { limits: { connections: 5000 } },
  },
  'models/echo.yaml': { default: { text: 'unused' } },
  'agents/echo.md': '---\ndescription: Repeats.\n---\nRepeat what you hear.\n',
  'workflows/greet.yaml': {
    description: 'Greets.',
    steps: [{ id: 'greet', agent: 'echo', message: 'slow' }],
    output: '${{ steps.greet.output }}',
  },
  'workflows/large.yaml': {
    description: 'Gives 100 MB in stored events.',
    steps: [
      {
        id: 'all',
        loop: { maxIterations: 1000, until: 'index == 999' },
        steps: [{ id: 'one', set: { text: 'y'.repeat(100_000) } }],
        output: null,
      },
    ],
  },
});
const engine = await createEngine({ program, ports: { models } });
const server = createServer(engine, { port: 0, log: () => undefined });
const { url } = await server.listen();

process.on('message', (message) => {
  if (message === 'close') {
    void server
      .close()
      .then(() => engine.close())
      .then(() => process.exit(0));
    return;
  }
  if (message === 'stats') void stats().then((found) => process.send?.(found));
});
process.send?.({ url });

async function stats(): Promise<Stats> {
  for (let n = 0; n < 3; n += 1) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    (globalThis as { gc?: () => void }).gc?.();
  }
  const handles: Record<string, number> = {};
  for (const name of process.getActiveResourcesInfo()) handles[name] = (handles[name] ?? 0) + 1;
  const { heapUsed, rss, external } = process.memoryUsage();
  return {
    handles,
    heapMb: heapUsed / 1e6,
    externalMb: external / 1e6,
    rssMb: rss / 1e6,
    listeners: process.eventNames().reduce((sum, name) => sum + process.listenerCount(name), 0),
  };
}
