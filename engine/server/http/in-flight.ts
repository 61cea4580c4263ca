import type { ServerResponse } from 'node:http';

const cutOff = new WeakSet<ServerResponse>();

/** Whether the server itself has ended an answer before its time, so that nobody left. */
export function wasCutOff(response: ServerResponse): boolean {
  return cutOff.has(response);
}

/** The requests that are being answered. */
export interface InFlight {
  add(response: ServerResponse): void;
  /** Resolves when all are answered; after `graceMs` those that are left are cut off. */
  end(graceMs: number): Promise<void>;
}

/** Keeps count of requests, so that a server can wait for them. */
export function createInFlight(): InFlight {
  const open = new Set<ServerResponse>();
  const waiting: (() => void)[] = [];
  return {
    add(response) {
      open.add(response);
      response.once('close', () => {
        open.delete(response);
        if (open.size === 0) for (const done of waiting.splice(0)) done();
      });
    },
    async end(graceMs) {
      if (open.size === 0) return;
      const cut = setTimeout(() => {
        // All of them first: those behind one another on a connection are lost together.
        for (const response of open) cutOff.add(response);
        for (const response of open) response.destroy();
      }, graceMs);
      await new Promise<void>((resolve) => waiting.push(resolve));
      clearTimeout(cut);
    },
  };
}
