import type { Route } from '../route.ts';
import type { Bounds } from './bounds.ts';

/**
 * Takes the places a request needs while it is served, and gives what lets go of them: one of the work for what waits for an agent or
 * a run, one of the connections for a stream. Throws Problem `too_many_requests`, `too_many_connections`.
 */
export function hold({ waits }: Route, wantsEvents: boolean, bounds: Bounds): () => void {
  const leave = wantsEvents ? bounds.connections.take() : undefined;
  try {
    const finish = waits === true ? bounds.work.take() : undefined;
    return () => {
      finish?.();
      leave?.();
    };
  } catch (thrown) {
    leave?.();
    throw thrown;
  }
}
