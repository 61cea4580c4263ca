import type { NewEvent } from './core/event.ts';
import { runId as makeRunId } from './core/ids.ts';
import { toJson, type Json } from './core/json.ts';
import { asProblem, Problem, readProblemData, type ProblemData } from './core/problem.ts';
import { noUsage, type Usage } from './core/message.ts';
import { choices } from './core/suggest.ts';
import { compileSchema, describeFaults } from './expr/index.ts';
import type { RunContext, StepPast } from './ports/durable.ts';
import type { Execution } from './ports/store.ts';
import type { Workflow } from './program/workflow.ts';
import { createActivities, deadline, type SessionPorts, type Sessions } from './session/index.ts';
import { runWorkflow } from './workflow/index.ts';

/** Runs of workflows: admitted, carried through, resumed after a crash, recorded once. */
export interface Runs {
  /** Admits a run; resolves when it is committed. Throws Problem `workflow_not_found`, `invalid_input`, `shutting_down`. */
  start(workflow: string, input: Json): Promise<{ readonly runId: string; readonly acceptedAt: string }>;
  /** Asks a run to stop; false when it is not running here. */
  cancel(runId: string): boolean;
  /** Takes up what a crash or shutdown left unfinished, the oldest first. */
  recover(): Promise<void>;
  /** Admits no more runs; those at work go on. */
  drain(): void;
  /** Resolves when nothing runs. */
  idle(): Promise<void>;
  /** Stops everything; unfinished runs keep their checkpoints and resume at the next start. */
  close(): Promise<void>;
}

/** The run manager over the session room's ports. */
export function createRuns(ports: SessionPorts, sessions: Sessions): Runs {
  const { program, store, journal, clock } = ports;
  const active = new Map<string, { readonly controller: AbortController; readonly done: Promise<void> }>();
  let draining = false;
  let closed = false;

  return {
    async start(name, input) {
      if (draining) throw new Problem('shutting_down', 'the engine is shutting down');
      const workflow = find(name);
      // What is stored is what runs, so that a run taken up again sees the same input.
      const checked = ports.redact.json(checkInput(workflow, input));
      const now = clock.now();
      const execution: Execution = {
        id: makeRunId(name, clock.ulid()),
        kind: 'run',
        name,
        key: '',
        state: 'running',
        input: checked,
        hash: workflow.hash,
        attempts: 1,
        createdAt: now,
        startedAt: now,
      };
      await store.executions.insert(execution);
      // Admitted while the engine closed: it is on disk, and the next start takes it up.
      if (!closed) launch(workflow, execution, { checkpoints: new Map(), past: new Map(), last: 0 });
      return { runId: execution.id, acceptedAt: new Date(now).toISOString() };
    },

    cancel(id) {
      const run = active.get(id);
      run?.controller.abort(new Problem('cancelled', 'the run was cancelled'));
      return run !== undefined;
    },

    async recover() {
      for (const execution of (await unfinished()).reverse()) await takeUp(execution);
    },

    drain() {
      draining = true;
    },

    async idle() {
      while (active.size > 0) await Promise.allSettled([...active.values()].map(({ done }) => done));
    },

    async close() {
      draining = true;
      closed = true;
      for (const { controller } of active.values()) {
        controller.abort(new Problem('shutting_down', 'the engine is shutting down'));
      }
      await Promise.allSettled([...active.values()].map(({ done }) => done));
    },
  };

  /** Everything that has no outcome, newest first. */
  async function unfinished(): Promise<Execution[]> {
    const found: Execution[] = [];
    for (;;) {
      const before = found.at(-1)?.id;
      const page = await store.executions.list({
        states: ['queued', 'running', 'waiting'],
        limit: 1000,
        ...(before === undefined ? {} : { before }),
      });
      found.push(...page);
      if (page.length < 1000) return found;
    }
  }

  async function takeUp(execution: Execution): Promise<void> {
    const last = await store.events.last(execution.id);
    const fail = (error: ProblemData): Promise<void> => conclude(execution, last, { state: 'failed', error });
    if (execution.kind === 'submission') {
      return fail({ type: 'interrupted', message: 'the engine stopped while this prompt was at work' });
    }
    const workflow = Object.hasOwn(program.workflows, execution.name)
      ? program.workflows[execution.name]
      : undefined;
    if (workflow === undefined) {
      return fail({
        type: 'workflow_not_found',
        message: `workflow "${execution.name}" is gone since the run started`,
      });
    }
    if (workflow.hash !== execution.hash) {
      return fail({
        type: 'spec_changed',
        message: `workflow "${execution.name}" changed since the run started`,
      });
    }
    const [checkpoints, past] = await Promise.all([
      store.checkpoints.all(execution.id),
      pastOf(execution.id),
    ]);
    launch(workflow, execution, { checkpoints, past, last });
  }

  /** What the stored events say of the steps of a run. */
  async function pastOf(id: string): Promise<ReadonlyMap<string, StepPast>> {
    const past = new Map<string, StepPast>();
    for (let after = 0; ;) {
      const page = await store.events.read(id, { after, limit: 1000 });
      for (const event of page) {
        if (event.stepPath === undefined) continue;
        if (event.type === 'step_start') past.set(event.stepPath, 'started');
        if (event.type === 'step_end') past.set(event.stepPath, event.data.status);
      }
      const last = page.at(-1);
      if (last === undefined) return past;
      after = last.index;
    }
  }

  function launch(workflow: Workflow, execution: Execution, before: Before): void {
    const controller = new AbortController();
    const done = carryThrough(workflow, execution, before, controller.signal)
      .catch((thrown: unknown) => {
        // Only the store can fail here: the run stays unfinished and resumes at the next start.
        journal.report(asProblem(thrown));
      })
      .finally(() => active.delete(execution.id));
    active.set(execution.id, { controller, done });
  }

  async function carryThrough(
    workflow: Workflow,
    execution: Execution,
    { checkpoints, past, last }: Before,
    signal: AbortSignal,
  ): Promise<void> {
    const { id } = execution;
    const log = journal.open(id, { from: last });
    const emit = (event: NewEvent): void => void log.emit({ ...event, runId: id });
    emit(
      last === 0
        ? {
            type: 'run_start',
            data: { workflow: workflow.name, input: execution.input, hash: workflow.hash },
          }
        : { type: 'run_resume', data: { checkpoints: checkpoints.size } },
    );
    const activities = createActivities(ports, sessions, workflow, { id, emit });
    const known = new Map(checkpoints);
    let spent: Usage = noUsage;
    const context: RunContext = {
      runId: id,
      startedAt: new Date(execution.createdAt).toISOString(),
      signal,
      activities,
      past,
      async step(key, work) {
        const recorded = known.get(key);
        if (recorded !== undefined) return recorded;
        const value = await work();
        await log.checkpoint(key, value);
        known.set(key, value);
        return value;
      },
      sleep: (ms, inner) => clock.sleep(ms, inner ?? signal),
      elapsed: () => clock.elapsed(),
      emit,
      deadline: (ms, parent) => deadline(clock, ms, [parent], `workflow "${workflow.name}"`),
    };
    const outcome = await runWorkflow(workflow, execution.input, context, {
      env: ports.env,
      onUsage: (usage) => (spent = usage),
    }).then(
      ({ output, usage }) => ({ state: 'succeeded', output, usage }) as const,
      (thrown: unknown) => (isShutdown(signal.reason) ? undefined : failureOf(asProblem(thrown), spent)),
    );
    try {
      // Without an outcome the run stays unfinished and resumes at the next start.
      if (outcome === undefined) return;
      await log.end({ runId: id, type: 'run_end', data: outcome }, { ...outcome, endedAt: clock.now() });
    } finally {
      await activities.close();
      await log.close();
    }
  }

  function failureOf(problem: Problem, usage: Usage) {
    if (problem.code === 'internal_error') journal.report(problem);
    const error = readProblemData(ports.redact.json(toJson(problem.toData()))) ?? problem.toData();
    const state = problem.code === 'cancelled' ? ('cancelled' as const) : ('failed' as const);
    return { state, error, usage };
  }

  /** Records the outcome of an execution that nothing works on. */
  async function conclude(
    execution: Execution,
    last: number,
    outcome: { readonly state: 'failed'; readonly error: ProblemData },
  ): Promise<void> {
    const log = journal.open(execution.id, { from: last });
    await log.end(
      execution.kind === 'run'
        ? { runId: execution.id, type: 'run_end', data: { ...outcome, usage: execution.usage ?? noUsage } }
        : { submissionId: execution.id, type: 'submission_end', data: outcome },
      { ...outcome, endedAt: clock.now() },
    );
  }

  function find(name: string): Workflow {
    const workflow = Object.hasOwn(program.workflows, name) ? program.workflows[name] : undefined;
    if (workflow !== undefined) return workflow;
    throw new Problem(
      'workflow_not_found',
      `no workflow "${name}"${choices(name, Object.keys(program.workflows))}`,
    );
  }
}

/** What is stored of a run before it is carried on. */
interface Before {
  readonly checkpoints: ReadonlyMap<string, Json>;
  readonly past: ReadonlyMap<string, StepPast>;
  /** Index of its last event. */
  readonly last: number;
}

/** A run that ends because the engine does has no outcome yet; one that was cancelled before that has. */
function isShutdown(reason: unknown): boolean {
  return reason instanceof Problem && reason.code === 'shutting_down';
}

function checkInput(workflow: Workflow, input: Json): Json {
  if (workflow.inputSchema === undefined) return input;
  const { value, faults } = compileSchema(workflow.inputSchema).check(input);
  if (faults.length === 0) return value;
  throw new Problem('invalid_input', `input of workflow "${workflow.name}": ${describeFaults(faults)}`, {
    details: { faults: faults.map(({ pointer, message }) => ({ pointer, message })) },
  });
}
