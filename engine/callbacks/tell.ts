import type { Json } from '../core/json.ts';
import type { EngineEvent } from '../core/event.ts';
import type { WithEvent } from '../ports/log.ts';
import type { Execution, Store } from '../ports/store.ts';
import type { Callback } from '../program/callback.ts';
import { bodyOf } from './body.ts';
import { deliveryId, type Delivery } from './delivery.ts';
import { namespaces, replace } from './places.ts';

/** What telling callbacks needs. */
export interface TellPorts {
  readonly store: Pick<Store, 'documents'>;
  /** The callbacks of the project as it is now. */
  callbacks(): Readonly<Record<string, Callback>>;
  /** Milliseconds since 1970. */
  now(): number;
  /** Hides secrets. */
  readonly hide: (value: Json) => Json;
  /** Called when something for a callback is on disk. */
  stored(callback: string): void;
}

/** Stores a delivery to each callback that wants to know of an event, in one commit with it. */
export function tellCallbacks({ store, callbacks, now, hide, stored }: TellPorts): WithEvent {
  return (event, about) =>
    Object.values(callbacks())
      .filter((callback) => wants(callback, event, about.execution))
      .map((callback) => {
        const at = Date.parse(event.timestamp);
        const { key } = about.execution;
        const delivery: Delivery = {
          id: deliveryId(event.id, at, callback.name),
          callback: callback.name,
          event: event.type as Delivery['event'],
          executionId: event.executionId,
          ...(key === '' ? {} : { session: key }),
          // Times of events only grow; the clock may have been set back.
          ...{ state: 'queued', createdAt: at, dueAt: Math.min(at, now()), attempts: 0, tries: 0, log: [] },
        };
        return { delivery, body: JSON.stringify(bodyOf(event, about, callback, hide)) };
      })
      // All that can go wrong did before the first one is asked for.
      .map(({ delivery, body }) =>
        Promise.all([
          replace(store.documents, undefined, delivery),
          store.documents.set(namespaces.bodies, delivery.id, body),
        ]).then(() => stored(delivery.callback)),
      );
}

function wants(
  { on, workflows, agents }: Callback,
  { type }: EngineEvent,
  { kind, name }: Execution,
): boolean {
  if (!(on as readonly string[]).includes(type)) return false;
  const [named, others] = kind === 'run' ? [workflows, agents] : [agents, workflows];
  // Who names only the one kind wants nothing of the other.
  return named?.includes(name) ?? others === undefined;
}
