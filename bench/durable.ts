import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { benchAdmissions } from './durable/admissions.ts';
import { benchFloor } from './durable/floor.ts';
import { benchKill } from './durable/kill.ts';
import { benchRecovery } from './durable/recovery.ts';
import { benchRuns } from './durable/runs.ts';
import { benchTurns } from './durable/turns.ts';

/*
 * What it costs that accepted work survives. The floor is the disk itself, measured in the same run: a block that is written and
 * synced, and a bare commit of one row by the same driver. `npx tsx bench/durable.ts [part...]`; parts: runs, admissions, turns,
 * recovery, kill.
 */

/** One line of the table: what, its value, the unit, and what it is held to. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly target?: string;
}

/** What every part gets: an empty folder, and what one synced commit costs, in milliseconds. */
export interface Bench {
  readonly folder: string;
  readonly floorMs: number;
}

const parts = {
  runs: benchRuns,
  admissions: benchAdmissions,
  turns: benchTurns,
  recovery: benchRecovery,
  kill: benchKill,
};

const wanted = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), 'bench-durable-'));
try {
  const { figures, commitMs } = await benchFloor(join(folder, 'floor'));
  print(figures);
  for (const [name, bench] of Object.entries(parts)) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    print(await bench({ folder: join(folder, name), floorMs: commitMs }));
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function print(figures: readonly Figure[]): void {
  for (const { name, value, unit, target = '' } of figures) {
    const shown = value < 10 ? value.toFixed(2) : value < 100 ? value.toFixed(1) : value.toFixed(0);
    console.log(`${name.padEnd(52)}${shown.padStart(9)} ${unit.padEnd(8)}${target}`);
  }
}
