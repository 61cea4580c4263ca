import { rmSync } from 'node:fs';
import type { LoadAsked, Seen } from './load.ts';
import { startProcess, type Other } from './processes.ts';
import type { Served, SubjectAsked, Used } from './subject.ts';
import { at, row } from './table.ts';

/** What requests cost: of which kind, so many at a time, and what requests a second they are held to. */
export interface RequestsTable {
  readonly kind: 'json' | 'events' | 'dispatch';
  readonly title: string;
  readonly concurrency: readonly number[];
  readonly targets: Readonly<Record<string, string>>;
}

/** A server in its own process. */
export interface Subject {
  readonly name: string;
  readonly process: Other;
  readonly served: Served;
}

const kinds = { bare: 'bare Koa and ws', memory: 'engine, in memory', sqlite: 'engine, durable' } as const;
const rounds = 3;

/** Starts the servers that are compared. */
export async function startSubjects(): Promise<readonly Subject[]> {
  const subjects: Subject[] = [];
  for (const serve of Object.keys(kinds) as (keyof typeof kinds)[]) {
    const process = await startProcess('subject');
    const served = await process.ask<Served>({ serve } satisfies SubjectAsked);
    subjects.push({ name: kinds[serve], process, served });
  }
  return subjects;
}

/** Ends the servers and removes what they wrote. */
export async function stopSubjects(subjects: readonly Subject[]): Promise<void> {
  for (const { process, served } of subjects) {
    await process.kill();
    if (served.folder !== undefined) rmSync(served.folder, { recursive: true, force: true });
  }
}

/** What a subject has used so far. */
export function usedBy({ process }: Subject): Promise<Used> {
  return process.ask<Used>({ usage: true } satisfies SubjectAsked);
}

/** Prints a table for each number of requests at a time; the subjects are loaded in turns. */
export async function benchRequests(
  { kind, title, concurrency, targets }: RequestsTable,
  seconds: number,
): Promise<void> {
  for (const parallel of concurrency) {
    const subjects = await startSubjects();
    const all = new Map(
      subjects.map((subject) => [subject, { latencies: [] as number[], cpuMs: 0, answers: 0 }]),
    );
    for (let round = 0; round < rounds; round += 1)
      for (const [subject, sums] of all) {
        const load = await startProcess('load');
        const { url } = subject.served;
        const before = await usedBy(subject);
        const asked: LoadAsked = { url, kind, concurrency: parallel, seconds };
        const { latencies, answers } = await load.ask<Seen>(asked);
        sums.cpuMs += (await usedBy(subject)).cpuMs - before.cpuMs;
        sums.answers += answers;
        sums.latencies.push(...latencies);
        await load.kill();
      }
    await stopSubjects(subjects);
    row(`${title}, c=${parallel}`, 'p50 ms', 'p95 ms', 'req/s', 'CPU ms', 'CPU × floor', 'target req/s');
    let floor: number | undefined;
    for (const [{ name }, { latencies, cpuMs, answers }] of all) {
      const sorted = Float64Array.from(latencies).sort();
      const perSecond = sorted.length / (rounds * seconds);
      const each = cpuMs / answers;
      floor ??= each;
      const target = targets[`${name} ${parallel}`] ?? '';
      row(name, at(sorted, 0.5), at(sorted, 0.95), perSecond, each, each / floor, target);
    }
  }
}
