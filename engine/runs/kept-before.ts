import type { EngineEvent } from '../core/event.ts';
import { Problem } from '../core/problem.ts';
import { choices } from '../core/suggest.ts';
import type { Execution, Store } from '../ports/store.ts';

/**
 * Which records of a run were made before a step began, by key: as if the engine had been killed at that moment. Throws Problem
 * `invalid_request` when the run did not come to that step by itself.
 */
export async function keptBefore(
  store: Store,
  run: Execution,
  from: string,
): Promise<(key: string) => boolean> {
  const began = new Map<string, number>();
  const ended = new Map<string, number>();
  /** The last event of a step, or of a step inside it. */
  const last = new Map<string, number>();
  for await (const { index, type, stepPath } of stepEventsOf(store, run.id)) {
    if (!began.has(stepPath)) began.set(stepPath, index);
    if (type === 'step_end') ended.set(stepPath, index);
    for (const path of [stepPath, ...aroundOf(stepPath)]) last.set(path, index);
  }
  const start = began.get(from);
  if (start === undefined) throw await unknownStep(store, run, from, [...began.keys()]);
  return (key) => {
    if (isWithin(key, from)) return false;
    // What a `catch` is running is recorded before its steps, and ends after them.
    if (from.startsWith(`${key}!`)) return true;
    const owner = [key, ...aroundOf(key)].find((path) => began.has(path) || last.has(path));
    // Without events it was taken over from the run before.
    if (owner === undefined) return true;
    const end = ended.get(owner) ?? (began.has(owner) ? undefined : last.get(owner));
    return end !== undefined && end < start;
  };
}

/** Whether a key is that of a step, or of something inside it. */
export function isWithin(key: string, step: string): boolean {
  return key === step || (key.startsWith(step) && !/[A-Za-z0-9_-]/.test(key.charAt(step.length)));
}

/** What a path is inside of, the nearest first: `a[3]/b` is inside `a[3]`, and that inside `a`. */
function aroundOf(path: string): readonly string[] {
  return [...path.matchAll(/[^A-Za-z0-9_-]/g)].map(({ index }) => path.slice(0, index)).reverse();
}

type StepEvent = EngineEvent & { readonly stepPath: string };

async function* stepEventsOf(store: Store, runId: string): AsyncGenerator<StepEvent> {
  for (let after = 0; ;) {
    const page = await store.events.read(runId, { after, limit: 1000 });
    for (const event of page) {
      after = event.index;
      if ((event.type === 'step_start' || event.type === 'step_end') && event.stepPath !== undefined)
        yield event as StepEvent;
    }
    if (page.length < 1000) return;
  }
}

async function unknownStep(
  store: Store,
  run: Execution,
  from: string,
  known: readonly string[],
): Promise<Problem> {
  const records = await store.checkpoints.all(run.id);
  if (records.has(from) && run.parent !== undefined)
    return new Problem(
      'invalid_request',
      `step "${from}" was taken over from "${run.parent}"; fork that run`,
    );
  return new Problem('invalid_request', `the run did not come to a step "${from}"${choices(from, known)}`);
}
