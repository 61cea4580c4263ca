import { exitCodes } from './exit-codes.ts';
import { watchInterrupts } from './interrupt.ts';

/** Does work whose signal aborts when the command is interrupted, which then is no failure. Gives its exit code, or that of an interrupt. */
export async function untilInterrupted(work: (signal: AbortSignal) => Promise<number>): Promise<number> {
  const interrupt = watchInterrupts();
  try {
    return await work(interrupt.signal);
  } catch (thrown) {
    if (!interrupt.signal.aborted) throw thrown;
    return exitCodes.interrupted;
  } finally {
    interrupt.release();
  }
}
