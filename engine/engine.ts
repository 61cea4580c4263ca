import { createEmbedded } from './adapters/durable/embedded.ts';
import { createConnections } from './adapters/mcp/tool-servers.ts';
import { createSystemClock } from './adapters/clock/system.ts';
import { conventionalKeys } from './adapters/model/provider-key.ts';
import { openMemoryStore } from './adapters/store/memory.ts';
import { openSqliteStore } from './adapters/store/sqlite.ts';
import { createAgents, createDispatch } from './calls/agents.ts';
import { createApprovals } from './approvals.ts';
import { openCodeRunners } from './bind/code-runners.ts';
import { checkEngineOptions } from './bind/check-engine-options.ts';
import { createCalls } from './runs/child-calls.ts';
import type { Engine, EngineOptions, RunRecord } from './api.ts';
import { compile, unavailableParts } from './compile.ts';
import { failpoint } from './core/failpoint.ts';
import { workflowOfRun } from './core/ids.ts';
import type { EngineEvent } from './core/event.ts';
import { armFromEnvironment } from './failpoints.ts';
import type { Diagnostic } from './core/diagnostic.ts';
import { fromData, Problem } from './core/problem.ts';
import { isTerminal } from './core/status.ts';
import { noUsage } from './core/message.ts';
import { keepInside } from './inside.ts';
import { openHarnesses } from './bind/harnesses.ts';
import { keyOption } from './calls/idempotency-key.ts';
import { createJournal, redactor, withoutNamed } from './journal/index.ts';
import type { Execution, Store } from './ports/store.ts';
import type { Program } from './program/program.ts';
import { createPortsOf } from './bind/ports-of.ts';
import { createRunAgain } from './runs/run-again.ts';
import { receiptOf, recordOf } from './runs/run-record.ts';
import { createRuns } from './runs/runs.ts';
import { createSchedules } from './schedules.ts';
import { createSessions } from './session/index.ts';
import { openSecrets, reportSecrets, requireSecrets } from './bind/secrets.ts';
import { openSandboxes } from './bind/open-sandboxes.ts';
import { signalRun } from './runs/signal-run.ts';
import { createSubmissions } from './calls/submissions.ts';
import { openTape } from './bind/tape.ts';
import { keepTidy } from './upkeep/upkeep.ts';
import { createVersions } from './runs/versions.ts';
import { createWhy } from './runs/why.ts';

/**
 * Starts an engine: compiles the project, opens its store, takes up unfinished runs.
 * Throws Problem `invalid_request` (options), `invalid_project` (with the diagnostics as details), `missing_secret` (a required one),
 * `store_unavailable`, `store_corrupt`, `store_locked`.
 *
 * @example
 * const engine = await createEngine({ project: './my-project' });
 * const reply = await engine.agents.session('assistant', 'thread-1').prompt('Hello');
 * await engine.close();
 */
export async function createEngine(options: EngineOptions = {}): Promise<Engine> {
  checkEngineOptions(options);
  armFromEnvironment();
  const program = options.program ?? (await compileOrThrow(options.project ?? '.'));
  const processEnv = options.env ?? process.env;
  const clock = options.ports?.clock ?? createSystemClock();
  if (options.readOnly !== true) refuse(unavailableParts(program));
  const secrets = await openSecrets(program, options);
  if (options.readOnly !== true) requireSecrets(program, secrets, options);
  const onTape = openTape(options, clock);
  const harnesses = await openHarnesses(program, options);
  const codeRunners = openCodeRunners(program, options);
  const sandboxes = options.ports?.sandboxes ?? (await openSandboxes(program, options));
  const store = await openStore(program, options);
  const redact = redactor([...secrets.values(), ...conventionalKeys(processEnv)]);
  const journal = createJournal({ store, clock, observers: options.observers ?? [], redact });
  const durable = createEmbedded({
    store,
    clock,
    openLog: (id, start) => journal.open(id, start),
    redact: (value) => withoutNamed(redact.json(value)),
    report: (problem) => journal.report(problem),
  });
  const calls = createCalls(() => ({ runs, sessions }));
  const shared = { store, journal, durable, clock, redact, harnesses, codeRunners, sandboxes, calls };
  const connections = createConnections(redact.text);
  const versions = createVersions(store.documents, program.root);
  const portsOf = createPortsOf(options, shared, {
    ...{ versions, onTape, connections },
    learn: redact.learn,
  });
  const specs = options.readOnly === true ? undefined : await keepOrClose();
  const ports = portsOf(program, specs, secrets);
  const sessions = createSessions(ports);
  const runs = createRuns(ports, sessions, durable);
  const again = createRunAgain(ports, durable);
  const why = createWhy(ports);
  const dispatch = createDispatch(program, sessions);
  const schedules = createSchedules(ports, { runs, dispatch });
  let stopTidying: (() => Promise<void>) | undefined;
  let closing: Promise<void> | undefined;
  if (options.recover !== false && options.readOnly !== true) await recoverOrClose();

  const getRun = async (runId: string): Promise<Execution> => {
    const execution = workflowOfRun(runId) === undefined ? undefined : await store.executions.get(runId);
    if (execution === undefined) throw new Problem('run_not_found', `no run "${runId}"`);
    return execution;
  };
  async function* subscribe(
    runId: string,
    { after = 0, signal }: { readonly after?: number; readonly signal?: AbortSignal } = {},
  ): AsyncGenerator<EngineEvent> {
    await getRun(runId);
    yield* journal.subscribe(runId, { after, ...(signal === undefined ? {} : { signal }) });
  }
  const wait = async (
    runId: string,
    { signal }: { readonly signal?: AbortSignal } = {},
  ): Promise<RunRecord> => {
    const execution = await getRun(runId);
    if (isTerminal(execution.state)) return recordOf(execution);
    try {
      await durable.result(runId, signal);
    } catch (thrown) {
      if (signal?.aborted !== true) throw thrown;
      throw new Problem('aborted', 'waiting for the run was given up', { cause: signal.reason });
    }
    return recordOf(await getRun(runId));
  };

  const engine: Engine = {
    program,
    agents: createAgents(ports, sessions),
    dispatch,
    submissions: createSubmissions(ports),
    workflows: {
      start: async (workflow, input = {}, { idempotencyKey, by } = {}) =>
        receiptOf(
          await runs.start(workflow, input, {
            ...keyOption(idempotencyKey),
            ...(by === undefined ? {} : { by }),
          }),
        ),
      async run(workflow, input = {}, { signal, idempotencyKey } = {}) {
        const { id: runId } = await runs.start(workflow, input, keyOption(idempotencyKey));
        const cancel = (): void => void durable.cancel(runId, cancelled()).catch(() => undefined);
        signal?.addEventListener('abort', cancel, { once: true });
        if (signal?.aborted === true) cancel();
        try {
          const {
            output = null,
            error,
            usage = noUsage,
          } = (await durable.result(runId)) ?? (await getRun(runId));
          if (error !== undefined) throw fromData(error);
          return { runId, output, usage };
        } finally {
          signal?.removeEventListener('abort', cancel);
        }
      },
    },
    runs: {
      get: async (runId) => recordOf(await getRun(runId)),
      async list({ workflow, ...filter } = {}) {
        const found = await store.executions.list({
          kind: 'run',
          ...filter,
          ...(workflow === undefined ? {} : { name: workflow }),
        });
        return found.map(recordOf);
      },
      async events(runId, { after = 0, limit = 1000 } = {}) {
        await getRun(runId);
        return store.events.read(runId, { after, limit });
      },
      subscribe,
      wait,
      async cancel(runId) {
        await getRun(runId);
        return durable.cancel(runId, cancelled());
      },
      signal: async (runId, topic, payload = null, { idempotencyKey } = {}) =>
        signalRun(ports, await getRun(runId), topic, payload, idempotencyKey),
      redrive: async (runId) => receiptOf(await again.redrive(await getRun(runId))),
      resume: async (runId) => receiptOf(await again.resume(await getRun(runId))),
      fork: async (runId, from) => receiptOf(await again.fork(await getRun(runId), from)),
      why: async (runId, step) => why(await getRun(runId), step),
    },
    approvals: createApprovals(ports),
    schedules: { list: schedules.list, trigger: schedules.trigger },
    secrets: reportSecrets(program, secrets),
    redact: (text) => String(withoutNamed(redact.text(text))),
    executions: (filter) => store.executions.list(filter),
    close: ({ graceMs = 0 } = {}) => (closing ??= close(graceMs)),
  };
  keepInside(engine, { secrets, store });
  return engine;

  async function keepOrClose(): Promise<string | undefined> {
    try {
      return await versions.keep(program);
    } catch (thrown) {
      await store.close().catch(() => undefined);
      throw thrown;
    }
  }

  async function recoverOrClose(): Promise<void> {
    try {
      await durable.start();
      await schedules.start();
      stopTidying = keepTidy(ports, sessions);
    } catch (thrown) {
      await close(0).catch(() => undefined);
      throw thrown;
    }
  }

  async function close(graceMs: number): Promise<void> {
    durable.drain();
    await Promise.all([schedules.close(), stopTidying?.()]);
    await failpoint('shutdown.drain');
    if (graceMs > 0) {
      const timer = new AbortController();
      await Promise.race([
        Promise.all([durable.idle(), sessions.idle()]),
        clock.sleep(graceMs, timer.signal).catch(() => undefined),
      ]);
      timer.abort();
    }
    try {
      await durable.close();
      await sessions.close();
      await Promise.all(Object.values(codeRunners).map(async (runner) => runner.close?.()));
      journal.close();
      await failpoint('shutdown.close');
    } finally {
      await connections.close();
      await store.close();
    }
  }
}

async function compileOrThrow(project: string): Promise<Program> {
  const { program, diagnostics } = await compile(project);
  if (program !== undefined) return program;
  refuse(diagnostics.filter((diagnostic) => diagnostic.level === 'error'));
  throw new Problem('invalid_project', 'the project has errors');
}

function refuse(errors: readonly Diagnostic[]): void {
  const [first] = errors;
  if (first === undefined) return;
  const place = ` (${first.file}:${first.range?.start.line ?? 1}: ${first.message})`;
  throw new Problem(
    'invalid_project',
    `the project has ${errors.length} error${errors.length === 1 ? '' : 's'}${place}`,
    {
      details: errors.map(({ rule, message, file, range }) => ({
        rule,
        message,
        file,
        line: range?.start.line ?? 0,
      })),
    },
  );
}

function cancelled(): Problem {
  return new Problem('cancelled', 'the run was cancelled');
}

async function openStore(program: Program, { store, readOnly = false }: EngineOptions): Promise<Store> {
  if (typeof store === 'object') return store;
  if (store === 'memory' || program.settings.store.type === 'memory') return openMemoryStore();
  return openSqliteStore({ path: program.settings.store.path, readOnly });
}
