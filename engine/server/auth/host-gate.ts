import type { IncomingMessage } from 'node:http';
import type { Caller } from './caller.ts';
import { unsigned } from './challenge.ts';
import type { Gate } from './gate.ts';

/** What the app around says of who sends a request. */
export type HostCaller = Pick<Caller, 'id'> & Partial<Omit<Caller, 'id' | 'expiresAt'>>;

/** Says who sends a request, or opens a WebSocket; undefined: nobody who may. */
export type CallerOf = (request: IncomingMessage) => HostCaller | undefined | Promise<HostCaller | undefined>;

/** A gate that takes the word of the app around, which has its own sign-in. */
export function createHostGate(callerOf: CallerOf): Gate {
  const authenticate = async (request: IncomingMessage): Promise<Caller> => {
    const found = await callerOf(request);
    if (found === undefined) throw unsigned('this needs sign-in');
    const {
      id,
      name = id,
      scopes = ['agents', 'workflows', 'runs', 'approvals'],
      agents,
      workflows,
      roles,
    } = found;
    return {
      id: `host:${id}`,
      name,
      scopes,
      agents,
      workflows,
      ...(roles === undefined ? {} : { roles }),
    };
  };
  return { isClosed: true, authenticate, authenticateSocket: authenticate };
}
