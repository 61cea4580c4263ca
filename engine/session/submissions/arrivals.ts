/** Calls in the order they were made, though some need a while before they can be admitted. */
export interface Arrivals {
  /** Prepares a call and admits it behind all earlier ones of its session; at once when nothing is in between. */
  arrive<Prepared, Admitted>(
    session: string,
    prepare: () => Prepared | Promise<Prepared>,
    admit: (prepared: Prepared) => Promise<Admitted>,
  ): Promise<Admitted>;
}

/** No call yet. */
export function createArrivals(): Arrivals {
  /** By session: settles when its last call that had to wait was handed in. */
  const last = new Map<string, Promise<unknown>>();
  return {
    async arrive<Prepared, Admitted>(
      session: string,
      prepare: () => Prepared | Promise<Prepared>,
      admit: (prepared: Prepared) => Promise<Admitted>,
    ): Promise<Admitted> {
      const before = last.get(session);
      const prepared = before === undefined ? prepare() : before.then(prepare);
      if (!(prepared instanceof Promise)) return admit(prepared);
      let admitted: Promise<Admitted> | undefined;
      const handedIn = prepared.then(
        (ready) => {
          const admitting = admit(ready);
          // Its failure is told below.
          admitting.catch(() => undefined);
          admitted = admitting;
        },
        () => undefined,
      );
      last.set(session, handedIn);
      await handedIn;
      if (last.get(session) === handedIn) last.delete(session);
      await prepared;
      return admitted as NonNullable<typeof admitted>;
    },
  };
}
