/** One row of a table: does one turn. */
export interface Subject {
  readonly name: string;
  turn(): Promise<unknown>;
  close?(): Promise<void>;
}

/** Milliseconds of each sample, sorted, by subject; the subjects take turns so that none has the machine to itself. */
export async function measure(
  subjects: readonly Subject[],
  samples: number,
  warmUp = 300,
): Promise<Map<string, Float64Array>> {
  const times = new Map(subjects.map(({ name }) => [name, new Float64Array(samples)]));
  for (let warm = 0; warm < warmUp; warm += 1) for (const subject of subjects) await subject.turn();
  for (let index = 0; index < samples; index += 1) {
    for (const { name, turn } of subjects) {
      const start = performance.now();
      await turn();
      (times.get(name) as Float64Array)[index] = performance.now() - start;
    }
  }
  for (const values of times.values()) values.sort();
  return times;
}

/** Prints a table; the first row is the floor that the others are compared with. */
export function print(title: string, times: ReadonlyMap<string, Float64Array>): void {
  const rows = [...times].map(([name, sorted]) => ({ name, p50: at(sorted, 0.5), p95: at(sorted, 0.95) }));
  const floor = rows[0]?.p50 ?? Number.NaN;
  process.stdout.write(
    [
      line(title, 'p50 ms', 'p95 ms', '× first', '+ ms'),
      ...rows.map(({ name, p50, p95 }) =>
        line(name, p50.toFixed(3), p95.toFixed(3), (p50 / floor).toFixed(2), (p50 - floor).toFixed(3)),
      ),
      '\n',
    ].join('\n'),
  );
}

/** A row of a table. */
export function line(...[name, ...cells]: readonly string[]): string {
  return `${(name ?? '').padEnd(38)}${cells.map((cell) => cell.padStart(10)).join('')}`;
}

function at(sorted: Float64Array, share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
