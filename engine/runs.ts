import { runId as makeRunId } from './core/ids.ts';
import type { Json } from './core/json.ts';
import { Problem } from './core/problem.ts';
import { noUsage } from './core/message.ts';
import { choices } from './core/suggest.ts';
import { compileSchema, describeFaults } from './expr/index.ts';
import type { Durable, ExecutionContext, Receipt } from './ports/durable.ts';
import type { Execution } from './ports/store.ts';
import type { Workflow } from './program/workflow.ts';
import { createActivities, type SessionPorts, type Sessions } from './session/index.ts';
import { runWorkflow } from './workflow/index.ts';

/** Runs of workflows: admitted, carried through, resumed after a crash, recorded once. */
export interface Runs {
  /**
   * Admits a run; resolves when it is committed. Throws Problem `workflow_not_found`, `invalid_input`, `conflict`,
   * `shutting_down`.
   */
  start(workflow: string, input: Json, options?: { readonly idempotencyKey?: string }): Promise<Receipt>;
}

/** The runs of a Program, carried out by a durable engine, which must not have been started yet. */
export function createRuns(ports: SessionPorts, sessions: Sessions, durable: Durable): Runs {
  const { program, clock } = ports;

  durable.define('run', {
    started: ({ id, name, input, hash }, records) =>
      records === undefined
        ? { runId: id, type: 'run_start', data: { workflow: name, input, hash } }
        : { runId: id, type: 'run_resume', data: { checkpoints: records } },
    ended: ({ id }, { state, output, error, usage }) => ({
      runId: id,
      type: 'run_end',
      data: {
        state,
        ...(output === undefined ? {} : { output }),
        ...(error === undefined ? {} : { error }),
        usage: usage ?? noUsage,
      },
    }),
    work,
  });

  return {
    async start(name, input, { idempotencyKey } = {}) {
      const workflow = find(name);
      // What is stored is what runs, so that a run taken up again sees the same input.
      const checked = ports.redact.json(checkInput(workflow, input));
      return durable.admit({
        id: makeRunId(name, clock.ulid()),
        kind: 'run',
        name,
        key: '',
        input: checked,
        hash: workflow.hash,
        ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
      });
    },
  };

  async function work(context: ExecutionContext, execution: Execution): Promise<Json> {
    const { id } = execution;
    const workflow = pinned(execution);
    const emit = context.emit.bind(context);
    const activities = createActivities(ports, sessions, workflow, { id, emit });
    try {
      const { output } = await runWorkflow(
        workflow,
        execution.input,
        { ...context, activities },
        { env: ports.env, onUsage: (usage) => context.spent(usage) },
      );
      return output;
    } finally {
      await activities.close();
    }
  }

  /** The workflow that a run was admitted on. */
  function pinned({ name, hash }: Execution): Workflow {
    const workflow = Object.hasOwn(program.workflows, name) ? program.workflows[name] : undefined;
    if (workflow === undefined)
      throw new Problem('workflow_not_found', `workflow "${name}" is gone since the run started`);
    if (workflow.hash !== hash)
      throw new Problem('spec_changed', `workflow "${name}" changed since the run started`);
    return workflow;
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

function checkInput(workflow: Workflow, input: Json): Json {
  if (workflow.inputSchema === undefined) return input;
  const { value, faults } = compileSchema(workflow.inputSchema).check(input);
  if (faults.length === 0) return value;
  throw new Problem('invalid_input', `input of workflow "${workflow.name}": ${describeFaults(faults)}`, {
    details: { faults: faults.map(({ pointer, message }) => ({ pointer, message })) },
  });
}
