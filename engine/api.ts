// The types of the public API, by subject.
export type { Approval, ApprovalAnswer, ApprovalFilter } from './api/approvals.ts';
export type {
  CallbackAttempt,
  CallbackDetails,
  CallbackEvent,
  CallbackFilter,
  CallbackRecord,
  CallbackState,
  EngineCallbacks,
} from './api/callbacks.ts';
export type { ChannelRecord, Delivery, DeliveryAnswer, DeliveryOutcome } from './api/channels.ts';
export type { Engine } from './api/engine.ts';
export type {
  EngineOf,
  ProjectAgents,
  ProjectEngine,
  ProjectSession,
  ProjectWorkflows,
} from './api/project-engine.ts';
export type { Reloaded, ReloadOptions } from './api/reload.ts';
export type { EngineOptions } from './api/options.ts';
export type { ConditionExplained, ExplainedPart, Explanation, RunReceipt, RunRecord } from './api/runs.ts';
export type { ScheduleFired, ScheduleRecord } from './api/schedules.ts';
export type {
  CallFile,
  CodeOptions,
  CompactOptions,
  PromptOptions,
  ShellOptions,
  SkillOptions,
  TaskOptions,
} from './api/call-options.ts';
export type {
  CompactResult,
  DeleteOptions,
  PromptResult,
  SentPrompt,
  Session,
  ShellResult,
} from './api/session.ts';
export type { ResultOf, ResultSchema, StandardSchema } from './api/result-schema.ts';
export type { InstanceNote, InstanceSessions } from './api/sessions.ts';
export type { UsageLine, UsageReport } from './api/usage.ts';
export type {
  Dispatch,
  DispatchMessage,
  SubmissionFilter,
  SubmissionReceipt,
  SubmissionRecord,
  ToInstance,
} from './api/submissions.ts';
