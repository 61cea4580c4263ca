import { rename, rm } from 'node:fs/promises';
import type { Query } from './sqlite-connection.ts';
import { makePrivateFile, syncFile } from './sqlite-file.ts';

/**
 * Copies a store whole to `<file>.v<version>.backup` before it gets a newer format, and gives the name of the copy. One that a
 * crash left half done is made again.
 */
export async function backUp(query: Query, file: string, version: number): Promise<string> {
  const backup = `${file}.v${version}.backup`;
  const unfinished = `${backup}.unfinished`;
  await rm(unfinished, { force: true });
  // SQLite fills an empty file that is there, and would give one of its own to everybody.
  await makePrivateFile(unfinished);
  await query('VACUUM store INTO ?', [unfinished]);
  await syncFile(unfinished);
  await rename(unfinished, backup);
  return backup;
}
