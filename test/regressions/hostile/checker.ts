import { analyze } from '../../../engine/compile.ts';

/*
 * Checks the folders it is told, one at a time, in a process of its own, so that one that hangs or breaks it can be told from
 * one that is only slow.
 */

/** What is answered for a folder. */
export interface Answer {
  /** Milliseconds of work: of the clock or of the processor, what is less, as other processes slow down the clock alone. */
  readonly ms: number;
  /** A line each: `file:line:column rule message`, without line and column for a file as a whole. */
  readonly findings: readonly string[];
  /** What was thrown; findings are values, so nothing should be. */
  readonly thrown?: string;
}

process.on('message', (folder: string) => {
  void check(folder).then((answer) => process.send?.(answer));
});

async function check(folder: string): Promise<Answer> {
  const elapsed = stopwatch();
  try {
    const { diagnostics } = await analyze(folder);
    const ms = elapsed();
    const findings = diagnostics.slice(0, 20).map(({ file, range, rule, message }) => {
      const place = range === undefined ? '' : `:${range.start.line}:${range.start.column}`;
      return `${file}${place} ${rule} ${message}`;
    });
    return { ms, findings };
  } catch (error) {
    return { ms: elapsed(), findings: [], thrown: String(error) };
  }
}

function stopwatch(): () => number {
  const [clock, processor] = [performance.now(), process.cpuUsage()];
  return () => {
    const { user, system } = process.cpuUsage(processor);
    return Math.min(performance.now() - clock, (user + system) / 1000);
  };
}
