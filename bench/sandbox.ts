import { mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { commandSubjects } from './sandbox/commands.ts';
import { fileSubjects } from './sandbox/files.ts';
import { printMemory } from './sandbox/memory.ts';
import { openTiers } from './sandbox/tiers.ts';
import { measure, print } from './turn/measure.ts';

/*
 * What sandboxes cost: a command in each tier beside a bare `sh -c` of the same process, files beside those of `node:fs`, and what idle
 * virtual sandboxes hold in memory. The samples of a table are taken in turns. `npx tsx bench/sandbox.ts [samples]`.
 */

const samples = Number(process.argv[2] ?? 100);
const folder = realpathSync(mkdtempSync(join(tmpdir(), 'bench-sandbox-')));
mkdirSync(join(folder, 'bare'));
const tiers = await openTiers(folder);
try {
  for (const [title, line] of [
    ['command that does nothing', 'true'],
    ['grep of 200 lines, in a pipe', 'grep line lines.txt | wc -l'],
    ['arithmetic with a variable, in a thread of its own in virtual', 'x=1; echo $((x + 1))'],
  ] as const)
    print(title, await measure(commandSubjects(tiers, folder, line), samples, 5));
  for (const kib of [4, 1024])
    for (const how of ['write', 'read'] as const)
      print(`${how} ${kib} KiB`, await measure(fileSubjects(tiers, folder, how, kib * 1024), samples, 5));
  await printMemory(folder);
} finally {
  for (const { sandbox } of tiers) await sandbox.close();
  rmSync(folder, { recursive: true, force: true });
}
