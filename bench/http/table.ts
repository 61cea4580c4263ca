/** One line of a table: its name and its cells. */
export function row(name: string, ...cells: readonly (string | number)[]): void {
  const shown = cells.map((cell) => (typeof cell === 'number' ? short(cell) : cell).padStart(11));
  process.stdout.write(`${name.padEnd(30)}${shown.join('')}\n`);
}

/** The value that so much of sorted numbers is below. */
export function at(sorted: ArrayLike<number>, share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/** The median of numbers in any order. */
export function middle(values: readonly number[]): number {
  return at(Float64Array.from(values).sort(), 0.5);
}

function short(value: number): string {
  return value < 10 ? value.toFixed(2) : value < 100 ? value.toFixed(1) : value.toFixed(0);
}
