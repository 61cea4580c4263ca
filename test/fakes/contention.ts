import { expect } from 'chai';

/** Holds milliseconds that passed by the clock to a bound for a machine that does nothing else. */
export function expectWithin(took: number, most: number): void {
  if (!(took < most)) expect(took).to.be.lessThan(most * contention());
}

/**
 * How many times longer work takes now by the clock than by the processor: 1 on a machine that does nothing else. For bounds of time that
 * what else is at work must not break.
 */
export function contention(): number {
  const begun = performance.now();
  const before = process.cpuUsage();
  const words = new Map<string, number>();
  while (spent(before) < 300)
    for (let turn = 0; turn < 50_000; turn += 1) {
      const word = `w${(turn * 7919) % 5003}`;
      words.set(word, (words.get(word) ?? 0) + word.length);
    }
  return Math.max(1, (performance.now() - begun) / spent(before));
}

/** Begins to measure; the result says the milliseconds since then, less what the machine had other work. */
export function busy(): () => number {
  const [begun, before] = [performance.now(), process.cpuUsage()];
  return () => Math.min(performance.now() - begun, spent(before));
}

/** Milliseconds of the processor since then. */
function spent(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
