import { failpoint } from '../../core/failpoint.ts';
import { asProblem, Problem } from '../../core/problem.ts';
import { isTerminal } from '../../core/status.ts';
import type { Durable, NewExecution, Receipt, Worker } from '../../ports/durable.ts';
import type { ExecutionLog, LogStart } from '../../ports/log.ts';
import type { Execution, FirstRecords } from '../../ports/store.ts';
import { createAdoption } from './adoption.ts';
import { againOf } from './again.ts';
import { nothingBefore } from './before.ts';
import { failed, type Surroundings } from './carry.ts';
import { Entry } from './entry.ts';
import { createHeld } from './held.ts';
import { insert } from './insert.ts';
import { receiptOf } from './receipt.ts';
import { isOfTrace, traceRecords } from './kept-trace.ts';
import { readStored } from './stored.ts';
import { unfinished, unknownKind } from './unfinished.ts';
import { withinSignal } from './within-signal.ts';

/** What the embedded engine of durable work stands on. */
export interface EmbeddedOptions extends Surroundings {
  /** Opens the log of an execution. */
  readonly openLog: (id: string, start: LogStart) => ExecutionLog;
}

/** Executions that are read at a time when an engine starts. */
const readTogether = 100;

/** Durable work over a store that one process owns: no leases and no polling, since what it held is free the moment it dies. */
export function createEmbedded(options: EmbeddedOptions): Durable {
  const { store, clock, openLog, report } = options;
  const workers = new Map<Execution['kind'], Worker>();
  const held = createHeld(options);
  const { rested, enter, carry, end, letGo } = held;
  const { adopt, changed, takeIn } = createAdoption(held, workerOf, options);
  let draining = false;

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
        if (held.isClosed) return;
        begins.push(...stored.map(takeIn));
      }
      // Not before all of it has its place: what goes on may ask for more work of a session that has some.
      for (const begin of begins) begin();
      await failpoint('recover.after');
    },

    async admit(request, records = [], isPart = false, isFresh = false) {
      refuseWhenDraining(isPart);
      return admit(request, records, isFresh);
    },

    async known(request, isPart = false) {
      refuseWhenDraining(isPart);
      return known(request);
    },

    pending: held.pending,
    count: held.count,

    async signal(id, { topic, payload, idempotencyKey }) {
      const isNew = await store.signals.put(id, { topic, payload, idempotencyKey, at: clock.now() });
      changed(id);
      const entry = held.get(id);
      // Also one that is not new: it may be stored and not have got here.
      if (entry !== undefined) for (const one of await store.signals.all(id)) entry.inbox.put(one);
      return isNew;
    },

    async cancel(id, reason) {
      // It has ended, though that is not on disk.
      if (held.get(id)?.refused !== undefined) return false;
      if (!(await store.executions.cancel(id, reason.toData()))) return false;
      changed(id);
      if (held.get(id) === undefined) await adopt(await store.executions.get(id));
      const entry = held.get(id);
      entry?.stop(reason);
      if (entry?.isAtWork === false) await end(entry, failed(entry.stopped ?? reason, options));
      return true;
    },

    async takeUp(id) {
      refuseWhenDraining();
      const execution = await store.executions.get(id);
      if (execution === undefined || isTerminal(execution.state)) return false;
      await adopt(execution);
      return true;
    },

    async result(id, signal, isTold = false) {
      for (;;) {
        const entry = held.get(id);
        const ended = isTold && entry !== undefined ? Promise.race([entry.done, entry.refusal]) : entry?.done;
        const problem = ended === undefined ? undefined : await withinSignal(ended, signal);
        if (problem !== undefined) throw problem;
        if (entry?.outcome !== undefined) return { ...entry.execution, ...entry.outcome };
        const execution = await store.executions.get(id);
        if (execution === undefined || isTerminal(execution.state)) return execution;
        if (held.isClosed) throw new Problem('shutting_down', 'the engine is shutting down');
        // Another process is at work on it, or nobody is.
        if (held.get(id) === undefined) await clock.sleep(200, signal);
      }
    },

    async redrive(id, newId, keeps = () => false, now = {}) {
      refuseWhenDraining();
      // In this order: as long as it is there, nothing that it recorded was removed.
      const records = [...(await store.checkpoints.all(id))].filter(
        ([record]) => keeps(record) && !isOfTrace(record),
      );
      const request = againOf(id, newId, await store.executions.get(id), now);
      refuseWhenDraining();
      return admit(request, records);
    },

    drain() {
      draining = true;
    },

    idle: held.idle,

    async close() {
      draining = true;
      await held.close();
    },
  };

  async function admit(request: NewExecution, kept: FirstRecords, isFresh = false): Promise<Receipt> {
    const same = held.get(request.id);
    if (same !== undefined) {
      const isStored = (await same.admitted) !== false;
      if (isStored) return receiptOf(workerOf(request.kind), request, same.execution);
      await same.done;
      return earlier(request, kept);
    }
    const worker = workerOf(request.kind);
    const records = [...kept, ...traceRecords(options.tracing, request)];
    const now = clock.now();
    const limit = worker.limit?.(request) ?? 1;
    // The place in the mailbox is taken before anything is awaited, so that order of admission is order of arrival.
    const isTurn = held.hasRoom(request.key, limit);
    // With an idempotency key, or an id that may have been used, it is not known yet whether there is new work at all.
    const isSure = isFresh && request.idempotencyKey === undefined;
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
      isSure,
      rested,
    });
    const { before } = enter(entry, limit);
    const stored = insert(store, execution, records);
    entry.admitted = stored;
    // What was emitted meanwhile is of nothing that there is.
    stored.catch(() => entry.log.drop());
    const tellQueued = (): void => entry.note(worker.queued?.(execution, before));
    if (isSure && !isTurn) {
      tellQueued();
      // In one commit with the admission.
      entry.log.flush().catch(() => undefined);
    }
    if (isSure && isTurn) void carry(entry);
    try {
      if (!(await stored)) {
        // Who called it new was wrong: what it began is not another's.
        if (isSure) entry.stop(new Problem('conflict', `there is "${request.id}" already`));
        if (isSure) entry.log.drop();
        // What waits until it is known whether there is work has none to do, also when its turn came.
        await (isSure && entry.isAtWork ? entry.done : letGo(entry));
        return await earlier(request, kept);
      }
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

  /** The receipt of what was admitted before with the same id or idempotency key; when that is gone by now, this is new. */
  async function earlier(request: NewExecution, kept: FirstRecords): Promise<Receipt> {
    const first = await store.executions.get(request.id);
    if (first !== undefined) {
      await adopt(first);
      return receiptOf(workerOf(request.kind), request, first);
    }
    const same = await known(request);
    if (same !== undefined) return same;
    refuseWhenDraining(true);
    return admit(request, kept);
  }

  async function known(request: NewExecution): Promise<Receipt | undefined> {
    const { kind, name, idempotencyKey } = request;
    if (idempotencyKey === undefined) return undefined;
    const first = await store.executions.byIdempotencyKey(kind, name, idempotencyKey);
    if (first === undefined) return undefined;
    await adopt(first);
    return receiptOf(workerOf(kind), request, first);
  }

  function workerOf(kind: Execution['kind']): Worker {
    const worker = workers.get(kind);
    if (worker === undefined) throw new Error(`nobody carries out a ${kind}`);
    return worker;
  }

  /** What is at work may ask for its parts until it is stopped itself. */
  function refuseWhenDraining(isPart = false): void {
    if (isPart ? held.isClosed : draining) throw new Problem('shutting_down', 'the engine is shutting down');
  }
}
