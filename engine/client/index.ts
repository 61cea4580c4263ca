export { createClient } from './client.ts';
export type { ClientProblem } from './problem.ts';
export { createSseParser, type ServerSentEvent, type SseParser } from './sse.ts';
export type { WebSocketConstructor, WebSocketLike } from './web-socket.ts';
export type {
  AgentConnection,
  CallOptions,
  Client,
  ClientOptions,
  Approval,
  ApprovalAnswer,
  ConditionPart,
  EventsOptions,
  Explanation,
  Listed,
  Prompt,
  PromptResult,
  Receipt,
  RunFilter,
  RunRecord,
  RunResult,
  StartOptions,
  SubmissionFilter,
  SubmissionReceipt,
  SubmissionRecord,
  WorkflowConnection,
} from './types.ts';
export type { EngineEvent, EventType } from '../core/event.ts';
export { Problem } from '../core/problem.ts';
