export { requestsIn } from './approval-request.ts';
export type { ApprovalRequest, KnownRequest } from './approval-request.ts';
export { runWorkflow } from './run.ts';
export type { RunOptions, RunOutcome } from './run.ts';
export { isWaitKey } from './steps/work.ts';
