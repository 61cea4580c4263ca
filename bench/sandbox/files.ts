import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Sandbox } from '../../engine/ports/sandbox.ts';
import type { Subject } from '../turn/measure.ts';

/** One file of `node:fs`, which is the floor, and of each sandbox. A file is written before it is read. */
export function fileSubjects(
  tiers: readonly { readonly name: string; readonly sandbox: Sandbox }[],
  folder: string,
  how: 'write' | 'read',
  bytes: number,
): readonly Subject[] {
  const content = new Uint8Array(bytes).fill(120);
  const path = join(folder, 'bare', `file-${bytes}`);
  const name = `some/folder/file-${bytes}`;
  return [
    { name: 'node:fs', turn: () => (how === 'write' ? writeFile(path, content) : readFile(path)) },
    ...tiers.map(({ name: tier, sandbox }) => ({
      name: tier,
      turn: () => (how === 'write' ? sandbox.writeFile(name, content) : sandbox.readFile(name)),
    })),
  ];
}
