import type { Duplex } from 'node:stream';

/** What lets requests in, in the order they came. */
export interface Door {
  /** Does an act for a connection: at once, or when the door opens and the connection is still there. */
  pass(connection: Duplex, act: () => void): void;
  /** Lets in who waits. */
  open(): void;
}

/** A door that is open, or closed until it is opened. */
export function createDoor(isClosed: boolean): Door {
  let waiting: (() => void)[] | undefined = isClosed ? [] : undefined;
  return {
    pass(connection, act) {
      if (waiting === undefined) return act();
      // Of one that is to be upgraded nobody else listens.
      if (connection.listenerCount('error') === 0) connection.on('error', ignore);
      waiting.push(() => {
        connection.off('error', ignore);
        if (!connection.destroyed) act();
      });
    },
    open() {
      const acts = waiting ?? [];
      waiting = undefined;
      for (const act of acts) act();
    },
  };
}

function ignore(): void {
  // The connection is gone, which is looked at before it is let in.
}
