import type { HarnessCase } from './harness/case.ts';
import { conversationCases } from './harness/conversation.ts';
import { endCases } from './harness/ends.ts';
import { toolCases } from './harness/tool-calls.ts';

export type { HarnessCase, HarnessSubject } from './harness/case.ts';

/**
 * The contract every harness passes; models and tools are the suite's own.
 *
 * @example for (const { title, run } of harnessContract) it(title, () => run({ harness }))
 */
export const harnessContract: readonly HarnessCase[] = [...conversationCases, ...toolCases, ...endCases];
