import { createEmbedded } from './adapters/durable/embedded.ts';
import { createConnections } from './adapters/mcp/tool-servers.ts';
import { createSender } from './adapters/tools/http-send.ts';
import { createSystemClock } from './adapters/clock/system.ts';
import { conventionalKeys } from './adapters/model/provider-key.ts';
import { openMemoryStore } from './adapters/store/memory.ts';
import { openSqliteStore } from './adapters/store/sqlite.ts';
import { watchWrites } from './adapters/store/watch-writes.ts';
import { createAgents, createDispatch } from './calls/agents.ts';
import { createApprovals } from './calls/approvals.ts';
import { bindProgram } from './bind/bind-program.ts';
import { createLivePorts } from './bind/live-ports.ts';
import { createProjectCode } from './bind/project-code.ts';
import { checkEngineOptions } from './bind/check-engine-options.ts';
import { createBacklog } from './callbacks/backlog.ts';
import { createCallbacks } from './callbacks/callbacks.ts';
import { createCourier } from './callbacks/courier.ts';
import { tellCallbacks } from './callbacks/tell.ts';
import { createChannels } from './channels/channels.ts';
import { createCalls } from './runs/child-calls.ts';
import type { Engine, EngineOptions } from './api.ts';
import { unavailableParts } from './compile.ts';
import { compileOrThrow, refuse } from './bind/compile-or-throw.ts';
import { failpoint } from './core/failpoint.ts';
import { asProblem } from './core/problem.ts';
import { armFromEnvironment } from './bind/failpoints.ts';
import { keepInside } from './api/inside.ts';
import { createJournal, redactor, withoutNamed } from './journal/index.ts';
import type { Store } from './ports/store.ts';
import type { Program } from './program/program.ts';
import { createPortsOf } from './bind/ports-of.ts';
import { createRunAgain } from './runs/run-again.ts';
import { createRuns } from './runs/runs.ts';
import { createSchedules } from './calls/schedules.ts';
import { createSessions } from './session/index.ts';
import { reportSecrets } from './bind/secrets.ts';
import type { EngineOf } from './api/project-engine.ts';
import type { ProjectTypes, Registered } from './core/register.ts';
import { createEngineRuns } from './calls/runs.ts';
import { createReload } from './bind/reload.ts';
import { createSubmissions } from './calls/submissions.ts';
import { openTape } from './bind/tape.ts';
import { serversOf } from './bind/mcp-servers.ts';
import { openTelemetry } from './bind/telemetry.ts';
import { usageReport } from './upkeep/usage-report.ts';
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
export async function createEngine<P extends ProjectTypes = Registered>(
  options: EngineOptions = {},
): Promise<EngineOf<P>> {
  checkEngineOptions(options);
  armFromEnvironment();
  const program = options.program ?? (await compileOrThrow(options.project ?? '.'));
  const processEnv = options.env ?? process.env;
  const clock = options.ports?.clock ?? createSystemClock();
  if (options.readOnly !== true) refuse(unavailableParts(program));
  const onTape = openTape(options, clock);
  const bound = await bindProgram(program, options);
  const telemetry = await openTelemetry(program, options, bound.secrets);
  const opened = await openStore(program, options).catch(async (thrown: unknown) => {
    await telemetry.close();
    throw thrown;
  });
  const { store, takesWrites } = watchWrites(opened, clock);
  const redact = redactor([...bound.secrets.values(), ...conventionalKeys(processEnv)]);
  const journal = createJournal({
    store,
    clock,
    observers: options.observers ?? [],
    redact,
    tap: telemetry.tap,
    withEvent: tellCallbacks({
      store,
      callbacks: () => ports.program.settings.callbacks,
      now: () => clock.now(),
      hide: redact.json,
      stored(callback) {
        backlog.added(callback);
        courier.wake(callback);
      },
    }),
  });
  const durable = createEmbedded({
    store,
    clock,
    openLog: (id, start) => journal.open(id, start),
    redact: (value) => withoutNamed(redact.json(value)),
    report: (problem) => journal.report(problem),
    tracing: telemetry.tracing,
  });
  const calls = createCalls(() => ({ runs, sessions }));
  const forgetTold = (session: string): Promise<void> => courier.forget(session);
  const shared = { store, journal, durable, clock, redact, calls, forgetTold };
  const connections = createConnections(redact.text, telemetry.tracing?.outgoing);
  const versions = createVersions(store.documents, program.root);
  const portsOf = createPortsOf(options, shared, {
    ...{ versions, onTape, connections, outgoing: telemetry.tracing?.outgoing },
    learn: redact.learn,
  });
  const specs = options.readOnly === true ? undefined : await keepOrClose();
  const code = createProjectCode();
  const live = createLivePorts(portsOf(program, specs, bound, code));
  const { ports } = live;
  const sessions = createSessions(ports);
  const { meters } = telemetry;
  const backlog = createBacklog(meters);
  const courier = createCourier(ports, { sender: createSender(), meters, backlog });
  const runs = createRuns(ports, sessions, durable);
  const again = createRunAgain(ports, durable, versions.hold);
  const why = createWhy(ports);
  const dispatch = createDispatch(ports, sessions);
  const schedules = createSchedules(ports, { runs, dispatch });
  let stopTidying: (() => Promise<void>) | undefined;
  let closing: Promise<void> | undefined;
  let isClosed = false;
  let takesUp = options.recover !== false && options.readOnly !== true;
  if (takesUp) await recoverOrClose();

  const engine: Engine = {
    get program() {
      return ports.program;
    },
    reload: createReload(options, {
      ...{ live, portsOf, versions, schedules },
      learn: redact.learn,
      taken: () => {
        const servers = serversOf(ports.program).map(({ server }) => server);
        connections.endOthers(ports.servers, servers);
        if (takesUp) void courier.start().catch((thrown: unknown) => journal.report(asProblem(thrown)));
      },
      begun: { program, bound, code },
      isClosing: () => closing !== undefined,
    }),
    agents: createAgents(ports, sessions),
    dispatch,
    submissions: createSubmissions(ports),
    ...createEngineRuns(ports, { runs, again, why }),
    approvals: createApprovals(ports),
    callbacks: createCallbacks(ports, courier, backlog),
    channels: createChannels(ports, sessions),
    schedules: { list: schedules.list, trigger: schedules.trigger },
    get secrets() {
      return reportSecrets(ports.program, ports.secrets);
    },
    redact: (text) => String(withoutNamed(redact.text(text))),
    usage: (options) => usageReport({ executions: (filter) => store.executions.list(filter) }, options),
    executions: (filter) => store.executions.list(filter),
    close: ({ graceMs = 0 } = {}) => (closing ??= close(graceMs)),
  };
  keepInside(engine, {
    get secrets() {
      return ports.secrets;
    },
    store,
    takesWrites,
    telemetry,
    get isClosed() {
      return isClosed;
    },
    async takeUp() {
      takesUp = true;
      await recoverOrClose();
    },
    async told(graceMs) {
      await within(graceMs, courier.idle());
      return courier.waiting();
    },
  });
  return engine as EngineOf<P>;

  async function keepOrClose(): Promise<string | undefined> {
    try {
      return await versions.keep(program);
    } catch (thrown) {
      await store.close().catch(() => undefined);
      await telemetry.close();
      throw thrown;
    }
  }

  async function recoverOrClose(): Promise<void> {
    try {
      await backlog.count(store);
      await durable.start();
      await schedules.start();
      await courier.start();
      stopTidying = keepTidy(ports, sessions, versions.watch);
    } catch (thrown) {
      await (closing ??= close(0)).catch(() => undefined);
      throw thrown;
    }
  }

  async function within(graceMs: number, work: Promise<void>): Promise<void> {
    const timer = new AbortController();
    await Promise.race([work, clock.sleep(graceMs, timer.signal).catch(() => undefined)]);
    timer.abort();
  }

  async function close(graceMs: number): Promise<void> {
    durable.drain();
    await Promise.all([schedules.close(), stopTidying?.()]);
    await failpoint('shutdown.drain');
    if (graceMs > 0)
      await within(
        graceMs,
        Promise.all([durable.idle(), sessions.idle()]).then(() => courier.idle()),
      );
    try {
      await durable.close();
      await sessions.close();
      await Promise.all(Object.values(bound.codeRunners).map(async (runner) => runner.close?.()));
      journal.close();
      await failpoint('shutdown.close');
    } finally {
      isClosed = true;
      await courier.close();
      backlog.stop();
      await connections.close();
      await store.close();
      await telemetry.close();
    }
  }
}

async function openStore(program: Program, { store, readOnly = false }: EngineOptions): Promise<Store> {
  if (typeof store === 'object') return store;
  if (store === 'memory' || program.settings.store.type === 'memory') return openMemoryStore();
  return openSqliteStore({ path: program.settings.store.path, readOnly });
}
