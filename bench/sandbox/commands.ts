import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Sandbox } from '../../engine/ports/sandbox.ts';
import type { Subject } from '../turn/measure.ts';

/** A command of plain `sh -c`, which is the floor, and of each sandbox. */
export function commandSubjects(
  tiers: readonly { readonly name: string; readonly sandbox: Sandbox }[],
  folder: string,
  line: string,
): readonly Subject[] {
  const cwd = join(folder, 'bare');
  writeFileSync(join(cwd, 'lines.txt'), 'a line of text\n'.repeat(200));
  return [
    { name: 'sh -c', turn: () => bare(line, cwd) },
    ...tiers.map(({ name, sandbox }) => ({ name, turn: () => sandbox.exec(line) })),
  ];
}

function bare(line: string, cwd: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn('/bin/sh', ['-c', line], { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
    child.stdout.resume();
    child.stderr.resume();
    child.once('error', reject);
    child.once('close', () => {
      resolve();
    });
  });
}
