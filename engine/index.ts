export { turnLoop } from './adapters/harness/loop.ts';
export { registerHarness } from './adapters/harness/registry.ts';
export { openMemoryStore } from './adapters/store/memory.ts';
export { openSqliteStore } from './adapters/store/sqlite.ts';
export type {
  Approval,
  ApprovalAnswer,
  ApprovalFilter,
  CallbackAttempt,
  CallbackDetails,
  CallbackEvent,
  CallbackFilter,
  CallbackRecord,
  CallbackState,
  EngineCallbacks,
  CallFile,
  CodeOptions,
  CompactOptions,
  CompactResult,
  DeleteOptions,
  ChannelRecord,
  Delivery,
  DeliveryAnswer,
  DeliveryOutcome,
  Dispatch,
  DispatchMessage,
  Engine,
  EngineOf,
  EngineOptions,
  Explanation,
  InstanceNote,
  InstanceSessions,
  PromptOptions,
  ProjectAgents,
  ProjectEngine,
  ProjectSession,
  ProjectWorkflows,
  PromptResult,
  ResultOf,
  ResultSchema,
  Reloaded,
  ReloadOptions,
  RunReceipt,
  RunRecord,
  ScheduleFired,
  ScheduleRecord,
  SentPrompt,
  Session,
  ShellOptions,
  ShellResult,
  SkillOptions,
  StandardSchema,
  SubmissionReceipt,
  SubmissionFilter,
  UsageLine,
  UsageReport,
  SubmissionRecord,
  TaskOptions,
  ToInstance,
} from './api.ts';
export { compile, validate, type Compiled, type ValidateOptions } from './compile.ts';
export { createCompiler, type Analysis, type Compiler, type Overlay } from './compiler.ts';
export { hasErrors, sortDiagnostics, type Diagnostic, type Level, type Related } from './core/diagnostic.ts';
export type { EngineEvent, EventData, EventScope, EventType, NewEvent } from './core/event.ts';
export type { Json, JsonObject, JsonSchema } from './core/json.ts';
export type { ResultStrategy, TypedReport } from './core/typed-report.ts';
export type {
  ImagePart,
  Message,
  TextPart,
  ThinkingPart,
  ToolCallPart,
  ToolResultPart,
  Usage,
} from './core/message.ts';
export { Problem, type ProblemData } from './core/problem.ts';
export { problemCodes, type ProblemCode } from './core/problem-codes.ts';
export type { Origin, Position, Range } from './core/range.ts';
export type {
  AgentSpec,
  ModelSpec,
  ProfileSpec,
  ProjectSpec,
  RoleSpec,
  SandboxSpec,
  SkillSpec,
  ToolSpec as ToolFileSpec,
  WorkflowSpec,
} from './core/spec.gen.ts';
export type { ExecutionState, StepStatus } from './core/status.ts';
export type { Finding, Findings, UnavailablePart } from './findings/index.ts';
export {
  createAgent,
  defineAgentProfile,
  extendAgentProfile,
  isCreatedAgent,
  type AgentContext,
  type AgentDefinition,
  type CreatedAgent,
  type DescribeAgent,
  type ProfileDefinition,
} from './code/define-agent.ts';
export { defineTool } from './code/define-tool.ts';
export { loadSkill, type LoadedSkill } from './code/load-skill.ts';
export type {
  AgentInCode,
  AnswerInCode,
  PromptInCode,
  StepInCode,
  WorkflowContext,
  WorkflowLog,
} from './ports/code-workflow.ts';
export { createEngine } from './engine.ts';
export type { Clock } from './ports/clock.ts';
export type {
  CodeContext,
  CodeFault,
  CodeFunction,
  CodeLimits,
  CodeResult,
  CodeRunner,
} from './ports/code-runner.ts';
export { isOverflow } from './ports/harness.ts';
export type { Harness, HarnessContext, HarnessResult, HarnessTask } from './ports/harness.ts';
export type { Finish, ModelEvent, ModelRequest, Models, ToolSpec } from './ports/model.ts';
export type { Observer } from './ports/observer.ts';
export type { Telemetry } from './ports/telemetry.ts';
export type {
  ExecResult,
  FileInfo,
  Sandbox,
  Sandboxes,
  SandboxSnapshot,
  SandboxView,
} from './ports/sandbox.ts';
export type { HostCommand, OpenSandboxHost, SandboxHost } from './ports/sandbox-host.ts';
export type { Secrets, SecretSource, SecretsReport } from './ports/secrets.ts';
export type { Documents, Execution, ExecutionFilter, Outcome, Store } from './ports/store.ts';
export type { OfferedTools, ServerCall, ServerTool, ToolServers } from './ports/tool-servers.ts';
export type {
  AnyToolDefinition,
  OpenTool,
  ToolContext,
  ToolDefinition,
  ToolSource,
} from './ports/tool-source.ts';
export type { ModelChoice, ModelSettings, Thinking } from './program/model.ts';
export type { Program, Settings } from './program/program.ts';
export {
  createServer,
  type CallerOf,
  type HostCaller,
  type Log,
  type LogEntry,
  type OnRequest,
  type RequestEnd,
  type Server,
  type ServerOptions,
} from './server/index.ts';
export type { EntryList, EntryPage, SessionEntry, SessionNote } from './session/index.ts';
export { usageReport } from './upkeep/usage-report.ts';
