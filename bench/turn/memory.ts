import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { constantModels } from './instant-models.ts';
import { line } from './measure.ts';
import { startEngine } from './start-engine.ts';

/** Prints what instances hold in memory that have nothing to do: a few, which stay there, and many, most of which are let go. */
export async function printMemory(): Promise<void> {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const { engine, close } = await startEngine('sqlite', constantModels());
  const heap = async (): Promise<number> => {
    await new Promise((resolve) => setImmediate(resolve));
    collect();
    collect();
    return process.memoryUsage().heapUsed;
  };
  let made = 0;
  const make = async (count: number): Promise<void> => {
    for (let end = made + count; made < end; made += 1)
      for (let turn = 0; turn < 5; turn += 1)
        await engine.agents.session('bench', `m${made}`).prompt('Hello');
  };
  await make(20);
  const before = await heap();
  await make(200);
  const few = await heap();
  await make(100);
  const full = await heap();
  await make(1000);
  const many = await heap();
  await close();
  const bytes = (from: number, to: number, count: number): string => ((to - from) / count / 1024).toFixed(2);
  process.stdout.write(
    [
      line('idle instance, 5 turns each', 'KiB heap'),
      line('of the first 220', bytes(before, few, 200)),
      line('of 1000 more than are kept', bytes(full, many, 1000)),
      '\n',
    ].join('\n'),
  );
}
