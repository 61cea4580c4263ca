import type { Store } from '../ports/store.ts';

const last = new WeakMap<object, Promise<unknown>>();

/** Does what ends or begins anew the deliveries of a store one after the other, so that none is removed while it is sent again. */
export function inTurn<T>(store: Pick<Store, 'documents'>, work: () => Promise<T>): Promise<T> {
  const done = (last.get(store) ?? Promise.resolve()).then(work, work);
  last.set(
    store,
    done.catch(() => undefined),
  );
  return done;
}
