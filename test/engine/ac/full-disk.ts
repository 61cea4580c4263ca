import { closeSync, existsSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { connect } from '../../../engine/adapters/store/sqlite-connection.ts';
import { openSqliteStore } from '../../../engine/adapters/store/sqlite.ts';
import { asProblem } from '../../../engine/core/problem.ts';
import { createEngine } from '../../../engine/engine.ts';

// A run on a disk of 6 MB, `full-disk <project> <disk>`: it fills up in the middle of the run, and then there is room again.
const [project = '', disk = ''] = process.argv.slice(2);
process.removeAllListeners('warning');
process.on('warning', () => undefined);
const ballast = join(disk, 'ballast');
const witness = process.env['WITNESS'] ?? '';
const path = join(disk, 'engine.sqlite');
const engine = await createEngine({ project, store: await openSqliteStore({ path }) });
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const { runId } = await engine.workflows.start('w', { text: 'x'.repeat(8000) });
while (!existsSync(`${witness}.held`)) await pause(5);
fill(ballast);
writeFileSync(`${witness}.full`, '');
// What the log of the store has room for it still takes.
let refused = 'admitted';
while (refused === 'admitted')
  refused = await engine.workflows.start('probe', { text: 'x'.repeat(300_000) }).then(
    () => 'admitted',
    (thrown: unknown) => asProblem(thrown).code,
  );
const stalled = (await engine.runs.get(runId)).endedAt === undefined;
rmSync(ballast);
const { state } = await engine.runs.wait(runId, { signal: AbortSignal.timeout(40_000) });
await engine.close();
const { query, close } = await connect(path, 1000);
const [row] = await query('PRAGMA store.integrity_check');
await close();
console.log(JSON.stringify({ stalled, refused, state, integrity: row?.['integrity_check'] }));

/** Writes a file until nothing more fits on its disk. */
function fill(path: string): void {
  const file = openSync(path, 'w');
  try {
    for (const piece = Buffer.alloc(4096); ;) writeSync(file, piece);
  } catch {
    closeSync(file);
  }
}
