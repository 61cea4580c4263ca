import { asProblem, fromData } from '../../core/problem.ts';
import type { Durable } from '../../ports/durable.ts';
import type { Agent } from '../../program/agent.ts';
import { abortProblem } from '../deadline.ts';
import { nothingHere, type Here } from '../workspaces/grants.ts';
import type { PromptOutcome } from './submission.ts';
import { storedResult } from './submissions.ts';

/** Submissions that somebody in this process waits for: what they brought with them, and what they came to. */
export interface Outcomes {
  /** Says that somebody will wait for a submission. */
  expect(id: string, here: Here | undefined): void;
  /** Nobody waits after all. */
  drop(id: string): void;
  /** What the submission brought that is not stored. */
  here(id: string): Here;
  /** Told the result of a submission, or what was thrown, before the outcome is recorded. */
  ended(id: string, result: Promise<PromptOutcome>): void;
  /** Waits for the outcome; ends the submission with the signal. Throws the Problem that it failed with. */
  wait(id: string, agent: Agent, signal: AbortSignal | undefined): Promise<PromptOutcome>;
}

/** An empty set of them. */
export function createOutcomes(durable: Durable): Outcomes {
  const expected = new Map<string, { readonly here: Here; result?: Promise<PromptOutcome> }>();
  return {
    expect: (id, here = nothingHere) => void expected.set(id, { here }),
    drop: (id) => void expected.delete(id),
    here: (id) => expected.get(id)?.here ?? nothingHere,
    ended(id, result) {
      result.catch(() => undefined);
      const entry = expected.get(id);
      if (entry !== undefined) entry.result = result;
    },
    async wait(id, agent, signal) {
      const cancel = (): void => {
        if (signal !== undefined) durable.cancel(id, abortProblem(signal)).catch(() => undefined);
      };
      signal?.addEventListener('abort', cancel, { once: true });
      if (signal?.aborted === true) cancel();
      try {
        const execution = await durable.result(id, undefined, true);
        const result = expected.get(id)?.result;
        if (execution?.state === 'succeeded') return await (result ?? storedResult(execution, agent));
        // Who is told here and now hears the cause as well.
        const thrown = await result?.then(
          () => undefined,
          (problem: unknown) => asProblem(problem),
        );
        const error = fromData(execution?.error ?? shuttingDown);
        throw thrown?.code === error.code ? thrown : error;
      } finally {
        expected.delete(id);
        signal?.removeEventListener('abort', cancel);
      }
    },
  };
}

const shuttingDown = { type: 'shutting_down', message: 'the engine is shutting down' };
