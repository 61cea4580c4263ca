import { exitCodes } from './exit-codes.ts';

/** Ctrl-C, watched for the time of a command. */
export interface Interrupt {
  /** Aborts at the first signal; the second one ends the process. */
  readonly signal: AbortSignal;
  /** Asks the work to stop, as the first signal does. */
  stop(): void;
  /** Back to what signals do by themselves. */
  release(): void;
}

/** Watches for signals: the first one asks the work to stop, the second one does not wait. */
export function watchInterrupts(signals: readonly NodeJS.Signals[] = ['SIGINT']): Interrupt {
  const controller = new AbortController();
  const onSignal = (): void => {
    if (controller.signal.aborted) process.exit(exitCodes.interrupted);
    controller.abort();
  };
  for (const name of signals) process.on(name, onSignal);
  return {
    signal: controller.signal,
    stop: () => controller.abort(),
    release() {
      for (const name of signals) process.off(name, onSignal);
    },
  };
}
