export { createClient } from './client.ts';
export { isProblem, type ClientProblem } from './problem.ts';
export { createSseParser, type ServerSentEvent, type SseParser } from './sse.ts';
export type { WebSocketConstructor, WebSocketLike } from './web-socket.ts';
export type { ClientAdmin, ClientChannels, ClientSchedules, ExecutionFilter } from './types/admin.ts';
export type { Asking, ClientAgents, Prompt, SkillCall, TaskCall } from './types/agents.ts';
export type { ApprovalAnswer, ApprovalFilter, ApprovalReads, ClientApprovals } from './types/approvals.ts';
export type { CallbackFilter, ClientCallbacks } from './types/callbacks.ts';
export type { Client } from './types/client.ts';
export type { AgentConnection, WorkflowConnection } from './types/connections.ts';
export type {
  DescribedAgent,
  DescribedLimits,
  DescribedWorkflow,
  ExecutionNote,
  Listed,
  ProjectStatus,
  Thinking,
} from './types/described.ts';
export type { ConditionPart, Explanation } from './types/explanation.ts';
export type {
  CallOptions,
  ClientOptions,
  ConversationPage,
  DeleteOptions,
  EventsOptions,
  ExtraHeaders,
  NewestOptions,
  Page,
  PageOptions,
  RetryOptions,
  StartOptions,
  StreamOptions,
  Token,
  WaitOptions,
} from './types/options.ts';
export type { ClientRuns, RunFilter, RunReads } from './types/runs.ts';
export type { ClientFiles, ClientSessions, SessionPlace, SessionReads } from './types/sessions.ts';
export type { ClientSubmissions, SubmissionFilter, SubmissionReads } from './types/submissions.ts';
export type { ClientWorkflows, Receipt, RunResult } from './types/workflows.ts';
export type { EngineEvent, EventType } from '../core/event.ts';
export type { Json, JsonObject, JsonSchema } from '../core/json.ts';
export type { Message, Usage } from '../core/message.ts';
export { Problem } from '../core/problem.ts';
export type { ProblemCode } from '../core/problem-codes.ts';
export type { CompactResult, PromptResult } from '../core/records/answer.ts';
export type { Approval } from '../core/records/approval.ts';
export type {
  CallbackAttempt,
  CallbackDetails,
  CallbackEvent,
  CallbackRecord,
  CallbackState,
} from '../core/records/callback.ts';
export type { ChannelRecord } from '../core/records/channel.ts';
export type { InstanceNote, SessionEntry, SessionNote } from '../core/records/conversation.ts';
export type { FileInfo } from '../core/records/file-info.ts';
export type { RunRecord } from '../core/records/run.ts';
export type { ScheduleFired, ScheduleRecord } from '../core/records/schedule.ts';
export type { SubmissionReceipt, SubmissionRecord } from '../core/records/submission.ts';
export type { UsageReport } from '../core/records/usage-report.ts';
export type { ProjectTypes, Registered } from '../core/register.ts';
