import { Problem } from '../../core/problem.ts';

/** Milliseconds of work between two turns of the event loop. */
const slice = 20;

/** A function to await often in long work: it lets the event loop turn now and then, and throws Problem `aborted` once the signal does. */
export function createPace(signal: AbortSignal): () => Promise<void> {
  let turned = Date.now();
  return async () => {
    if (Date.now() - turned > slice) {
      await new Promise((resolve) => {
        setTimeout(resolve, 0);
      });
      turned = Date.now();
    }
    if (signal.aborted) throw new Problem('aborted', 'the search was aborted');
  };
}
