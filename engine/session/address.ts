import { idFault, type SessionAddress } from '../core/ids.ts';
import { Problem } from '../core/problem.ts';

/** Refuses what cannot be an instance id or the name of a session. Throws Problem `invalid_request`. */
export function checkAddress({ instance, session }: Omit<SessionAddress, 'agent'>): void {
  for (const [what, id] of [
    ['instance id', instance],
    ['session name', session],
  ] as const) {
    // Calls from JavaScript may leave it away.
    const fault = typeof id === 'string' ? idFault(id) : `must be a text, got ${typeof id}`;
    if (fault !== undefined) throw new Problem('invalid_request', `the ${what} ${fault}`);
  }
}

/** The refusal of a session that has work. */
export function busy(address: SessionAddress): Problem {
  return new Problem('session_busy', `${named(address)} is busy`);
}

/** How a message names a session. */
export function named({ agent, instance, session }: SessionAddress): string {
  return `session "${session}" of "${agent}/${instance}"`;
}
