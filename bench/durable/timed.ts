/** Milliseconds of each of so many samples, sorted. */
export async function timed(samples: number, work: () => unknown): Promise<readonly number[]> {
  const times: number[] = [];
  for (let sample = 0; sample < samples; sample += 1) {
    const start = performance.now();
    await work();
    times.push(performance.now() - start);
  }
  return times.sort((a, b) => a - b);
}

/** The median of sorted numbers. */
export function middle(sorted: readonly number[]): number {
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/** Does something so many times, at most `parallel` at once; gives how many a second. */
export async function rate(
  total: number,
  parallel: number,
  work: (index: number) => Promise<unknown>,
): Promise<number> {
  let next = 0;
  const start = performance.now();
  const lane = async (): Promise<void> => {
    while (next < total) await work((next += 1));
  };
  await Promise.all(Array.from({ length: parallel }, lane));
  return (total / (performance.now() - start)) * 1000;
}

/** Milliseconds of processor time of one piece of work, in all threads: the least of ten rounds, which a loaded machine disturbs least. */
export async function cpuTime(samples: number, work: () => unknown): Promise<number> {
  let least = Infinity;
  for (let round = 0; round < 10; round += 1) {
    const before = process.cpuUsage();
    for (let sample = 0; sample < samples; sample += 1) await work();
    const { user, system } = process.cpuUsage(before);
    least = Math.min(least, (user + system) / 1000 / samples);
  }
  return least;
}
