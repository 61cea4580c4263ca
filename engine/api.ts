// The types of the public API, by subject.
export type { Approval, ApprovalAnswer, ApprovalFilter } from './api/approvals.ts';
export type { Engine } from './api/engine.ts';
export type { EngineOptions } from './api/options.ts';
export type { ConditionExplained, ExplainedPart, Explanation, RunReceipt, RunRecord } from './api/runs.ts';
export type { ScheduleFired, ScheduleRecord } from './api/schedules.ts';
export type { PromptOptions, PromptResult, Session } from './api/sessions.ts';
export type { Dispatch, SubmissionReceipt, SubmissionRecord } from './api/submissions.ts';
