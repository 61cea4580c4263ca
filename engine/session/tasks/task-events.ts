import { createHash } from 'node:crypto';
import type { EventScope, NewEvent } from '../../core/event.ts';
import type { Usage } from '../../core/message.ts';
import { asProblem, type ProblemData } from '../../core/problem.ts';
import type { Clock } from '../../ports/clock.ts';

/** Id of the task with a key: the same after a crash. */
export function taskIdOf(key: string): string {
  return `task_${createHash('sha256').update(key).digest('hex').slice(0, 26)}`;
}

/** A task as its events tell it. */
export interface TaskTold {
  readonly scope: EventScope;
  readonly prompt: string;
  readonly agent: string | undefined;
  readonly description: string | undefined;
  readonly cwd: string | undefined;
  /** What it used in the end, however it ended. */
  used(): Usage;
  emit(event: NewEvent): void;
}

/** Runs a task between its `task_start` and `task_end`. */
export async function tellTask<T extends { readonly text: string }>(
  clock: Pick<Clock, 'elapsed'>,
  task: TaskTold,
  work: () => Promise<T>,
): Promise<T> {
  const { scope, prompt, agent, description, cwd, emit } = task;
  const started = clock.elapsed();
  emit({
    ...scope,
    type: 'task_start',
    data: {
      prompt,
      ...(agent === undefined ? {} : { agent }),
      ...(description === undefined ? {} : { description }),
      ...(cwd === undefined ? {} : { cwd }),
    },
  });
  const end = (data: { isError: boolean; text: string; error?: ProblemData }): void =>
    emit({
      ...scope,
      type: 'task_end',
      data: { ...data, usage: task.used(), durationMs: clock.elapsed() - started },
    });
  try {
    const result = await work();
    end({ isError: false, text: result.text });
    return result;
  } catch (thrown) {
    const problem = asProblem(thrown);
    // With the engine only its process ends; the task goes on in another one.
    if (problem.code !== 'shutting_down') end({ isError: true, text: '', error: problem.toData() });
    throw thrown;
  }
}
