import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { builtProgram } from '../../test/fakes/programs.ts';
import type { Bench, Figure } from '../durable.ts';
import { writeProject } from './project.ts';
import { middle } from './timed.ts';

/** How long a run stands still when its process is killed and another is started at once: compiling the project included. */
export async function benchKill({ folder }: Bench): Promise<readonly Figure[]> {
  writeProject(folder);
  const program = await builtProgram('child');
  const times: number[] = [];
  for (let round = 0; round < 5; round += 1) {
    const path = join(folder, `${round}.sqlite`);
    const first = spawnEngine(program, [folder, path, 'run', 'held', '{"n":1}']);
    await lineWith(first, '"stepPath":"hold"');
    const begun = performance.now();
    const died = new Promise((resolve) => first.once('exit', resolve));
    first.kill('SIGKILL');
    await died;
    const second = spawnEngine(program, [folder, path, 'resume']);
    await lineWith(second, 'run_resume');
    times.push(performance.now() - begun);
    second.kill('SIGKILL');
  }
  const value = middle(times.sort((a, b) => a - b));
  return [{ name: 'SIGKILL to resumed, process and project included', value, unit: 'ms', target: '≤ 2000' }];
}

function spawnEngine(program: string, args: readonly string[]): ChildProcess {
  return spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
}

async function lineWith({ stdout }: ChildProcess, text: string): Promise<void> {
  if (stdout === null) return;
  for await (const line of createInterface({ input: stdout })) if (line.includes(text)) return;
  throw new Error(`the process ended before it said ${text}`);
}
