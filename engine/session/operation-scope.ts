import type { EventScope } from '../core/event.ts';
import type { SessionAddress } from '../core/ids.ts';
import { operationIdOf } from './operation-id.ts';

/** Where the events of an operation of a session stand: in what it belongs to, under its session and its own id. */
export function operationScope(
  conduct: { readonly scope: EventScope; readonly key: string },
  { agent, instance, session }: SessionAddress,
): EventScope & { readonly operationId: string } {
  return { ...conduct.scope, agent, instanceId: instance, session, operationId: operationIdOf(conduct.key) };
}
