import { statSync } from 'node:fs';
import { join } from 'node:path';
import { openSqliteStore } from '../../engine/adapters/store/sqlite.ts';
import { sessionKey } from '../../engine/core/ids.ts';
import type { Json } from '../../engine/core/json.ts';
import type { Bench, Figure } from '../durable.ts';
import { startEngine, writeProject } from './project.ts';
import { cpuTime, middle, rate, timed } from './timed.ts';

/** What a turn costs behind histories of different length, and what it leaves on the disk. */
export async function benchTurns({ folder }: Bench): Promise<readonly Figure[]> {
  writeProject(folder);
  const lengths = [50, 500, 5000] as const;
  await fill(join(folder, 'engine.sqlite'), lengths);
  const engine = await startEngine(folder);
  const figures: Figure[] = [];
  const turns = lengths.map((length) => ({ length, times: [] as number[] }));
  for (const { length } of turns) {
    const [first = 0] = await timed(1, () => engine.agents.session('a', `h${length}`).prompt('Hello'));
    figures.push({ name: `first turn behind ${length} turns, read from disk`, value: first, unit: 'ms' });
  }
  // In turns, so that all see the same machine.
  for (let round = 0; round < 200; round += 1)
    for (const { length, times } of turns)
      times.push(...(await timed(1, () => engine.agents.session('a', `h${length}`).prompt('Hello'))));
  const short = middle(turns[0]?.times.sort((a, b) => a - b) ?? []);
  for (const { length, times } of turns) {
    const value = middle(times.sort((a, b) => a - b));
    figures.push(
      {
        name: `turn behind ${length} turns, p50`,
        value,
        unit: 'ms',
        ...(length === 50 ? { target: '≤ 2' } : {}),
      },
      ...(length === 50
        ? []
        : [{ name: '  to that behind 50', value: value / short, unit: '×', target: '≤ 1.2' }]),
    );
  }
  figures.push({
    name: 'processor time of a turn behind 50 turns, all threads',
    value: await cpuTime(20, () => engine.agents.session('a', 'h50').prompt('Hello')),
    unit: 'ms',
  });
  await engine.close();

  const path = join(folder, 'bytes.sqlite');
  const other = await startEngine(folder, 'bytes.sqlite');
  const count = 2000;
  await other.agents.session('a', 'warm').prompt('Hello');
  await rate(count, 8, (index) => other.agents.session('a', `b${index % 8}`).prompt('Hello'));
  await other.close();
  figures.push({
    name: 'bytes on disk a trivial turn',
    value: statSync(path).size / count,
    unit: 'B',
    target: '≤ 2048',
  });
  return figures;
}

/** Sessions with so many turns each, written as the engine writes them. */
async function fill(path: string, lengths: readonly number[]): Promise<void> {
  const store = await openSqliteStore({ path });
  const say = (role: string, text: string): Json => ({ role, content: [{ type: 'text', text }] });
  for (const length of lengths) {
    const key = sessionKey({ agent: 'a', instance: `h${length}`, session: 'default' });
    const entry = (index: number): Json =>
      index % 2 === 0 ? say('user', 'Hello') : say('assistant', 'Good morning.');
    await Promise.all(
      Array.from({ length: length * 2 }, (_, index) =>
        store.documents.set('entries', `${key}.${String(index).padStart(8, '0')}`, entry(index)),
      ),
    );
  }
  await store.close();
}
