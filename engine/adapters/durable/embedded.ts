import { failpoint } from '../../core/failpoint.ts';
import type { Json } from '../../core/json.ts';
import { asProblem, fromData, Problem } from '../../core/problem.ts';
import { isTerminal } from '../../core/status.ts';
import type { Durable, NewExecution, Receipt, Worker } from '../../ports/durable.ts';
import type { ExecutionLog, LogStart } from '../../ports/log.ts';
import type { Execution } from '../../ports/store.ts';
import { againOf } from './again.ts';
import { nothingBefore } from './before.ts';
import { failed, settle, work, type Surroundings } from './carry.ts';
import { receivedSignals } from './context.ts';
import { Entry } from './entry.ts';
import { createInbox } from './inbox.ts';
import { createMailboxes } from './mailboxes.ts';
import { receiptOf } from './receipt.ts';
import { traceRecords } from './kept-trace.ts';
import { readStored, type Stored } from './stored.ts';
import { unfinished } from './unfinished.ts';
import { storeRetryMs, untilStored } from './until-stored.ts';
import { withinSignal } from './within-signal.ts';

/** What the embedded engine of durable work stands on. */
export interface EmbeddedOptions extends Surroundings {
  /** Opens the log of an execution. */
  readonly openLog: (id: string, start: LogStart) => ExecutionLog;
}

/** Executions that are read at a time when an engine starts. */
const readTogether = 100;

type Records = readonly (readonly [key: string, value: Json])[];

/** Durable work over a store that one process owns: no leases and no polling, since what it held is free the moment it dies. */
export function createEmbedded(options: EmbeddedOptions): Durable {
  const { store, clock, openLog, report } = options;
  const workers = new Map<Execution['kind'], Worker>();
  const entries = new Map<string, Entry>();
  const mailboxes = createMailboxes<Entry>();
  const adopting = new Map<string, Promise<void>>();
  const closing = new AbortController();
  const idling = new Set<() => void>();
  let draining = false;
  let closed = false;

  return {
    define: (kind, worker) => void workers.set(kind, worker),

    async start() {
      await failpoint('recover.before');
      const left = await unfinished(store);
      for (const execution of left) if (!workers.has(execution.kind)) report(unknownKind(execution));
      const known = left.filter(({ kind }) => workers.has(kind));
      const begins: (() => unknown)[] = [];
      for (let place = 0; place < known.length; place += readTogether) {
        const stored = await Promise.all(
          known.slice(place, place + readTogether).map((one) => readStored(store, one)),
        );
        begins.push(...stored.map(enter));
      }
      // Not before all of it has its place: what goes on may ask for more work of a session that has some.
      for (const begin of begins) begin();
      await failpoint('recover.after');
    },

    async admit(request) {
      refuseWhenDraining();
      return admit(request, []);
    },

    pending: (key) => mailboxes.ids(key),
    count: (key) => mailboxes.count(key),

    async signal(id, { topic, payload, idempotencyKey }) {
      const isNew = await store.signals.put(id, { topic, payload, idempotencyKey, at: clock.now() });
      const entry = entries.get(id);
      if (isNew && entry !== undefined) for (const one of await store.signals.all(id)) entry.inbox.put(one);
      return isNew;
    },

    async cancel(id, reason) {
      if (!(await store.executions.cancel(id, reason.toData()))) return false;
      const entry = entries.get(id);
      if (entry === undefined) {
        await adopt(await store.executions.get(id));
        return true;
      }
      entry.stop(reason);
      if (!entry.isAtWork) await end(entry, failed(reason, options));
      return true;
    },

    async takeUp(id) {
      refuseWhenDraining();
      const execution = await store.executions.get(id);
      if (execution === undefined || isTerminal(execution.state)) return false;
      await adopt(execution);
      return true;
    },

    async result(id, signal) {
      for (;;) {
        const entry = entries.get(id);
        const problem = entry === undefined ? undefined : await withinSignal(entry.done, signal);
        if (problem !== undefined) throw problem;
        if (entry?.outcome !== undefined) return { ...entry.execution, ...entry.outcome };
        const execution = await store.executions.get(id);
        if (execution === undefined || isTerminal(execution.state)) return execution;
        if (closed) throw new Problem('shutting_down', 'the engine is shutting down');
        // Another process is at work on it, or nobody is.
        if (!entries.has(id)) await clock.sleep(200, signal);
      }
    },

    async redrive(id, newId, keeps = () => false, now = {}) {
      refuseWhenDraining();
      const request = againOf(id, newId, await store.executions.get(id), now);
      const records = [...(await store.checkpoints.all(id))].filter(([record]) => keeps(record));
      return admit(request, records);
    },

    drain() {
      draining = true;
    },

    async idle() {
      const isBusy = ({ isAtWork, isWaiting }: Entry): boolean => isAtWork && !isWaiting;
      while ([...entries.values()].some(isBusy)) await new Promise<void>((resolve) => idling.add(resolve));
    },

    async close() {
      draining = true;
      closed = true;
      closing.abort();
      const all = [...entries.values()];
      const reason = new Problem('shutting_down', 'the engine is shutting down');
      for (const entry of all) entry.stop(reason);
      await Promise.all(all.map((entry): Promise<unknown> => (entry.isAtWork ? entry.done : letGo(entry))));
    },
  };

  async function admit(request: NewExecution, kept: Records): Promise<Receipt> {
    const same = entries.get(request.id);
    if (same !== undefined) {
      await same.admitted;
      return receiptOf(workerOf(request.kind), request, same.execution);
    }
    const worker = workerOf(request.kind);
    const records = [...kept, ...traceRecords(options.tracing, request)];
    const now = clock.now();
    const limit = worker.limit?.(request) ?? 1;
    // The place in the mailbox is taken before anything is awaited, so that order of admission is order of arrival.
    const isTurn = mailboxes.hasRoom(request.key, limit);
    // What is added to a spread is added one by one, at many times the cost of what stands before it.
    const execution: Execution = isTurn
      ? { state: 'running', attempts: 1, createdAt: now, startedAt: now, ...request }
      : { state: 'queued', attempts: 0, createdAt: now, ...request };
    const entry = new Entry({
      execution,
      worker,
      before: records.length === 0 ? nothingBefore : { ...nothingBefore, records: new Map(records) },
      log: openLog(request.id, { execution }),
      mustMark: !isTurn,
      rested,
    });
    const { before } = mailboxes.enter(request.key, request.id, entry, limit);
    entries.set(request.id, entry);
    const stored = insert(execution, records);
    entry.admitted = stored;
    // With an idempotency key it is not known yet whether there is new work at all.
    const isSure = request.idempotencyKey === undefined;
    const tellQueued = (): void => entry.note(worker.queued?.(execution, before));
    if (isSure && !isTurn) {
      tellQueued();
      // In one commit with the admission.
      entry.log.flush().catch(() => undefined);
    }
    if (isSure && isTurn) void carry(entry);
    try {
      if (!(await stored)) return await earlier(request, entry);
      await failpoint('admit.after_commit');
      if (!isSure && isTurn) void carry(entry);
      if (!isSure && !isTurn && !entry.isAtWork) tellQueued();
      return { id: request.id, acceptedAt: now, created: true };
    } catch (thrown) {
      entry.stop(asProblem(thrown));
      if (!entry.isAtWork) await letGo(entry);
      throw thrown;
    }
  }

  /** The execution and its first records, in one commit. */
  async function insert(execution: Execution, records: Records): Promise<boolean> {
    // Not awaited when there is nothing to wait for: admissions are stored in the order they are asked for.
    const held = failpoint('admit.before_commit');
    if (held !== undefined) await held;
    const [isNew] = await Promise.all([
      store.executions.insert(execution),
      ...records.map(([key, value]) => store.checkpoints.put(execution.id, key, value)),
    ]);
    return isNew;
  }

  /** The receipt of what was admitted before with the same id or idempotency key. */
  async function earlier(request: NewExecution, entry: Entry): Promise<Receipt> {
    if (!entry.isAtWork) await letGo(entry);
    const { id, kind, name, idempotencyKey } = request;
    const first =
      (await store.executions.get(id)) ??
      (idempotencyKey && (await store.executions.byIdempotencyKey(kind, name, idempotencyKey)));
    if (first) await adopt(first);
    return receiptOf(workerOf(kind), request, first || undefined);
  }

  /** Takes up what this process owns but was told to leave alone when it started. */
  async function adopt(execution: Execution | undefined): Promise<void> {
    if (execution === undefined || isTerminal(execution.state) || entries.has(execution.id) || closed) return;
    const taken = adopting.get(execution.id) ?? takeUp(execution);
    adopting.set(execution.id, taken);
    await taken.finally(() => adopting.delete(execution.id));
  }

  /** Takes up what another process left. */
  async function takeUp(execution: Execution): Promise<void> {
    await enter(await readStored(store, execution))();
  }

  /** Gives what another process left its place; the result begins it, when its turn has come. */
  function enter({ execution, before, signals, damage }: Stored): () => Promise<void> | undefined {
    const worker = workerOf(execution.kind);
    const entry = new Entry({
      execution,
      worker,
      before,
      log: openLog(execution.id, { from: before.last, notBefore: before.lastAt, execution }),
      mustMark: true,
      rested,
      inbox: createInbox(signals, receivedSignals(before.records)),
    });
    entries.set(execution.id, entry);
    const reason = damage ?? (execution.cancel && fromData(execution.cancel));
    if (reason !== undefined) return () => end(entry, failed(reason, options));
    const limit = worker.limit?.(execution) ?? 1;
    const { isTurn } = mailboxes.enter(execution.key, execution.id, entry, limit);
    return () => {
      if (isTurn) void carry(entry);
      return undefined;
    };
  }

  /** Carries an entry whose turn has come to its outcome. Never throws. */
  async function carry(entry: Entry): Promise<void> {
    entry.isAtWork = true;
    // Its turn may come before it is known whether it is work at all.
    if (entry.execution.idempotencyKey !== undefined && (await isEarlier(entry))) return leave(entry);
    let ending = await work(entry, options);
    while (ending === 'stalled') {
      await untilStored(entry, options);
      ending = await work(entry, options);
    }
    await (ending === undefined ? letGo(entry) : end(entry, ending));
  }

  async function end(entry: Entry, ending: Parameters<typeof settle>[1], isRetry = false): Promise<void> {
    let problem: Problem | undefined;
    // What was not admitted has no outcome, and who asked for it was told.
    const isAdmitted = await entry.admitted.then(
      () => true,
      () => false,
    );
    if (!isAdmitted) {
      entry.log.drop();
      return leave(entry);
    }
    try {
      await settle(entry, ending, clock);
    } catch (thrown) {
      // Only the store can fail here: the work has no outcome yet.
      problem = asProblem(thrown);
      if (!isRetry) report(problem);
      if (entry.worker.outlastsStore === true && problem.code === 'store_unavailable') {
        await clock.sleep(storeRetryMs, closing.signal).catch(() => undefined);
        if (!closed) return end(entry, ending, true);
      }
    }
    await leave(entry, problem);
  }

  /** Whether what was asked for had been admitted before. */
  async function isEarlier({ admitted }: Entry): Promise<boolean> {
    const isNew = await admitted.catch(() => undefined);
    return isNew === false;
  }

  /** Leaves an execution without an outcome to the next start. */
  async function letGo(entry: Entry): Promise<void> {
    if (closed) await store.executions.mark(entry.execution.id, 'queued').catch(() => undefined);
    await leave(entry);
  }

  async function leave(entry: Entry, problem?: Problem): Promise<void> {
    const { id, key } = entry.execution;
    await entry.log.close().catch(() => undefined);
    if (entries.get(id) === entry) entries.delete(id);
    const next = mailboxes.leave(key, id);
    entry.finish(problem);
    if (!closed) for (const one of next) void carry(one);
    rested();
  }

  /** Has those look again who wait until nothing is at work. */
  function rested(): void {
    for (const look of idling) look();
    idling.clear();
  }

  function workerOf(kind: Execution['kind']): Worker {
    const worker = workers.get(kind);
    if (worker === undefined) throw new Error(`nobody carries out a ${kind}`);
    return worker;
  }

  function refuseWhenDraining(): void {
    if (draining) throw new Problem('shutting_down', 'the engine is shutting down');
  }
}

/** A newer engine may have admitted it. */
function unknownKind({ id, kind }: Execution): Problem {
  return new Problem(
    'interrupted',
    `"${id}" is of the kind "${kind}", which this engine does not know; it is left alone`,
  );
}
