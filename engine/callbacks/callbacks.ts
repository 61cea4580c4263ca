import type { CallbackFilter, EngineCallbacks } from '../api/callbacks.ts';
import type { Json } from '../core/json.ts';
import { Problem } from '../core/problem.ts';
import { choices } from '../core/suggest.ts';
import type { SessionPorts } from '../session/index.ts';
import type { Courier } from './courier.ts';
import { detailsOf, dueKey, namespaces, recordOf, type Delivery } from './delivery.ts';
import { inTurn } from './in-turn.ts';
import { checkTarget } from './target.ts';

/** Deliveries that are read at a time. */
const pageSize = 200;

/** What an engine's callers ask of its callbacks. */
export function createCallbacks(
  ports: Pick<SessionPorts, 'store' | 'clock' | 'now'>,
  courier: Courier,
): EngineCallbacks {
  const { store, clock } = ports;
  const { documents } = store;

  return {
    check() {
      const on = ports.now();
      for (const callback of Object.values(on.program.settings.callbacks)) checkTarget(callback, on);
    },

    async list({ callback, states, limit = 100, before }: CallbackFilter = {}) {
      const found: Delivery[] = [];
      const onlyFailed = states?.length === 1 && states[0] === 'failed';
      const namespace = onlyFailed ? namespaces.failed : namespaces.all;
      for (let after = before; ;) {
        const keys = await documents.keys(namespace, {
          descending: true,
          limit: pageSize,
          ...(after === undefined ? {} : { after }),
        });
        const ids = keys.map(({ key }) => key);
        const page = (await documents.getMany(namespaces.all, ids)) as unknown as (Delivery | undefined)[];
        for (const delivery of page)
          if (
            delivery !== undefined &&
            (callback === undefined || delivery.callback === callback) &&
            (states === undefined || states.includes(delivery.state))
          )
            found.push(delivery);
        after = ids.at(-1);
        if (found.length >= limit || ids.length < pageSize) return found.slice(0, limit).map(recordOf);
      }
    },

    get: async (id) => detailsOf(await read(id)),

    redeliver: (id) =>
      inTurn(store, async () => {
        const delivery = await read(id);
        const { callbacks } = ports.now().program.settings;
        if (!Object.hasOwn(callbacks, delivery.callback))
          throw new Problem(
            'not_found',
            `the project has no callback "${delivery.callback}" any more${choices(delivery.callback, Object.keys(callbacks))}`,
          );
        if (courier.isSending(delivery)) throw new Problem('conflict', `"${id}" is being delivered`);
        if (delivery.state === 'queued') {
          courier.wake(delivery.callback);
          return recordOf(delivery);
        }
        const { endedAt: _, ...rest } = delivery;
        const again: Delivery = { ...rest, state: 'queued', dueAt: clock.now(), tries: 0 };
        await Promise.all([
          ...(delivery.dueAt === undefined ? [] : [documents.delete(namespaces.due, dueKey(delivery))]),
          documents.set(namespaces.all, id, again as unknown as Json),
          documents.set(namespaces.due, dueKey(again), true),
          documents.delete(namespaces.failed, id),
        ]);
        courier.wake(again.callback);
        return recordOf(again);
      }),
  };

  async function read(id: string): Promise<Delivery> {
    const found = (await documents.get(namespaces.all, id)) as unknown as Delivery | undefined;
    if (found !== undefined) return found;
    throw new Problem('not_found', `no delivery "${id}"; GET /callbacks and "engine callbacks" list them`);
  }
}
