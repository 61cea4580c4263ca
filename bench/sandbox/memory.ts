import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createSandboxes } from '../../engine/adapters/sandbox/sandboxes.ts';
import type { Sandbox } from '../../engine/ports/sandbox.ts';
import { line } from '../turn/measure.ts';
import { specOf } from './tiers.ts';

/** Prints what open virtual sandboxes hold in memory that have nothing to do, once each ran a command. */
export async function printMemory(folder: string): Promise<void> {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const sandboxes = createSandboxes({ projectRoot: folder });
  const used = async (): Promise<number> => {
    await new Promise((resolve) => setImmediate(resolve));
    collect();
    collect();
    const { heapUsed, external } = process.memoryUsage();
    return heapUsed + external;
  };
  const open = async (count: number, runs: boolean): Promise<Sandbox[]> => {
    const made: Sandbox[] = [];
    for (let index = 0; index < count; index += 1) {
      const sandbox = await sandboxes.open(specOf('virtual'), { env: {}, owner: `o${index}` });
      if (runs) await sandbox.exec('echo hello > a.txt');
      made.push(sandbox);
    }
    return made;
  };
  const kept = await open(20, true);
  const rows: string[] = [line('idle virtual sandbox', 'KiB')];
  for (const [name, runs] of [
    ['opened', false],
    ['opened, and a command was run', true],
  ] as const) {
    const before = await used();
    kept.push(...(await open(200, runs)));
    rows.push(line(name, (((await used()) - before) / 200 / 1024).toFixed(1)));
  }
  process.stdout.write([...rows, '\n'].join('\n'));
  for (const sandbox of kept) await sandbox.close();
}
