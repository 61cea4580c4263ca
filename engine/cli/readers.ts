import { Problem } from '../core/problem.ts';
import { exitCodes } from './exit-codes.ts';
import { reportFailure } from './report/failure.ts';
import { whyNot } from './report/why-not.ts';
import { openTerminal } from './terminal.ts';

let goesOn = false;

/**
 * Watches whether what is written is taken. Without a reader of stdout there is nothing left to do, as with `| head`: the command ends
 * at once. What nobody takes of stderr is lost.
 */
export function watchReaders(): void {
  goesOn = false;
  process.stdout.on('error', leave);
  process.stderr.on('error', () => undefined);
}

/** From now on the command goes on when nobody reads stdout any more: others rely on it. */
export function outliveReaders(): void {
  goesOn = true;
}

function leave(error: NodeJS.ErrnoException): void {
  if (goesOn) return;
  // The reader went away, or the terminal did.
  if (error.code === 'EPIPE' || error.code === 'EIO') process.exit(exitCodes.ok);
  const problem = new Problem('invalid_request', `stdout cannot be written: ${whyNot(error)}`);
  process.exit(reportFailure(problem, openTerminal(undefined)));
}
