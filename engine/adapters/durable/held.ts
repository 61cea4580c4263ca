import { toJson } from '../../core/json.ts';
import { asProblem, Problem } from '../../core/problem.ts';
import { failed, settle, work, type Surroundings } from './carry.ts';
import type { Outcome } from '../../ports/store.ts';
import type { Entry } from './entry.ts';
import { createMailboxes } from './mailboxes.ts';
import { mayPass, storeRetryMs, untilStored } from './until-stored.ts';

/** The executions that an engine holds: at work, or waiting for their turn, until they have an outcome or are left to the next start. */
export interface Held {
  readonly isClosed: boolean;
  get(id: string): Entry | undefined;
  /** Holds what needs no turn. */
  add(entry: Entry): void;
  /** Whether who enters now has its turn at once. */
  hasRoom(key: string, limit: number): boolean;
  /** Holds an entry behind the others of its key; `before`: how many there are. */
  enter(entry: Entry, limit: number): { readonly isTurn: boolean; readonly before: number };
  /** Carries an entry whose turn has come to its outcome, unless it is leaving. Never throws. */
  carry(entry: Entry): Promise<void>;
  /** Records an outcome and lets the next one go; when it is leaving already, waits for that. Never throws. */
  end(entry: Entry, ending: Ending): Promise<void>;
  /** Leaves an execution without an outcome to the next start; when it is leaving already, waits for that. */
  letGo(entry: Entry): Promise<void>;
  /** Has those look again who wait until nothing is at work. */
  rested(): void;
  /** Ids of what is held of a key, in order. */
  pending(key: string): readonly string[];
  /** How many these are. */
  count(key: string): number;
  /** Resolves when nothing is at work but what waits for time or people, or for what does. */
  idle(): Promise<void>;
  /** Stops all that is at work and leaves it to the next start. */
  close(): Promise<void>;
}

type Ending = Omit<Outcome, 'endedAt'>;

/** Holds nothing at first. */
export function createHeld(options: Surroundings): Held {
  const { store, clock, report } = options;
  const entries = new Map<string, Entry>();
  const mailboxes = createMailboxes<Entry>();
  const closing = new AbortController();
  const idling = new Set<() => void>();

  return {
    get isClosed() {
      return closing.signal.aborted;
    },
    get: (id) => entries.get(id),
    add: (entry) => void entries.set(entry.execution.id, entry),
    hasRoom: (key, limit) => mailboxes.hasRoom(key, limit),
    enter(entry, limit) {
      const { id, key } = entry.execution;
      entries.set(id, entry);
      return mailboxes.enter(key, id, entry, limit);
    },
    ...{ carry, end, letGo, rested },
    pending: (key) => mailboxes.ids(key),
    count: (key) => mailboxes.count(key),

    async idle() {
      const isAnyBusy = (): boolean => [...entries.values()].some((entry) => isBusy(entry));
      while (isAnyBusy()) {
        await new Promise<void>((resolve) => idling.add(resolve));
        // What has just waited goes on within this turn of the event loop.
        await new Promise(setImmediate);
      }
    },

    async close() {
      closing.abort();
      const all = [...entries.values()];
      const reason = new Problem('shutting_down', 'the engine is shutting down');
      for (const entry of all) entry.stop(reason);
      await Promise.all(all.map((entry): Promise<unknown> => (entry.isAtWork ? entry.done : letGo(entry))));
    },
  };

  async function carry(entry: Entry): Promise<void> {
    if (entry.leaving !== undefined) return;
    entry.isAtWork = true;
    // Its turn may come before it is known whether it is work at all.
    if (!entry.isSure && (await isEarlier(entry))) return letGo(entry);
    let ending = await work(entry, options);
    while (ending === 'stalled') {
      const lasting = await untilStored(entry, options, closing.signal);
      if (closing.signal.aborted) ending = undefined;
      else ending = lasting === undefined ? await work(entry, options) : failed(lasting, options);
    }
    await (ending === undefined ? letGo(entry) : end(entry, ending));
  }

  function end(entry: Entry, ending: Ending): Promise<void> {
    return (entry.leaving ??= record(entry, ending));
  }

  async function record(entry: Entry, ending: Ending): Promise<void> {
    // What was not admitted has no outcome, and who asked for it was told.
    const isAdmitted = await entry.admitted.then(
      (isNew) => isNew !== false,
      () => false,
    );
    if (!isAdmitted) {
      entry.log.drop();
      return leave(entry);
    }
    const outcome = { ...ending, endedAt: clock.now() };
    let toldAt = -Infinity;
    for (let failures = 1; ; failures += 1) {
      // One that closes tries once more.
      const isLast = closing.signal.aborted;
      const problem = await settle(entry, outcome).then(() => undefined, asProblem);
      if (problem === undefined) return leave(entry);
      // Only the store can fail here: the work has ended, and waits for it as long as that may help.
      const isTriedAgain = mayPass(problem);
      if (!isTriedAgain) report(problem);
      else if (clock.elapsed() - toldAt >= tellMs) {
        toldAt = clock.elapsed();
        report(pending(entry, ending, problem));
      }
      if (isLast || !isTriedAgain) return leave(entry, problem);
      entry.refuse(pending(entry, ending));
      await clock.sleep(storeRetryMs(failures), closing.signal).catch(() => undefined);
    }
  }

  /** Whether what was asked for had been admitted before. */
  async function isEarlier({ admitted }: Entry): Promise<boolean> {
    const isNew = await admitted.catch(() => undefined);
    return isNew === false;
  }

  function letGo(entry: Entry): Promise<void> {
    return (entry.leaving ??= leaveOpen(entry));
  }

  async function leaveOpen(entry: Entry): Promise<void> {
    if (closing.signal.aborted)
      await store.executions.mark(entry.execution.id, 'queued').catch(() => undefined);
    await leave(entry);
  }

  async function leave(entry: Entry, problem?: Problem): Promise<void> {
    const { id, key } = entry.execution;
    await entry.log.close().catch(() => undefined);
    if (entries.get(id) === entry) entries.delete(id);
    const next = mailboxes.leave(key, id);
    entry.finish(problem);
    if (!closing.signal.aborted) for (const one of next) void carry(one);
    rested();
  }

  /** Whether anything goes on in an entry, or in what it waits for. */
  function isBusy({ isAtWork, isWaiting, calls }: Entry, above: readonly string[] = []): boolean {
    if (!isAtWork || !isWaiting) return isAtWork;
    return calls.some(({ id }) => {
      // What is not admitted yet will be, and what has ended is about to be told.
      const other = id === undefined ? undefined : entries.get(id);
      if (id === undefined || other === undefined) return true;
      return !above.includes(id) && isBusy(other, [...above, id]);
    });
  }

  function rested(): void {
    for (const look of idling) look();
    idling.clear();
  }
}

/** Milliseconds between two reports of one outcome that the store goes on refusing. */
const tellMs = 60_000;

const endings = { succeeded: 'has succeeded', failed: 'has failed', cancelled: 'was cancelled' } as const;

/** Says which outcome waits for the store, and whether to send it again; who is no operator does not hear why it waits. */
function pending({ execution: { id } }: Entry, { state, error }: Ending, why?: Problem): Problem {
  const reason = why === undefined ? 'the store refuses it' : why.message;
  const advice = state === 'succeeded' ? 'do not send it again' : 'send it again only once that is recorded';
  return new Problem(
    'outcome_pending',
    `"${id}" ${endings[state]}${state === 'failed' ? ` with "${error?.type ?? ''}"` : ''}, which is not recorded yet: ${reason}; it is recorded as soon as the store takes it, so ${advice}`,
    {
      details: { id, state, ...(error === undefined ? {} : { error: toJson(error) }) },
      ...(why === undefined ? {} : { cause: why }),
    },
  );
}
