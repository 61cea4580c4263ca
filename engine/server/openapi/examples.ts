import type { JsonObject } from '../../core/json.ts';

/** What a caller may send, by operation. */
export const examples: Readonly<Record<string, JsonObject>> = {
  promptAgent: { message: 'Where is my order 17?' },
  dispatchToAgent: { message: 'Where is my order 17?' },
  useSkill: { args: { order: 17 } },
  startTask: { prompt: 'Find out what the release notes say of timeouts.' },
  abortSession: { session: 'default' },
  forkSession: { session: 'another-try' },
  compactSession: { instructions: 'keep every number' },
  forkRun: { from: 'charge' },
  answerApproval: { decision: 'approved', by: 'ada' },
};
