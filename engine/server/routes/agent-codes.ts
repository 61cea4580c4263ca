import type { ProblemCode } from '../../core/problem-codes.ts';

/** What refuses a message to an agent before it is accepted. */
export const refusalCodes: readonly ProblemCode[] = [
  'agent_not_found',
  'invalid_input',
  'missing_model',
  'unknown_role',
  'session_busy',
];

/** How the work on a message ends without an answer. */
export const answerCodes: readonly ProblemCode[] = [
  'aborted',
  'cancelled',
  'gave_up',
  'interrupted',
  'limit_reached',
  'loop_detected',
  'max_turns',
  'mcp_unavailable',
  'missing_secret',
  'model_failed',
  'model_refused',
  'model_unavailable',
  'outcome_pending',
  'output_invalid',
  'result_invalid',
  'sandbox_denied',
  'sandbox_failed',
  'spec_changed',
  'template_failed',
  'timeout',
];
