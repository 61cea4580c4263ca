import type { Bench, Figure } from '../durable.ts';
import { openFloor } from './floor.ts';
import { startEngine, writeProject } from './project.ts';
import { cpuTime, middle, rate, timed } from './timed.ts';

const workflows = ['one', 'eleven', 'tool-one', 'tool-eleven'];

/** What a durable step costs, and how many tiny runs there are in a second, from start to outcome. */
export async function benchRuns({ folder }: Bench): Promise<readonly Figure[]> {
  writeProject(folder);
  const engine = await startEngine(folder);
  const run = (workflow: string): Promise<unknown> => engine.workflows.run(workflow, { n: 1 });
  await rate(200, 4, () => run('eleven'));
  const floor = await openFloor(folder);
  const commits: number[] = [];
  const times = new Map<string, number[]>(workflows.map((name) => [name, []]));
  // In turns, so that all see the same machine.
  for (let round = 0; round < 150; round += 1) {
    for (const [name, all] of times) all.push(...(await timed(1, () => run(name))));
    commits.push(...(await timed(2, floor.commit)));
  }
  await floor.close();
  const floorMs = middle(commits.sort((a, b) => a - b));
  const cpuOf = (name: string): Promise<number> => cpuTime(20, () => run(name));
  const stepCpu = ((await cpuOf('eleven')) - (await cpuOf('one'))) / 10;
  const of = (name: string): number => middle((times.get(name) ?? []).sort((a, b) => a - b));
  const step = (of('eleven') - of('one')) / 10;
  const tool = (of('tool-eleven') - of('tool-one')) / 10;
  const figures: Figure[] = [
    { name: 'run of one step, p50', value: of('one'), unit: 'ms' },
    { name: 'durable step (11 steps less 1 step, by 10)', value: step, unit: 'ms' },
    { name: '  one row committed by the driver, in turns with it', value: floorMs, unit: 'ms' },
    { name: '  over the floor of one commit', value: step - floorMs, unit: 'ms', target: '≤ 0.3' },
    { name: '  processor time, all threads', value: stepCpu, unit: 'ms' },
    { name: 'durable step with a tool that has effects', value: tool, unit: 'ms' },
    { name: '  over the floor of two commits', value: tool - 2 * floorMs, unit: 'ms', target: '≤ 0.3' },
  ];
  for (const parallel of [1, 16, 256])
    figures.push({
      name: `tiny runs, ${parallel} at a time`,
      value: await rate(parallel === 1 ? 300 : 2000, parallel, () => run('one')),
      unit: '/s',
    });
  await engine.close();
  return figures;
}
