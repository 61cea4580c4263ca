import type { LoadAsked, Seen } from './load.ts';
import { startProcess } from './processes.ts';
import { startSubjects, stopSubjects, usedBy, type Subject } from './requests.ts';
import { at, middle, row } from './table.ts';

const rounds = 3;

/** Prints what it costs that many sockets are open and prompt once each, all at the same time; every prompt is answered. */
export async function benchSockets(sockets: number): Promise<void> {
  const subjects = await startSubjects();
  const all = new Map(subjects.map((subject) => [subject, [] as Round[]]));
  for (let count = 0; count < rounds; count += 1)
    for (const [subject, seen] of all) seen.push(await round(subject, sockets));
  await stopSubjects(subjects);
  row(`${sockets} sockets, 1 prompt each`, 'p50 ms', 'p99 ms', 'CPU ms', 'KiB/socket', 'RSS MiB');
  for (const [{ name }, seen] of all) {
    const sorted = Float64Array.from(seen.flatMap(({ latencies }) => latencies)).sort();
    const [first] = seen;
    row(
      name,
      at(sorted, 0.5),
      at(sorted, 0.99),
      middle(seen.map(({ cpuMs }) => cpuMs)) / sockets,
      // Of the first round: later ones find memory that the process has already.
      ((first?.openRss ?? 0) - (first?.emptyRss ?? 0)) / 1024 / sockets,
      Math.max(...seen.map(({ rss }) => rss)) / 1024 / 1024,
    );
  }
}

interface Round {
  readonly latencies: readonly number[];
  readonly cpuMs: number;
  /** Before and after the sockets were opened, and behind the prompts. */
  readonly emptyRss: number;
  readonly openRss: number;
  readonly rss: number;
}

async function round(subject: Subject, sockets: number): Promise<Round> {
  const load = await startProcess('load');
  const empty = await usedBy(subject);
  await load.ask<Seen>({ url: subject.served.url, sockets } satisfies LoadAsked);
  const open = await usedBy(subject);
  const { latencies } = await load.ask<Seen>({ prompt: true } satisfies LoadAsked);
  const done = await usedBy(subject);
  await load.kill();
  return {
    latencies,
    cpuMs: done.cpuMs - open.cpuMs,
    emptyRss: empty.rss,
    openRss: open.rss,
    rss: done.rss,
  };
}
