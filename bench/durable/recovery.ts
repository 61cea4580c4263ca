import { copyFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { openSqliteStore } from '../../engine/adapters/store/sqlite.ts';
import type { Engine } from '../../engine/api.ts';
import { compile } from '../../engine/compile.ts';
import { createEngine } from '../../engine/engine.ts';
import type { Bench, Figure } from '../durable.ts';
import { startEngine, writeProject } from './project.ts';

const runs = 1000;

/** How long a start takes that finds 1000 runs without an outcome, until all of them are at work or waiting again. */
export async function benchRecovery({ folder }: Bench): Promise<readonly Figure[]> {
  writeProject(folder);
  const engine = await startEngine(folder);
  for (const workflow of ['held', 'waits'])
    await Promise.all(Array.from({ length: runs / 2 }, () => engine.workflows.start(workflow, { n: 1 })));
  await until(async () => (await records(engine)) >= runs);
  // What a kill leaves: the file and its log, as they are.
  for (const suffix of ['', '-wal'])
    if (existsSync(join(folder, `engine.sqlite${suffix}`)))
      copyFileSync(join(folder, `engine.sqlite${suffix}`), join(folder, `killed.sqlite${suffix}`));
  await engine.close();

  const { program } = await compile(folder);
  if (program === undefined) throw new Error('the project has errors');
  const begun = performance.now();
  let resumed = 0;
  let lastAt = 0;
  const again = await createEngine({
    program,
    env: {},
    store: await openSqliteStore({ path: join(folder, 'killed.sqlite') }),
    observers: [
      ({ type }) => {
        if (type !== 'run_resume') return;
        resumed += 1;
        lastAt = performance.now() - begun;
      },
    ],
  });
  const started = performance.now() - begun;
  await until(() => resumed >= runs);
  await again.close();
  return [
    { name: `start with ${runs} unfinished runs`, value: started, unit: 'ms' },
    { name: '  all of them at work or waiting again', value: lastAt, unit: 'ms', target: '≤ 3000' },
  ];
}

/** How many runs have come to where they stay. */
async function records(engine: Engine): Promise<number> {
  const unfinished = await engine.executions({ states: ['running', 'waiting'], limit: 1000 });
  const [last] = unfinished;
  if (last === undefined || unfinished.length < runs) return 0;
  // Runs are carried on in turn: when the last admitted of both kinds hold, so do all before them.
  const events = await Promise.all(unfinished.map(({ id }) => engine.runs.events(id)));
  return events.filter((all) =>
    all.some(({ type, stepPath }) => type === 'step_start' && (stepPath === 'hold' || stepPath === 'rest')),
  ).length;
}

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 20));
}
