import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect } from '../../../engine/adapters/store/sqlite-connection.ts';
import { openSqliteStore } from '../../../engine/adapters/store/sqlite.ts';
import { asProblem } from '../../../engine/core/problem.ts';
import { createEngine } from '../../../engine/engine.ts';

// A run on a disk of 6 MB, `full-disk <project> <disk>`: it fills up, stays so for a while, and then there is room again.
const [project = '', disk = ''] = process.argv.slice(2);
process.removeAllListeners('warning');
process.on('warning', () => undefined);
const ballast = join(disk, 'ballast');
writeFileSync(ballast, Buffer.alloc(5600 * 1024));
const path = join(disk, 'engine.sqlite');
const engine = await createEngine({ project, store: await openSqliteStore({ path }) });
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const { runId } = await engine.workflows.start('w', { text: 'x'.repeat(8000) });
await pause(1000);
const stalled = (await engine.runs.get(runId)).endedAt === undefined;
const refused = await engine.workflows.start('w', { text: 'x'.repeat(200_000) }).then(
  () => 'admitted',
  (thrown: unknown) => asProblem(thrown).code,
);
rmSync(ballast);
const { state } = await engine.runs.wait(runId, { signal: AbortSignal.timeout(40_000) });
await engine.close();
const { query, close } = await connect(path, 1000);
const [row] = await query('PRAGMA store.integrity_check');
await close();
console.log(JSON.stringify({ stalled, refused, state, integrity: row?.['integrity_check'] }));
