import { createEmbedded } from './adapters/durable/embedded.ts';
import { createSystemClock } from './adapters/clock/system.ts';
import { turnLoop } from './adapters/harness/loop.ts';
import { conventionalKeys } from './adapters/model/provider-key.ts';
import { createModels } from './adapters/model/models.ts';
import { createSandboxes } from './adapters/sandbox/sandboxes.ts';
import { createEnvSecrets } from './adapters/secrets/env.ts';
import { openMemoryStore } from './adapters/store/memory.ts';
import { openSqliteStore } from './adapters/store/sqlite.ts';
import { createToolSource } from './adapters/tools/tool-source.ts';
import { createAgents } from './agents.ts';
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
import { createJournal, redactor } from './journal/index.ts';
import type { Secrets } from './ports/secrets.ts';
import type { Execution, Store } from './ports/store.ts';
import type { Program } from './program/program.ts';
import { createRuns } from './runs.ts';
import { createSessions, type SessionPorts } from './session/index.ts';

/**
 * Starts an engine: compiles the project, opens its store, takes up unfinished runs.
 * Throws Problem `invalid_project` (with the diagnostics as details), `missing_secret` (a required one),
 * `store_unavailable`, `store_corrupt`, `store_locked`.
 *
 * @example
 * const engine = await createEngine({ project: './my-project' });
 * const reply = await engine.agents.session('assistant', 'thread-1').prompt('Hello');
 * await engine.close();
 */
export async function createEngine(options: EngineOptions = {}): Promise<Engine> {
  armFromEnvironment();
  const program = options.program ?? (await compileOrThrow(options.project ?? '.'));
  const processEnv = options.env ?? process.env;
  const clock = options.ports?.clock ?? createSystemClock();
  const secrets =
    options.ports?.secrets ??
    createEnvSecrets({ declared: program.settings.secrets, env: processEnv, root: program.root });
  if (options.readOnly !== true) {
    refuse(unavailableParts(program));
    requireSecrets(program, secrets);
  }
  const env = pick(processEnv, program.settings.env);
  const store = await openStore(program, options);
  const redact = redactor([...secrets.values(), ...conventionalKeys(processEnv)]);
  const journal = createJournal({ store, clock, observers: options.observers ?? [], redact });
  const durable = createEmbedded({
    store,
    clock,
    openLog: (id, start) => journal.open(id, start),
    redact: (value) => redact.json(value),
    report: (problem) => journal.report(problem),
  });
  const ports: SessionPorts = {
    program,
    store,
    journal,
    durable,
    clock,
    redact,
    secrets,
    env,
    models:
      options.ports?.models ??
      createModels({
        providers: program.providers,
        scripts: program.scripts,
        secrets,
        env,
        processEnv,
        clock,
      }),
    harnesses: { 'ai-sdk': turnLoop, ...options.harnesses },
    sandboxes: options.ports?.sandboxes ?? createSandboxes({ projectRoot: program.root }),
    tools: options.ports?.tools ?? createToolSource({ env }),
  };
  const sessions = createSessions(ports);
  const runs = createRuns(ports, sessions, durable);
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
    for (;;) {
      const execution = await getRun(runId);
      if (isTerminal(execution.state)) return recordOf(execution);
      for await (const event of subscribe(runId, signal === undefined ? {} : { signal })) {
        if (event.type === 'run_end') break;
      }
      if (signal?.aborted === true) {
        throw new Problem('aborted', 'waiting for the run was given up', { cause: signal.reason });
      }
    }
  };

  return {
    program,
    agents: createAgents(ports, sessions),
    workflows: {
      async start(workflow, input = {}) {
        const { id, acceptedAt } = await runs.start(workflow, input);
        return { runId: id, acceptedAt: new Date(acceptedAt).toISOString() };
      },
      async run(workflow, input = {}, { signal } = {}) {
        const { id: runId } = await runs.start(workflow, input);
        const cancel = (): void => void durable.cancel(runId, cancelled()).catch(() => undefined);
        signal?.addEventListener('abort', cancel, { once: true });
        if (signal?.aborted === true) cancel();
        try {
          const record = await wait(runId);
          if (record.error !== undefined) throw fromData(record.error);
          return { runId, output: record.output ?? null, usage: record.usage ?? noUsage };
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
    },
    executions: (filter) => store.executions.list(filter),
    close: ({ graceMs = 0 } = {}) => (closing ??= close(graceMs)),
  };

  async function recoverOrClose(): Promise<void> {
    try {
      await durable.start();
    } catch (thrown) {
      await close(0).catch(() => undefined);
      throw thrown;
    }
  }

  async function close(graceMs: number): Promise<void> {
    durable.drain();
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
      journal.close();
      await failpoint('shutdown.close');
    } finally {
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

/** Work that needs a required secret would fail much later and far away. */
function requireSecrets(program: Program, secrets: Secrets): void {
  for (const [name, { required, env, file }] of Object.entries(program.settings.secrets)) {
    if (!required || secrets.get(name) !== undefined) continue;
    const places = [
      ...(env === undefined ? [] : [`the environment variable "${env}"`]),
      ...(file === undefined ? [] : [`the file "${file}"`]),
    ];
    throw new Problem('missing_secret', `the secret "${name}" is required; set ${places.join(' or ')}`, {
      details: { secret: name },
    });
  }
}

function pick(
  env: Readonly<Record<string, string | undefined>>,
  names: readonly string[],
): Record<string, string> {
  const picked: Record<string, string> = {};
  for (const name of names) {
    const value = env[name];
    if (value !== undefined) picked[name] = value;
  }
  return picked;
}

function recordOf(execution: Execution): RunRecord {
  const { startedAt, endedAt } = execution;
  return {
    runId: execution.id,
    workflow: execution.name,
    state: execution.state,
    input: execution.input,
    ...(execution.output === undefined ? {} : { output: execution.output }),
    ...(execution.error === undefined ? {} : { error: execution.error }),
    ...(execution.usage === undefined ? {} : { usage: execution.usage }),
    hash: execution.hash,
    createdAt: new Date(execution.createdAt).toISOString(),
    ...(startedAt === undefined ? {} : { startedAt: new Date(startedAt).toISOString() }),
    ...(endedAt === undefined
      ? {}
      : { endedAt: new Date(endedAt).toISOString(), durationMs: endedAt - execution.createdAt }),
  };
}
