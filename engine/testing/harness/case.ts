import assert from 'node:assert/strict';
import type { Message } from '../../core/message.ts';
import { Problem } from '../../core/problem.ts';
import type { Harness } from '../../ports/harness.ts';

/** How the suite gets the harness under test. */
export interface HarnessSubject {
  readonly harness: Harness;
}

/** One promise of the harness port, for any test runner. */
export interface HarnessCase {
  readonly title: string;
  run(subject: HarnessSubject): Promise<void>;
}

/** Ids of the calls, or of the results, in messages. */
export function ids(messages: readonly Message[], type: 'tool_call' | 'tool_result'): string[] {
  return messages.flatMap((message) =>
    message.content.flatMap((part) =>
      part.type === type && (part.type === 'tool_call' || part.type === 'tool_result')
        ? [part.toolCallId]
        : [],
    ),
  );
}

/** Fails unless the work throws a Problem with this code. */
export async function throwsCode(code: string, work: () => Promise<unknown>): Promise<void> {
  await assert.rejects(work, (thrown) => thrown instanceof Problem && thrown.code === code);
}
