import { setImmediate } from 'node:timers/promises';
import type { Json } from '../core/json.ts';
import { compileSchema, type Scope } from '../expr/index.ts';
import type { Activities } from '../ports/activities.ts';
import type { RunContext } from '../ports/durable.ts';
import type { Execution } from '../ports/store.ts';
import type { Step } from '../program/step.ts';
import type { Workflow } from '../program/workflow.ts';
import { runWorkflow } from '../workflow/index.ts';

/**
 * Goes the way of a run again over what it recorded, without doing anything: what has no record is where that way ends. Resolves
 * when no step can be reached any more.
 * @param options.recorded the record of a key.
 * @param options.onStep told of every step that is reached, with what it sees at that moment.
 */
export async function replayRun(
  workflow: Workflow,
  run: Execution,
  options: {
    readonly env: Readonly<Record<string, string>>;
    readonly recorded: (key: string) => Json | undefined;
    readonly onStep: (step: Step, path: string, scope: Scope) => void;
  },
): Promise<void> {
  const { env, recorded, onStep } = options;
  // Nothing else is asked of the world by steps that only steer.
  const activities = {
    check: (schema, value) => compileSchema(schema).check(value),
  } satisfies Pick<Activities, 'check'> as unknown as Activities;
  const stopped = new Promise<never>(() => undefined);
  const context: RunContext = {
    id: run.id,
    admittedAt: new Date(run.createdAt).toISOString(),
    signal: new AbortController().signal,
    past: new Map(),
    activities,
    recorded,
    step: (key) => {
      const record = recorded(key);
      return record === undefined ? stopped : Promise.resolve(record);
    },
    pause: () => stopped,
    receive: () => stopped,
    wait: () => stopped,
    waitFor: () => stopped,
    sleep: () => stopped,
    elapsed: () => 0,
    age: () => 0,
    spent: () => undefined,
    withOutcome: () => undefined,
    committed: () => stopped,
    emit: () => undefined,
    deadline: (_ms, parent) => ({ signal: parent, cancel: () => undefined }),
  };
  const done = runWorkflow(workflow, run.input, context, { env, onStep }).then(
    () => undefined,
    () => undefined,
  );
  // Without the world every wait is over in one turn of the event loop, or lasts for ever.
  await Promise.race([done, setImmediate()]);
}
