import { asProblem } from '../core/problem.ts';
import type { Program } from '../program/program.ts';
import { prune, type PruneOrder } from './prune.ts';
import { workspaceOwners, type SessionPorts, type Sessions } from '../session/index.ts';

/** What the retention of a project lets go at a time. */
export function pruneOrder({ settings }: Program, now: number): PruneOrder {
  const { runsMs, eventsMs, sessionsMs, idempotencyMs } = settings.retention;
  return {
    runsBefore: now - runsMs,
    keysBefore: now - idempotencyMs,
    ...(eventsMs === undefined ? {} : { eventsBefore: now - eventsMs }),
    ...(sessionsMs === undefined ? {} : { sessionsBefore: now - sessionsMs }),
  };
}

/** How often an engine looks for what it need not keep, in milliseconds. */
const intervalMs = 3_600_000;

/**
 * Removes what a project does not keep any longer, now and every hour, beside all other work. The result stops it, and waits for what
 * is under way.
 * @param watch begins to look on which versions of the specs work is about to be admitted; what it gives removes any other one.
 */
export function keepTidy(
  ports: SessionPorts,
  sessions: Sessions,
  watch: () => (specs: string) => Promise<boolean>,
): () => Promise<void> {
  const { store, clock, journal } = ports;
  let stopped = false;
  let working = Promise.resolve();
  const tidy = async (): Promise<void> => {
    const { program, specs, sandboxes } = ports.now();
    try {
      const order = pruneOrder(program, clock.now());
      if (order.sessionsBefore !== undefined) await sessions.letGo();
      if (stopped) return;
      const drop = watch();
      await Promise.all([
        prune(store, { ...order, specs, drop, alone: sessions.alone, isStopped: () => stopped }),
        sandboxes.keepOnly?.(() => workspaceOwners(store.documents)),
      ]);
    } catch (thrown) {
      if (!stopped) journal.report(asProblem(thrown));
    }
  };
  const begin = (): void => void (working = working.then(tidy));
  begin();
  const timer = setInterval(begin, intervalMs);
  // Tidiness alone keeps no process alive.
  timer.unref();
  return async () => {
    stopped = true;
    clearInterval(timer);
    await working;
  };
}
