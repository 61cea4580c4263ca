import { callerEnded, createChildRuns, type ChildRuns } from './child-runs.ts';
import { encodeKey, runId as makeRunId } from '../core/ids.ts';
import { createInTurn } from '../core/in-turn.ts';
import { toJson, type Json } from '../core/json.ts';
import { asProblem, Problem } from '../core/problem.ts';
import { choices } from '../core/suggest.ts';
import type { Durable, ExecutionContext, NewExecution, Receipt } from '../ports/durable.ts';
import { runEvents } from '../ports/run-events.ts';
import type { Execution } from '../ports/store.ts';
import type { Limits } from '../program/agent.ts';
import type { Program } from '../program/program.ts';
import type { Workflow } from '../program/workflow.ts';
import { checkRunInput } from './run-input.ts';
import { callersKey, leftKey, modelCallsKey, within } from './run-limits.ts';
import {
  callersIn,
  checkDepth,
  createActivities,
  peopleOf,
  versionOf,
  type Caller,
  type SessionPorts,
  type Sessions,
} from '../session/index.ts';
import { runCode, runWorkflow, type RunOptions } from '../workflow/index.ts';

/** How to admit a run. */
export interface StartOptions {
  /** The same key with the same input is one run; default none. */
  readonly idempotencyKey?: string;
  /** The run whose step this is; it ends when that one does. */
  readonly parent?: string;
  /** Who starts it; that person may not decide where another one must. */
  readonly by?: string;
  /** Whose it is; default the owner of its parent. */
  readonly owner?: string;
  /** What the run that calls has left for it. */
  readonly left?: Limits;
  /** Who called for it, the outermost first; default nobody but a person or program. */
  readonly callers?: readonly Caller[];
}

/** Runs of workflows: admitted, carried through, resumed after a crash, recorded once. */
export interface Runs {
  /**
   * Admits a run; resolves when it is committed. Throws Problem `workflow_not_found`, `invalid_input`, `conflict` (also when the
   * workflow takes no more runs at a time), `shutting_down`.
   */
  start(workflow: string, input: Json, options?: StartOptions): Promise<Receipt>;
  /** How the last of some callers, a run or a submission, calls workflows of a version. */
  call(on: SessionPorts, callers: readonly Caller[]): ReturnType<ChildRuns['callOf']>;
}

/** The runs of a Program, carried out by a durable engine, which must not have been started yet. */
export function createRuns(ports: SessionPorts, sessions: Sessions, durable: Durable): Runs {
  const { store, clock } = ports;
  const children = createChildRuns(store, durable);
  const inTurn = createInTurn();

  durable.define('run', {
    outlastsStore: true,
    limit: ({ name }) => workflowNamed(ports.program, name)?.concurrency?.limit ?? 1,
    ...runEvents,
    work,
  });

  return {
    start: (name, input, options) => start(ports.now(), name, input, options),
    call: (on, callers) =>
      children.callOf(callers.at(-1)?.id ?? '', (called, input, how) =>
        start(on, called, input, { ...how, callers }),
      ),
  };

  /** What comes twice at the same time is known to have come before. */
  function start(on: SessionPorts, name: string, input: Json, options: StartOptions = {}): Promise<Receipt> {
    const { idempotencyKey: key } = options;
    if (key === undefined) return admit(on, name, input, options);
    return inTurn(JSON.stringify([name, key]), () => admit(on, name, input, options));
  }

  async function admit(
    { program, specs, env, codeOf }: SessionPorts,
    name: string,
    input: Json,
    options: StartOptions,
  ): Promise<Receipt> {
    const { idempotencyKey, parent, by, left = {}, callers = [] } = options;
    checkDepth(program, callers);
    const workflow = find(program, name);
    const { inputSchema } = workflow.module === undefined ? workflow : await codeOf(workflow);
    // What is stored is what runs, so that a run taken up again sees the same input.
    const checked = ports.redact.json(checkRunInput(name, inputSchema, input));
    const wanted = keyOf(workflow, checked, env);
    // A run that its own caller stands before would wait for ever.
    const key = (await isHeldAbove(wanted, parent)) ? '' : wanted;
    const owner = options.owner ?? (parent && (await store.executions.get(parent))?.owner);
    const id = makeRunId(name, clock.ulid());
    const request: NewExecution = {
      id,
      kind: 'run',
      name,
      key,
      input: checked,
      hash: workflow.hash,
      ...(specs === undefined ? {} : { specs }),
      ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
      ...(parent === undefined ? {} : { parent }),
      ...(owner ? { owner } : {}),
    };
    // From here to the admission nothing is awaited, so that no other run comes between.
    const before = durable.pending(key);
    const isPart = parent !== undefined || callers.length > 0;
    const { limit, busy } = workflow.concurrency ?? { limit: Infinity, busy: 'queue' };
    if (busy === 'reject' && before.length >= limit) {
      // What was admitted before gets its receipt, and is not admitted again when it is forgotten at this moment.
      const known = await durable.known(request, isPart);
      if (known === undefined) throw isBusy(name, limit);
      return known;
    }
    const records = [
      ...(by === undefined ? [] : [[starterKey, by] as const]),
      ...(Object.keys(left).length === 0 ? [] : [[leftKey, { ...left }] as const]),
      ...(callers.length === 0 ? [] : [[callersKey, toJson(callers)] as const]),
    ];
    const receipt = await durable.admit(request, records, isPart, true);
    if (busy === 'replace' && receipt.created) {
      const reason = new Problem('cancelled', 'a newer run replaced this one');
      const replaced = before.slice(0, Math.max(0, before.length + 1 - limit));
      await Promise.all(replaced.map((earlier) => durable.cancel(earlier, reason)));
    }
    return receipt;
  }

  async function work(context: ExecutionContext, execution: Execution): Promise<Json> {
    try {
      return await carry(context, execution);
    } catch (thrown) {
      // One that failed while it was taken up again had no time to stop the runs it had called before.
      const isResumed = context.past.size > 0;
      if (isResumed && asProblem(thrown).code !== 'shutting_down') await children.stop(execution);
      throw thrown;
    }
  }

  async function carry(context: ExecutionContext, execution: Execution): Promise<Json> {
    const { id } = execution;
    const own = await versionOf(ports, execution);
    const workflow = within(pinned(own, execution), noted(leftKey, execution, context));
    const callers = callersIn(noted(callersKey, execution, context));
    if (await children.isOrphan(execution)) throw callerEnded();
    const emit = context.emit.bind(context);
    const activities = createActivities(own, sessions.on(own), workflow, {
      id,
      emit,
      committed: context.committed.bind(context),
      people: (stepPath) => peopleOf(context, stepPath),
      part: { callers: [...callers, { id, sessions: [] }], record: context.step.bind(context) },
      // Calls that a spec writes out are no deeper than it says.
      child: children.callOf(id, (called, input, how) => start(own, called, input, { ...how, callers })),
    });
    let modelCalls = 0;
    // Who called it counts them among its own.
    if (execution.parent !== undefined)
      context.withOutcome(async () => {
        if (modelCalls > 0) await store.checkpoints.put(id, modelCallsKey, modelCalls);
      });
    const seen = { ...context, activities };
    const options: RunOptions = {
      env: own.env,
      onUsage(usage, calls) {
        context.spent(usage);
        modelCalls = calls;
      },
    };
    const { input } = execution;
    try {
      const code = workflow.module === undefined ? undefined : await own.codeOf(workflow);
      const { output } =
        code === undefined
          ? await runWorkflow(workflow, input, seen, options)
          : await runCode(workflow, code, input, seen, options);
      return output;
    } finally {
      await activities.close();
    }
  }

  /** What the caller of a run noted of it; it is stored together with the run. */
  function noted(key: string, { parent }: Execution, context: ExecutionContext): Json | undefined {
    return parent === undefined ? undefined : context.recorded(key);
  }

  /** Whether the run that calls, or one that called it, counts under a key. */
  async function isHeldAbove(key: string, caller: string | undefined): Promise<boolean> {
    if (key === '' || caller === undefined) return false;
    const run = await store.executions.get(caller);
    return run !== undefined && (run.key === key || isHeldAbove(key, run.parent));
  }

  /** Runs with the same key count together; without a bound they do not count at all. */
  function keyOf({ name, concurrency }: Workflow, input: Json, env: SessionPorts['env']): string {
    if (concurrency === undefined) return '';
    const text = concurrency.key?.render({ input, env }) ?? '';
    return encodeKey(`workflow:${name}`, text);
  }

  /** The workflow that a run was admitted on. */
  function pinned({ program, specs }: SessionPorts, { name, hash, ...run }: Execution): Workflow {
    const workflow = workflowNamed(program, name);
    if (workflow === undefined)
      throw new Problem('workflow_not_found', `workflow "${name}" is gone since the run started`);
    // A stored version has another hash when only the code of a tool is another one; code is not stored.
    if (workflow.hash !== hash && (run.specs === undefined || run.specs !== specs))
      throw new Problem('spec_changed', `workflow "${name}" changed since the run started`);
    return workflow;
  }

  function find(program: Program, name: string): Workflow {
    const workflow = workflowNamed(program, name);
    if (workflow !== undefined) return workflow;
    throw new Problem(
      'workflow_not_found',
      `no workflow "${name}"${choices(name, Object.keys(program.workflows))}`,
    );
  }

  function workflowNamed(program: Program, name: string): Workflow | undefined {
    return Object.hasOwn(program.workflows, name) ? program.workflows[name] : undefined;
  }
}

/** Key of the record of who started a run. */
export const starterKey = '?by';

function isBusy(name: string, limit: number): Problem {
  const runs = limit === 1 ? 'a run' : `${limit} runs`;
  return new Problem('conflict', `workflow "${name}" has ${runs} at work, and takes no more at a time`, {
    retryable: true,
  });
}
