import { closeSync, fdatasyncSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { connect } from '../../engine/adapters/store/sqlite-connection.ts';
import type { Figure } from '../durable.ts';
import { middle, timed } from './timed.ts';

/** What the disk and the driver take for one synced write: nothing durable is faster. */
export async function benchFloor(
  folder: string,
): Promise<{ readonly figures: readonly Figure[]; readonly commitMs: number }> {
  mkdirSync(folder, { recursive: true });
  const file = openSync(join(folder, 'block'), 'w');
  const block = Buffer.alloc(4096, 1);
  const syncs = await timed(300, () => {
    writeSync(file, block);
    fdatasyncSync(file);
  });
  closeSync(file);
  const { commit, close } = await openFloor(folder);
  const commits = await timed(300, commit);
  await close();
  const commitMs = middle(commits);
  return {
    commitMs,
    figures: [
      { name: 'floor: 4 KB written and synced, p50', value: middle(syncs), unit: 'ms' },
      { name: 'floor: one row committed by the driver, p50', value: commitMs, unit: 'ms' },
    ],
  };
}

/** Bare commits of one row by the driver, to be measured in turns with what is compared with them. */
export async function openFloor(
  folder: string,
): Promise<{ commit(): Promise<unknown>; close(): Promise<void> }> {
  const { query, close } = await connect(join(folder, 'floor.sqlite'), 1000);
  await query('PRAGMA store.journal_mode=WAL');
  await query('PRAGMA store.synchronous=FULL');
  await query('CREATE TABLE store.t (a TEXT)');
  const text = 'x'.repeat(500);
  return { commit: () => query('INSERT INTO t VALUES (?)', [text]), close };
}
