import type { IncomingMessage } from 'node:http';
import { Problem } from '../../core/problem.ts';
import type { ServerSettings } from '../../program/server-settings.ts';
import { anyone, type Caller } from '../auth/caller.ts';
import { createPeers, networkOf, type Peer } from './peer.ts';
import { createRate } from './rate.ts';
import { createSlots, type Slots } from './slots.ts';

/** What the server bears. */
export interface Bounds {
  /** Where a request came from. */
  peerOf(request: IncomingMessage): Peer;
  /**
   * Counts a request against the rate: of its caller, or of its address where nobody has signed in. Gives headers for the answer.
   * Throws Problem `too_many_requests`.
   */
  count(request: IncomingMessage, caller: Caller | undefined): Promise<Readonly<Record<string, string>>>;
  /** Requests that wait for an agent or a run; Problem `too_many_requests` when there are too many. */
  readonly work: Slots;
  /** Open streams and sockets; Problem `too_many_connections` when there are too many. */
  readonly connections: Slots;
}

/** The bounds of a server. */
export function createBounds({
  trustProxy,
  requests,
  perMs,
  concurrency,
  connections,
}: Pick<ServerSettings, 'trustProxy' | 'requests' | 'perMs' | 'concurrency' | 'connections'>): Bounds {
  const peerOf = createPeers(trustProxy);
  const rate = createRate(requests, perMs);
  return {
    peerOf,
    count: (request, caller) =>
      rate.take(() =>
        caller === undefined || caller.id === anyone.id
          ? `address:${networkOf(peerOf(request).address)}`
          : caller.id,
      ),
    work: createSlots(
      concurrency,
      () =>
        new Problem(
          'too_many_requests',
          `${concurrency ?? 0} requests are worked on already; try again soon`,
        ),
    ),
    connections: createSlots(
      connections,
      () =>
        new Problem(
          'too_many_connections',
          `${connections} streams and sockets are open already; try again later`,
        ),
    ),
  };
}
