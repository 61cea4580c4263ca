// Generated from schema/ by `npm run gen`. Do not edit.

/**
 * Version of the spec language. Default: `engine/v1`.
 */
export type ApiVersion = 'engine/v1';
/**
 * Letters, digits, `_` and `-`, beginning with a letter; dots join the folders a file is nested in. At most 64 characters.
 */
export type Name = string;
/**
 * Name of a tool, as the model sees it: letters, digits, `_` and `-`, beginning with a letter. At most 64 characters, no dots.
 */
export type ToolName = string;
/**
 * A word that expressions can use as it is: letters, digits and `_`, not beginning with a digit. `sign_off`, never `sign-off`.
 */
export type Identifier = string;
/**
 * Name of a secret that `secrets` of engine.yaml declares.
 */
export type SecretName = string;
/**
 * A length of time: numbers with the units `ms`, `s`, `m`, `h`, `d`.
 */
export type Duration = string;
/**
 * A model: `provider/model` (also `provider:model`), an alias from `models` of engine.yaml, or `script/<name>` for a scripted model.
 */
export type ModelReference = string;
/**
 * How much the model may think before it answers.
 */
export type Thinking = 'off' | 'minimal' | 'low' | 'medium' | 'high' | 'xhigh';
/**
 * What happens to a message that arrives while the session works: `queue` runs it afterwards, `join` adds it to the work under way, `reject` answers with a conflict (409), `replace` cancels the work under way.
 */
export type Busy = 'queue' | 'join' | 'reject' | 'replace';
/**
 * A CEL expression that gives true or false, written without `${{ }}`.
 */
export type Condition = string | boolean;
/**
 * Any YAML value. A text that is wholly `${{ expression }}` is replaced by the result of the CEL expression, with its type.
 */
export type Value = string | number | boolean | null | ValueList | ValueMap;
/**
 * A list of values.
 */
export type ValueList = Value[];
/**
 * Code of a failure, such as `timeout` or `tool_failed`, or one that a `fail` step or a tool gives.
 */
export type FailureCode = string;
/**
 * A tool, or a tool with a pattern for its main argument in brackets; `*` stands for any text. `@read-only`, `@destructive` and `@open-world` stand for all tools that say so of themselves.
 */
export type PermissionPattern = string;
/**
 * How a long conversation is summarised before it outgrows the model; `false` turns it off.
 */
export type Compaction = false | CompactionSettings;
/**
 * A command that may run: its name, optionally with its first arguments, or a map with patterns for the arguments.
 */
export type CommandRule = string | CommandPattern;
/**
 * How an MCP server is reached: by `url`, or as a process by `command`.
 */
export type McpServer = McpHttpServer | McpProcessServer;
/**
 * Replies, tried in order.
 */
export type ScriptedReplies = ReplyRule[];
/**
 * A reply and when it is given: `text`, `chunks`, `json`, `toolCalls` or `error`, or a `sequence` of these, with `match`.
 */
export type ReplyRule = ToolCallsRule | TextRule | ChunksRule | JsonRule | ErrorRule | SequenceRule;
/**
 * A reply: `text`, `chunks`, `json`, `toolCalls` or `error`.
 */
export type ScriptedReply = ToolCallsReply | TextReply | ChunksReply | JsonReply | ErrorReply;
/**
 * Size of the context window in tokens, input and output together. Default: what the catalogue says of the model.
 */
export type ContextWindow = number;
/**
 * Most tokens of one answer; asked for where `settings` say nothing. Default: what the provider does.
 */
export type MaxOutputTokens = number;
/**
 * What a model costs: `free`, or US dollars per million tokens. Default: what the catalogue says of the model, at the provider's own address only.
 */
export type ModelPrice = 'free' | ModelRates;
/**
 * A group of routes: `agents` (talk to agents), `workflows` (start and control runs), `runs` (read runs and events), `approvals` (decide), `admin` (read everything).
 */
export type Scope = 'agents' | 'workflows' | 'runs' | 'approvals' | 'metrics' | 'admin';
/**
 * A schedule: calls an agent or starts a workflow at given times. A file of `schedules/`.
 */
export type ScheduleSpec = AgentSchedule | WorkflowSchedule;
/**
 * A test: input, faked models, tools and people, and what must come out. Needs no key and no network. A file of `tests/`.
 */
export type TestSpec = WorkflowTest | AgentTest;
/**
 * Steps, run in order.
 *
 * @minItems 1
 */
export type Steps = Step[];
/**
 * One step: an `id` and exactly one verb, such as `prompt`, `tool` or `parallel`.
 */
export type Step =
  | PromptStep
  | SkillStep
  | TaskStep
  | AgentStep
  | ToolStep
  | ShellStep
  | CodeStep
  | HttpStep
  | WorkflowStep
  | DispatchStep
  | SetStep
  | LogStep
  | ParallelStep
  | ForeachStep
  | BranchStep
  | LoopStep
  | ApprovalStep
  | AskStep
  | WaitStep
  | ReturnStep
  | FailStep;
/**
 * `fail-fast` cancels the others and fails; `collect` lets them finish and gives `{status, output, error}` for each.
 */
export type OnError = 'fail-fast' | 'collect';
/**
 * A case of a branch: steps with `when` or with `else`.
 */
export type Case = WhenCase | ElseCase;
/**
 * When a loop stops: `until` or `while`, and always `maxIterations`.
 */
export type Loop = UntilLoop | WhileLoop;
/**
 * What to wait for: a `duration`, a moment (`until`), or an `event`.
 */
export type Wait = WaitDuration | WaitUntil | WaitEvent;

/**
 * An agent: who it is, which model it uses, and what it may do. A file of `agents/`, as YAML, or as Markdown whose body is the instructions.
 */
export interface AgentSpec {
  /**
   * Version of the spec language. Default: `engine/v1`.
   */
  apiVersion?: ApiVersion;
  /**
   * Kind of this file. The folder already says it, so write it only for a file kept elsewhere; always `agent`.
   */
  kind?: 'agent';
  /**
   * Name of the agent. Default, and the only value allowed: the name of the file (`src/agents/triage.md` is `triage`).
   */
  name?: Name;
  /**
   * What it is for, in a sentence or two. People see it in lists; models read it when they choose a subagent.
   */
  description?: string;
  /**
   * Profile to start from. Single values here win over those of the profile; lists are put after its lists.
   */
  extends?: Name;
  /**
   * Another word for `extends`; write one of the two.
   */
  profile?: Name;
  /**
   * The model: `provider/model` or an alias. `false` means that every call names a model. Default: `model` of engine.yaml.
   */
  model?: ModelReference | false;
  /**
   * Settings of the model, such as the temperature.
   */
  modelSettings?: ModelSettings;
  /**
   * How much the model may think before it answers. Default: the default of the model.
   */
  thinking?: Thinking;
  /**
   * System prompt, a text template over `agent`, `instance` and `input`. In a Markdown file the body is the instructions.
   */
  instructions?: string;
  /**
   * Shape of the structured input (`with` of a step). Default: none, the agent takes a message.
   */
  inputSchema?: JsonSchema;
  /**
   * Shape of the answer. With it the agent gives checked data in place of text.
   */
  outputSchema?: JsonSchema;
  /**
   * Tools the agent may call, these and no others: declared tools and the built-in `read write edit ls glob grep stat exists mkdir rm bash task load_skill`. A list, or names separated by commas. Default: the built-in ones its sandbox permits, without `stat exists mkdir rm`. `skills` bring `load_skill`, `subagents` bring `task`.
   */
  tools?: ToolName[] | string;
  /**
   * Tools taken away again, for instance from those of the profile. A list, or names separated by commas.
   */
  disallowedTools?: ToolName[] | string;
  /**
   * Skills the agent may load. Default: none.
   */
  skills?: Name[];
  /**
   * Profiles or agents it may hand a task to with the `task` tool.
   */
  subagents?: Name[];
  /**
   * MCP servers whose tools the agent gets: names of servers declared in engine.yaml, or servers described here in the shape of `.mcp.json`; in a list both. Under `tools` the name of a server stands for all its tools, `<server>__<tool>` for one.
   */
  mcpServers?: (ToolName | McpServers)[] | McpServers;
  /**
   * How the agent is offered the tools of its MCP servers. Default: as `mcp` of engine.yaml says.
   */
  mcp?: McpUse;
  /**
   * Shell commands the agent may run besides those of its sandbox.
   */
  commands?: CommandRule[];
  /**
   * Runner behind the `run_code` tool: `monty` runs Python without access to the machine, `false` means none. Default: `false`.
   */
  code?: 'monty' | false | CodeGrant;
  /**
   * Sandbox the agent works in: one of `sandboxes/`, or `none` or `virtual`. Default: `defaults.sandbox` of engine.yaml, else `none`.
   */
  sandbox?: Name;
  /**
   * Which tool calls are made, asked about, or refused. Default: every tool given to the agent may be called.
   */
  permissions?: Permissions;
  /**
   * How long conversations are summarised; `false` turns it off.
   */
  compaction?: Compaction;
  /**
   * Most model calls for one message. Default: `defaults.maxTurns` of engine.yaml, else 50.
   */
  maxTurns?: number;
  /**
   * Longest time for one message. Default: `defaults.timeout` of engine.yaml, else `10m`.
   */
  timeout?: Duration;
  /**
   * Bounds for one message: time, model calls, tokens, cost.
   */
  limits?: Limits;
  /**
   * How often the model may correct an answer that does not fit `outputSchema`. Default: 3.
   */
  retries?: number;
  /**
   * What runs the loop of model calls and tools: `ai-sdk`, `deepagents`, or one of the project's own. Default: `ai-sdk`.
   */
  harness?: Name;
  /**
   * What happens to a message that arrives while the session works. Default: `queue`.
   */
  busy?: Busy;
  /**
   * Most messages that may wait in one session; a further one is refused with `too_many_requests` (429). Default: `defaults.queueLimit` of engine.yaml, else 1000.
   */
  queueLimit?: number;
  /**
   * Environment variables of its shell commands.
   */
  env?: EnvMap;
  /**
   * Secrets granted to the agent: the tools it calls may read them.
   */
  secrets?: SecretName[];
}
/**
 * A channel: webhooks of another service, verified, and handed to an agent as messages. Served at `/channels/<name>`. A file of `channels/`.
 */
export interface ChannelSpec {
  /**
   * Version of the spec language. Default: `engine/v1`.
   */
  apiVersion?: ApiVersion;
  /**
   * Kind of this file. The folder already says it, so write it only for a file kept elsewhere; always `channel`.
   */
  kind?: 'channel';
  /**
   * Name of the channel. Default, and the only value allowed: the name of the file.
   */
  name?: Name;
  /**
   * What arrives here, in a sentence.
   */
  description?: string;
  /**
   * Agent that gets the messages.
   */
  agent: Name;
  /**
   * Instance of the agent, a text template over `body`, `headers` and `query`. Default: the name of the channel.
   */
  instance?: string;
  /**
   * Conversation of the instance, a text template. Default: `default`.
   */
  session?: string;
  /**
   * How the sender proves who it is: the way of a known service, `standard-webhooks`, or `hmac` as `verify` describes it.
   */
  scheme:
    | 'github'
    | 'slack'
    | 'stripe'
    | 'discord'
    | 'telegram'
    | 'linear'
    | 'notion'
    | 'twilio'
    | 'standard-webhooks'
    | 'hmac';
  /**
   * Name of the declared secret the signature is checked with; for `discord` it holds the public key. In a list any may fit, for changing a secret without a gap. Without a value the channel does not start.
   */
  secret: SecretName | SecretName[];
  /**
   * Details of the signature. Default: as the scheme says.
   */
  verify?: Verify;
  /**
   * How a repeated delivery is known. Default: as the scheme says; where that gives nothing, by the bytes that are signed.
   */
  dedupe?: Dedupe;
  /**
   * CEL expression over `body`, `headers` and `query`; a delivery for which it is true is what the bot itself sent, and is answered and dropped. Default: messages of bots, as the scheme knows them; `false` takes them too.
   */
  ignore?: Condition;
  /**
   * CEL expression over `body`, `headers` and `query`; a delivery for which it is false is answered and dropped. Default: all are taken.
   */
  when?: Condition;
  /**
   * Input of the agent, checked against its `inputSchema`.
   */
  input?: ValueMap;
  /**
   * Message to the agent, a text template. Default: the body as JSON.
   */
  message?: string;
  /**
   * Answer to the sender. Default: as the scheme says, or 202 and the receipt.
   */
  reply?: Reply;
  /**
   * Name of the declared secret that `respond` shows to the service.
   */
  token?: SecretName;
  /**
   * Gives the agent a tool that answers the conversation a delivery belongs to, and nothing else: `true` as the scheme knows it, or a map. Default: no tool.
   */
  respond?: boolean | Respond;
}
/**
 * Details of the signature.
 */
export interface Verify {
  /**
   * Header that holds the signature.
   */
  header?: string;
  /**
   * How it is computed. Default: `sha256`.
   */
  algorithm?: 'sha256' | 'sha1' | 'sha512' | 'ed25519';
  /**
   * How it is written. Default: `hex`.
   */
  encoding?: 'hex' | 'base64';
  /**
   * Text in front of the signature. Default: none.
   */
  prefix?: string;
  /**
   * Header that holds the time of sending in seconds; the time is then part of what is signed.
   */
  timestampHeader?: string;
  /**
   * How old a delivery may be. Default: `5m`.
   */
  tolerance?: Duration;
  /**
   * What is signed, made of `{timestamp}`, `{id}`, `{url}` and `{body}`. Default: `{body}`, or `{timestamp}.{body}` where there is a `timestampHeader`.
   */
  payload?: string;
  /**
   * Header that holds the `{id}` of `payload`.
   */
  idHeader?: string;
  /**
   * Address of this channel as the sender knows it, a text template over `env`; `twilio` signs it.
   */
  url?: string;
}
/**
 * How a repeated delivery is known.
 */
export interface Dedupe {
  /**
   * Header that holds the id of the delivery.
   */
  header?: string;
  /**
   * Text template over `body` and `headers` that gives the id, in place of `header`.
   */
  key?: string;
}
/**
 * A tool that answers the conversation a delivery belongs to. It takes a `text`.
 */
export interface Respond {
  /**
   * Name of the tool. Default: `reply`.
   */
  tool?: ToolName;
  /**
   * What the tool does; the model decides by this text. Default: as the scheme says.
   */
  description?: string;
  /**
   * Address of the service, a text template over `env`, for one that is not at its usual place.
   */
  api?: string;
  /**
   * The request. Its parts see the delivery as `body`, `headers` and `query`, and the answer as `input.text`; its headers also see the secret that `token` names. Default: as the scheme says.
   */
  request?: HttpRequest;
}
/**
 * Answer to the sender.
 */
export interface Reply {
  /**
   * HTTP status. Default: 202.
   */
  status?: number;
  /**
   * Headers.
   */
  headers?: TextMap;
  /**
   * Body. A text is sent as it is; anything else is sent as JSON.
   */
  body?: Value;
}
/**
 * A JSON Schema (2020-12). `$ref` may point to a file of `schemas/`.
 */
export interface JsonSchema {
  [k: string]: unknown;
}
/**
 * A map of values; each may be a `${{ expression }}`.
 */
export interface ValueMap {
  [k: string]: Value;
}
/**
 * A map of texts; each may be a `${{ expression }}`, also over `secrets`.
 */
export interface TextMap {
  [k: string]: string;
}
/**
 * Environment variables. A value may be a `${{ expression }}`, also over `secrets`.
 */
export interface EnvMap {
  [k: string]: string | number | boolean;
}
/**
 * Settings sent with each call of the model. What is left out keeps the default of the provider.
 */
export interface ModelSettings {
  /**
   * Randomness of the answer, 0 (none) to 2.
   */
  temperature?: number;
  /**
   * Nucleus sampling: only the most likely tokens that together have this probability, 0 to 1.
   */
  topP?: number;
  /**
   * Only this many of the most likely tokens are considered.
   */
  topK?: number;
  /**
   * Longest answer of one model call, in tokens.
   */
  maxOutputTokens?: number;
  /**
   * Texts at which the model stops writing.
   */
  stopSequences?: string[];
  /**
   * Seed for repeatable answers, where the provider supports it.
   */
  seed?: number;
  /**
   * Discourages repeating anything already said, -2 to 2.
   */
  presencePenalty?: number;
  /**
   * Discourages repeating what was said often, -2 to 2.
   */
  frequencyPenalty?: number;
  /**
   * Options of one provider, passed on unread: a map from provider name to its options.
   */
  providerOptions?: {
    [k: string]: {
      [k: string]: unknown;
    };
  };
}
/**
 * Bounds of one execution. Reaching one ends it with the problem `limit_reached`. Default: no bound.
 */
export interface Limits {
  /**
   * Longest time from start to end, waiting included.
   */
  duration?: Duration;
  /**
   * Most calls of a model.
   */
  modelCalls?: number;
  /**
   * Most tokens, input and output together.
   */
  tokens?: number;
  /**
   * Highest cost in US dollars, by the prices the engine knows.
   */
  costUsd?: number;
}
/**
 * How a failed call is tried again. Without `retry` there is one attempt.
 */
export interface Retry {
  /**
   * Attempts in all, the first one included. Default: 3.
   */
  maxAttempts?: number;
  /**
   * Wait before the second attempt. Default: `1s`.
   */
  delay?: Duration;
  /**
   * How the wait grows: `fixed` keeps it, `linear` adds `delay` each time, `exponential` doubles it. Default: `exponential`.
   */
  backoff?: 'fixed' | 'linear' | 'exponential';
  /**
   * Longest wait between two attempts. Default: `1m`.
   */
  maxDelay?: Duration;
  /**
   * Shortens each wait by up to a half, at random, so that many that failed together do not come back together. Default: `false`.
   */
  jitter?: boolean;
  /**
   * Only failures with these codes are tried again. Default: every failure that may pass by itself, such as `timeout`.
   *
   * @minItems 1
   */
  on?: FailureCode[];
}
/**
 * Which tool calls are made, asked about, or refused. `deny` beats `ask`, `ask` beats `allow`.
 */
export interface Permissions {
  /**
   * Calls that are made without asking.
   */
  allow?: PermissionPattern[];
  /**
   * Calls that wait until a person approves them.
   */
  ask?: PermissionPattern[];
  /**
   * Calls that are always refused; the model is told so.
   */
  deny?: PermissionPattern[];
  /**
   * How long a call waits for the person; then it is not made, and the model is told so. Default: `7d`.
   */
  timeout?: Duration;
}
/**
 * Settings of compaction.
 */
export interface CompactionSettings {
  /**
   * Whether long conversations are summarised. Default: `true`.
   */
  enabled?: boolean;
  /**
   * Size of the model's context window in tokens. Default: what is known of the model, else 128000.
   */
  contextWindowTokens?: number;
  /**
   * Tokens kept free for the answer; compaction starts when less is left. Default: 16384.
   */
  reserveTokens?: number;
  /**
   * Tokens of the newest messages that stay as they are. Default: 20000.
   */
  keepRecentTokens?: number;
  /**
   * Model that writes the summary. Default: the model of the conversation.
   */
  model?: ModelReference;
  /**
   * What every summary shall pay attention to, besides what the engine asks for.
   */
  instructions?: string;
  /**
   * Name of a file in `prompts/` that asks for the summary in place of the engine's text: `minutes` for `prompts/minutes.hbs`.
   */
  prompt?: string;
}
/**
 * A command with patterns for its arguments.
 */
export interface CommandPattern {
  /**
   * Name of the command, without a path.
   */
  command: string;
  /**
   * One pattern for each argument, in order: `*` stands for any text within one argument, a last `**` for any further arguments. Without `args` any arguments are allowed.
   */
  args?: string[];
}
/**
 * What a piece of code may use.
 */
export interface CodeLimits {
  /**
   * Longest time it computes; what its functions take does not count. Default: `5s`.
   */
  time?: Duration;
  /**
   * Most memory of its values, in MB. Default: 64.
   */
  memoryMb?: number;
}
/**
 * Code that a model may run, and what it may reach.
 */
export interface CodeGrant {
  /**
   * `monty`: Python without access to the machine.
   */
  runner: 'monty';
  /**
   * Tools of the agent that the code may call as functions. Default: none.
   */
  tools?: ToolName[];
  /**
   * What one piece of code may use.
   */
  limits?: CodeLimits;
}
/**
 * An HTTP request.
 */
export interface HttpRequest {
  /**
   * HTTP method. Default: `GET`.
   */
  method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'HEAD';
  /**
   * Address, a text template.
   */
  url: string;
  /**
   * Headers. Secrets may be used here: `${{ secrets.NAME }}`.
   */
  headers?: TextMap;
  /**
   * Parameters of the query string; they are encoded for you, and null ones are left out.
   */
  query?: ValueMap;
  /**
   * Body. A text is sent as it is; anything else is sent as JSON.
   */
  body?: Value;
  /**
   * Signs the request, so that who gets it can check where it comes from. Default: it is not signed.
   */
  sign?: RequestSign;
}
/**
 * How a request is signed: headers `webhook-id` (the same in every attempt), `webhook-timestamp` and `webhook-signature`.
 */
export interface RequestSign {
  /**
   * Name of the secret to sign with, whose value is base64 behind `whsec_`. In a list each gives a signature, for changing one without a gap.
   */
  secret: SecretName | SecretName[];
  /**
   * How the signature is made: by [Standard Webhooks](https://www.standardwebhooks.com). Default: `standard-webhooks`.
   */
  scheme?: 'standard-webhooks';
}
/**
 * An MCP server reached over HTTP.
 */
export interface McpHttpServer {
  /**
   * Transport: `http` (streamable HTTP) or the older `sse`. Default: `http`.
   */
  type?: 'http' | 'sse';
  /**
   * Address of the server.
   */
  url: string;
  /**
   * Headers sent with each request. Secrets may be used here: `${{ secrets.NAME }}`.
   */
  headers?: TextMap;
  /**
   * Only these tools of the server are offered. Default: all.
   */
  tools?: string[];
  /**
   * Other names for tools of the server, by their names there: `{ search_issues: search }`.
   */
  rename?: {
    [k: string]: ToolName;
  };
  /**
   * Longest time of one call. Default: `30s`.
   */
  timeout?: Duration;
  /**
   * Longest time until the server is there and has told its tools. Default: `30s`.
   */
  connectTimeout?: Duration;
  /**
   * Whether agents that have the server cannot do without it: then a prompt fails with `mcp_unavailable` while the server is not there; otherwise the agent works with its other tools. Default: true.
   */
  required?: boolean;
}
/**
 * An MCP server started as a process on this machine.
 */
export interface McpProcessServer {
  /**
   * Transport; always `stdio` for a process.
   */
  type?: 'stdio';
  /**
   * Program to start.
   */
  command: string;
  /**
   * Arguments of the program. Secrets may be used here: `${{ secrets.NAME }}`.
   */
  args?: string[];
  /**
   * Environment variables of the process; nothing else of the environment is passed on but `PATH` and `HOME`.
   */
  env?: EnvMap;
  /**
   * Folder the process starts in, relative to the project. Default: the project folder.
   */
  cwd?: string;
  /**
   * Only these tools of the server are offered. Default: all.
   */
  tools?: string[];
  /**
   * Other names for tools of the server, by their names there: `{ search_issues: search }`.
   */
  rename?: {
    [k: string]: ToolName;
  };
  /**
   * Longest time of one call. Default: `30s`.
   */
  timeout?: Duration;
  /**
   * Longest time until the server is there and has told its tools. Default: `30s`.
   */
  connectTimeout?: Duration;
  /**
   * Whether agents that have the server cannot do without it: then a prompt fails with `mcp_unavailable` while the server is not there; otherwise the agent works with its other tools. Default: true.
   */
  required?: boolean;
}
/**
 * MCP servers by name, in the shape of `.mcp.json`. Their tools are called `<server>__<tool>`.
 */
export interface McpServers {
  [k: string]: McpServer;
}
/**
 * How an agent is offered the tools of its MCP servers.
 */
export interface McpUse {
  /**
   * `direct`: each tool is a tool of the model. `search`: the model gets two tools instead, `mcp_search` to find tools and `mcp_call` to call one. Default: `direct`.
   */
  mode?: 'direct' | 'search';
  /**
   * Most tools one search finds. Default: 10.
   */
  searchLimit?: number;
}
/**
 * A scripted model: replies written beforehand, for tests and demonstrations without a key. A file of `models/`, used as `script/<name>`.
 */
export interface ModelSpec {
  /**
   * Version of the spec language. Default: `engine/v1`.
   */
  apiVersion?: ApiVersion;
  /**
   * Kind of this file. The folder already says it, so write it only for a file kept elsewhere; always `model`.
   */
  kind?: 'model';
  /**
   * Name of the scripted model. Default, and the only value allowed: the name of the file.
   */
  name?: Name;
  /**
   * What the model plays, in a sentence.
   */
  description?: string;
  /**
   * Replies, tried in order; the first one that fits is given.
   */
  replies?: ScriptedReplies;
  /**
   * Reply when none fits. Default: the call fails and says what it was asked.
   */
  default?: ScriptedReply;
}
/**
 * A reply that calls tools.
 */
export interface ToolCallsReply {
  /**
   * Tools the model calls, all in one turn.
   *
   * @minItems 1
   */
  toolCalls: ToolCall[];
  /**
   * Text the model says along with the calls, a text template.
   */
  text?: string;
  /**
   * Wait between two pieces of the text. Default: none.
   */
  chunkDelay?: Duration;
  /**
   * Thinking shown before the reply.
   */
  thinking?: string;
  /**
   * Tokens the reply is said to have used. Default: a count by the length of the texts.
   */
  usage?: Usage;
  /**
   * Wait before the reply. Default: none.
   */
  delay?: Duration;
}
/**
 * A reply that calls tools. With the conditions under which it is given.
 */
export interface ToolCallsRule {
  /**
   * When this reply is given; all conditions must hold. Default: always.
   */
  match?: Match;
  /**
   * How often this reply is given, counted from the start of the engine, before it is passed over. Default: no bound.
   */
  times?: number;
  /**
   * Tools the model calls, all in one turn.
   *
   * @minItems 1
   */
  toolCalls: ToolCall[];
  /**
   * Text the model says along with the calls, a text template.
   */
  text?: string;
  /**
   * Wait between two pieces of the text. Default: none.
   */
  chunkDelay?: Duration;
  /**
   * Thinking shown before the reply.
   */
  thinking?: string;
  /**
   * Tokens the reply is said to have used. Default: a count by the length of the texts.
   */
  usage?: Usage;
  /**
   * Wait before the reply. Default: none.
   */
  delay?: Duration;
}
/**
 * A reply in words.
 */
export interface TextReply {
  /**
   * Text of the reply, a text template over `text` (the last message), `messages`, `results` (of the tools) and `input`; sent in pieces of four words.
   */
  text: string;
  /**
   * Wait between two pieces of the text. Default: none.
   */
  chunkDelay?: Duration;
  /**
   * Thinking shown before the reply.
   */
  thinking?: string;
  /**
   * Tokens the reply is said to have used. Default: a count by the length of the texts.
   */
  usage?: Usage;
  /**
   * Wait before the reply. Default: none.
   */
  delay?: Duration;
}
/**
 * A reply in words. With the conditions under which it is given.
 */
export interface TextRule {
  /**
   * When this reply is given; all conditions must hold. Default: always.
   */
  match?: Match;
  /**
   * How often this reply is given, counted from the start of the engine, before it is passed over. Default: no bound.
   */
  times?: number;
  /**
   * Text of the reply, a text template over `text` (the last message), `messages`, `results` (of the tools) and `input`; sent in pieces of four words.
   */
  text: string;
  /**
   * Wait between two pieces of the text. Default: none.
   */
  chunkDelay?: Duration;
  /**
   * Thinking shown before the reply.
   */
  thinking?: string;
  /**
   * Tokens the reply is said to have used. Default: a count by the length of the texts.
   */
  usage?: Usage;
  /**
   * Wait before the reply. Default: none.
   */
  delay?: Duration;
}
/**
 * A reply in words, sent piece by piece.
 */
export interface ChunksReply {
  /**
   * Pieces in which the text of the reply is sent, each a text template.
   *
   * @minItems 1
   */
  chunks: string[];
  /**
   * Wait between two pieces of the text. Default: none.
   */
  chunkDelay?: Duration;
  /**
   * Thinking shown before the reply.
   */
  thinking?: string;
  /**
   * Tokens the reply is said to have used. Default: a count by the length of the texts.
   */
  usage?: Usage;
  /**
   * Wait before the reply. Default: none.
   */
  delay?: Duration;
}
/**
 * A reply in words, sent piece by piece. With the conditions under which it is given.
 */
export interface ChunksRule {
  /**
   * When this reply is given; all conditions must hold. Default: always.
   */
  match?: Match;
  /**
   * How often this reply is given, counted from the start of the engine, before it is passed over. Default: no bound.
   */
  times?: number;
  /**
   * Pieces in which the text of the reply is sent, each a text template.
   *
   * @minItems 1
   */
  chunks: string[];
  /**
   * Wait between two pieces of the text. Default: none.
   */
  chunkDelay?: Duration;
  /**
   * Thinking shown before the reply.
   */
  thinking?: string;
  /**
   * Tokens the reply is said to have used. Default: a count by the length of the texts.
   */
  usage?: Usage;
  /**
   * Wait before the reply. Default: none.
   */
  delay?: Duration;
}
/**
 * A reply of data.
 */
export interface JsonReply {
  /**
   * Data of the reply, for calls with an `outputSchema`; leaves may be templates or `${{ expressions }}`.
   */
  json: Value;
  /**
   * Thinking shown before the reply.
   */
  thinking?: string;
  /**
   * Tokens the reply is said to have used. Default: a count by the length of the texts.
   */
  usage?: Usage;
  /**
   * Wait before the reply. Default: none.
   */
  delay?: Duration;
}
/**
 * A reply of data. With the conditions under which it is given.
 */
export interface JsonRule {
  /**
   * When this reply is given; all conditions must hold. Default: always.
   */
  match?: Match;
  /**
   * How often this reply is given, counted from the start of the engine, before it is passed over. Default: no bound.
   */
  times?: number;
  /**
   * Data of the reply, for calls with an `outputSchema`; leaves may be templates or `${{ expressions }}`.
   */
  json: Value;
  /**
   * Thinking shown before the reply.
   */
  thinking?: string;
  /**
   * Tokens the reply is said to have used. Default: a count by the length of the texts.
   */
  usage?: Usage;
  /**
   * Wait before the reply. Default: none.
   */
  delay?: Duration;
}
/**
 * A call that fails.
 */
export interface ErrorReply {
  /**
   * Failure of the model call.
   */
  error: ReplyError;
  /**
   * Thinking shown before the reply.
   */
  thinking?: string;
  /**
   * Tokens the reply is said to have used. Default: a count by the length of the texts.
   */
  usage?: Usage;
  /**
   * Wait before the reply. Default: none.
   */
  delay?: Duration;
}
/**
 * A call that fails. With the conditions under which it is given.
 */
export interface ErrorRule {
  /**
   * When this reply is given; all conditions must hold. Default: always.
   */
  match?: Match;
  /**
   * How often this reply is given, counted from the start of the engine, before it is passed over. Default: no bound.
   */
  times?: number;
  /**
   * Failure of the model call.
   */
  error: ReplyError;
  /**
   * Thinking shown before the reply.
   */
  thinking?: string;
  /**
   * Tokens the reply is said to have used. Default: a count by the length of the texts.
   */
  usage?: Usage;
  /**
   * Wait before the reply. Default: none.
   */
  delay?: Duration;
}
/**
 * Replies that are given one after the other. With the conditions under which they are given.
 */
export interface SequenceRule {
  /**
   * When this reply is given; all conditions must hold. Default: always.
   */
  match?: Match;
  /**
   * Replies, one for each call that fits, counted from the start of the engine. The call after the last one fails.
   *
   * @minItems 1
   */
  sequence: ScriptedReply[];
  /**
   * Begin again after the last reply. Default: false.
   */
  repeat?: boolean;
}
/**
 * Conditions on the call of the model; all must hold.
 */
export interface Match {
  /**
   * The last message contains this text, upper and lower case alike.
   */
  text?: string;
  /**
   * The last message matches this regular expression.
   */
  pattern?: string;
  /**
   * The last message is the result of this tool.
   */
  tool?: ToolName;
  /**
   * A tool result since the last message of the user contains this text, upper and lower case alike; with `tool` the result of that tool.
   */
  result?: string;
  /**
   * The call comes from this agent.
   */
  agent?: Name;
  /**
   * The call comes from this workflow step: its id, or its path such as `decide/ask`.
   */
  step?: string;
  /**
   * Number of the model call for one message, counted from 1.
   */
  turn?: number;
  /**
   * The system prompt contains this text, upper and lower case alike.
   */
  system?: string;
  /**
   * CEL expression over `text`, `messages`, `results` and `input`.
   */
  when?: Condition;
}
/**
 * A call of a tool.
 */
export interface ToolCall {
  /**
   * Name of the tool.
   */
  tool: ToolName;
  /**
   * Arguments; leaves may be templates or `${{ expressions }}`. Default: none.
   */
  input?: ValueMap;
}
/**
 * A failure of the model call.
 */
export interface ReplyError {
  /**
   * Code of the failure. Default: `model_failed`.
   */
  code?: FailureCode;
  /**
   * What the provider is said to have answered.
   */
  message: string;
  /**
   * HTTP status of the provider; 408, 429 and 5xx are tried again.
   */
  status?: number;
  /**
   * Whether the failure may pass, so that the call is made again. Default: by `status` and `code`.
   */
  retryable?: boolean;
  /**
   * How long the provider asks to wait before the next call. Default: not said.
   */
  retryAfter?: Duration;
  /**
   * Text that is sent before the call breaks off, a text template. Default: none.
   */
  after?: string;
}
/**
 * Tokens.
 */
export interface Usage {
  /**
   * Tokens of the input.
   */
  inputTokens?: number;
  /**
   * Tokens of the output.
   */
  outputTokens?: number;
  /**
   * Tokens of the input that came from the provider's cache.
   */
  cacheReadTokens?: number;
  /**
   * Tokens of the input that were put into the provider's cache.
   */
  cacheWriteTokens?: number;
  /**
   * Tokens of the output that were thinking.
   */
  reasoningTokens?: number;
}
/**
 * A partial agent that agents extend, and that agents may use as a subagent. A file of `profiles/`.
 */
export interface ProfileSpec {
  /**
   * Version of the spec language. Default: `engine/v1`.
   */
  apiVersion?: ApiVersion;
  /**
   * Kind of this file. The folder already says it, so write it only for a file kept elsewhere; always `profile`.
   */
  kind?: 'profile';
  /**
   * Name of the profile. Default, and the only value allowed: the name of the file.
   */
  name?: Name;
  /**
   * What it is for, in a sentence or two. People see it in lists; models read it when they choose a subagent.
   */
  description?: string;
  /**
   * Profile to start from. Single values here win over those of the profile; lists are put after its lists.
   */
  extends?: Name;
  /**
   * Another word for `extends`; write one of the two.
   */
  profile?: Name;
  /**
   * The model: `provider/model` or an alias. `false` means that every call names a model. Default: `model` of engine.yaml.
   */
  model?: ModelReference | false;
  /**
   * Settings of the model, such as the temperature.
   */
  modelSettings?: ModelSettings;
  /**
   * How much the model may think before it answers. Default: the default of the model.
   */
  thinking?: Thinking;
  /**
   * System prompt, a text template over `agent`, `instance` and `input`. In a Markdown file the body is the instructions.
   */
  instructions?: string;
  /**
   * Shape of the structured input (`with` of a step). Default: none, the agent takes a message.
   */
  inputSchema?: JsonSchema;
  /**
   * Shape of the answer. With it the agent gives checked data in place of text.
   */
  outputSchema?: JsonSchema;
  /**
   * Tools the agent may call, these and no others: declared tools and the built-in `read write edit ls glob grep stat exists mkdir rm bash task load_skill`. A list, or names separated by commas. Default: the built-in ones its sandbox permits, without `stat exists mkdir rm`. `skills` bring `load_skill`, `subagents` bring `task`.
   */
  tools?: ToolName[] | string;
  /**
   * Tools taken away again, for instance from those of the profile. A list, or names separated by commas.
   */
  disallowedTools?: ToolName[] | string;
  /**
   * Skills the agent may load. Default: none.
   */
  skills?: Name[];
  /**
   * Profiles or agents it may hand a task to with the `task` tool.
   */
  subagents?: Name[];
  /**
   * MCP servers whose tools the agent gets: names of servers declared in engine.yaml, or servers described here in the shape of `.mcp.json`; in a list both. Under `tools` the name of a server stands for all its tools, `<server>__<tool>` for one.
   */
  mcpServers?: (ToolName | McpServers)[] | McpServers;
  /**
   * How the agent is offered the tools of its MCP servers. Default: as `mcp` of engine.yaml says.
   */
  mcp?: McpUse;
  /**
   * Shell commands the agent may run besides those of its sandbox.
   */
  commands?: CommandRule[];
  /**
   * Runner behind the `run_code` tool: `monty` runs Python without access to the machine, `false` means none. Default: `false`.
   */
  code?: 'monty' | false | CodeGrant;
  /**
   * Sandbox the agent works in: one of `sandboxes/`, or `none` or `virtual`. Default: `defaults.sandbox` of engine.yaml, else `none`.
   */
  sandbox?: Name;
  /**
   * Which tool calls are made, asked about, or refused. Default: every tool given to the agent may be called.
   */
  permissions?: Permissions;
  /**
   * How long conversations are summarised; `false` turns it off.
   */
  compaction?: Compaction;
  /**
   * Most model calls for one message. Default: `defaults.maxTurns` of engine.yaml, else 50.
   */
  maxTurns?: number;
  /**
   * Longest time for one message. Default: `defaults.timeout` of engine.yaml, else `10m`.
   */
  timeout?: Duration;
  /**
   * Bounds for one message: time, model calls, tokens, cost.
   */
  limits?: Limits;
  /**
   * How often the model may correct an answer that does not fit `outputSchema`. Default: 3.
   */
  retries?: number;
  /**
   * What runs the loop of model calls and tools: `ai-sdk`, `deepagents`, or one of the project's own. Default: `ai-sdk`.
   */
  harness?: Name;
  /**
   * What happens to a message that arrives while the session works. Default: `queue`.
   */
  busy?: Busy;
  /**
   * Most messages that may wait in one session; a further one is refused with `too_many_requests` (429). Default: `defaults.queueLimit` of engine.yaml, else 1000.
   */
  queueLimit?: number;
  /**
   * Environment variables of its shell commands.
   */
  env?: EnvMap;
  /**
   * Secrets granted to the agent: the tools it calls may read them.
   */
  secrets?: SecretName[];
}
/**
 * engine.yaml, the settings of a project. Every key has a default, and the file may be left out.
 */
export interface ProjectSpec {
  /**
   * Version of the spec language. Default: `engine/v1`.
   */
  apiVersion?: ApiVersion;
  /**
   * Kind of this file. The folder already says it, so write it only for a file kept elsewhere; always `project`.
   */
  kind?: 'project';
  /**
   * Name of the project, shown in listings and traces. Default: the name of its folder.
   */
  name?: Name;
  /**
   * What the project is for, in a sentence.
   */
  description?: string;
  /**
   * Aliases: names of your own for models, so that specs need not change when a model does.
   */
  models?: {
    [k: string]: ModelReference | ModelAlias;
  };
  /**
   * Model of agents and prompts that name none. Default: none, and a call without a model fails.
   */
  model?: ModelReference;
  /**
   * Settings of model providers by name; the name is the part before the slash in `provider/model`.
   */
  providers?: {
    [k: string]: Provider;
  };
  /**
   * Secrets by name, and where their values come from. Only declared secrets can be used; their values never appear in logs.
   */
  secrets?: {
    [k: string]: Secret;
  };
  /**
   * Environment variables that expressions and templates may read as `env.NAME`. Default: none.
   */
  env?: string[];
  /**
   * Values for agents that do not say otherwise.
   */
  defaults?: Defaults;
  /**
   * MCP servers that agents and tools may refer to by name.
   */
  mcpServers?: McpServers;
  /**
   * How tools of MCP servers are offered to agents, and what is done when they are not those of `engine.lock`.
   */
  mcp?: Mcp;
  /**
   * The HTTP server of `engine serve` and `engine dev`.
   */
  server?: Server;
  /**
   * Where conversations, runs and events are kept.
   */
  store?: Store;
  /**
   * What carries work through crashes and restarts.
   */
  durable?: Durable;
  /**
   * Levels of the checks of `engine validate`, by rule, over a preset. `engine explain` lists the rules, and says of each whether it can be set.
   */
  rules?: {
    /**
     * What is checked: `recommended` (rules that are sure), `strict` (all rules, those of style among them) or `minimal` (errors only). Default: `recommended`.
     */
    preset?: 'recommended' | 'strict' | 'minimal';
    [k: string]: 'off' | 'info' | 'warning' | 'error' | 'recommended' | 'strict' | 'minimal' | undefined;
  };
  /**
   * Your own code, imported when the engine starts, never when specs are loaded or checked.
   */
  modules?: Modules;
  /**
   * How long conversations are summarised, for agents that do not say otherwise; `false` turns it off.
   */
  compaction?: Compaction;
  /**
   * Files of the project whose text is added to the instructions of every agent. Default: `AGENTS.md` and `CLAUDE.md`, where they exist.
   */
  instructions?: string[];
  /**
   * What the engine tells of itself: traces and measurements.
   */
  telemetry?: Telemetry;
  /**
   * Addresses that are told when work has ended, or when a person is asked, by a name of your own. Each telling is stored with the outcome, signed, and tried again until it is taken.
   */
  callbacks?: {
    [k: string]: Callback;
  };
  /**
   * How long finished work is kept.
   */
  retention?: Retention;
}
/**
 * What an alias stands for.
 */
export interface ModelAlias {
  /**
   * The model the alias stands for: `provider/model`.
   */
  model: ModelReference;
  /**
   * Settings used with the alias; those of an agent or a step win.
   */
  settings?: ModelSettings;
  /**
   * Models tried in this order when the first one is unavailable: `provider/model`, or other aliases with what these fall back to.
   */
  fallback?: ModelReference[];
  /**
   * Size of the context window in tokens, input and output together. Default: what the catalogue says of the model.
   */
  contextWindow?: ContextWindow;
  /**
   * Most tokens of one answer; asked for where `settings` say nothing. Default: what the provider does.
   */
  maxOutputTokens?: MaxOutputTokens;
  /**
   * What it costs: `free`, or US dollars per million tokens. Default: what the catalogue says of the model, at the provider's own address only.
   */
  price?: ModelPrice;
  /**
   * What it can do. What is not said, and not known, is tried.
   */
  capabilities?: ModelCapabilities;
  /**
   * What the alias is meant for.
   */
  description?: string;
}
/**
 * Settings of one provider of models.
 */
export interface Provider {
  /**
   * API the provider speaks. Default: the name of the provider, where it is one of these.
   */
  type?: 'openai' | 'anthropic' | 'google' | 'openai-compatible' | 'script';
  /**
   * Address of the API. Default: the public address of the provider; needed for `openai-compatible`.
   */
  baseUrl?: string;
  /**
   * Headers sent with each request. Secrets may be used here: `${{ secrets.NAME }}`.
   */
  headers?: TextMap;
  /**
   * Name of the declared secret that holds the key. Default: the usual environment variable of the provider, such as `OPENAI_API_KEY`.
   */
  apiKey?: SecretName;
  /**
   * How long the provider may send nothing while it answers, before the call fails with `model_unavailable`. Default: `2m`.
   */
  idleTimeout?: Duration;
  /**
   * How calls are made again that failed before they gave anything, in a way that may pass: status 408, 429 and 5xx, a lost connection, silence.
   */
  retry?: ProviderRetry;
  /**
   * Size of the context window in tokens, input and output together. Default: what the catalogue says of the model.
   */
  contextWindow?: ContextWindow;
  /**
   * Most tokens of one answer; asked for where `settings` say nothing. Default: what the provider does.
   */
  maxOutputTokens?: MaxOutputTokens;
  /**
   * What it costs: `free`, or US dollars per million tokens. Default: what the catalogue says of the model, at the provider's own address only.
   */
  price?: ModelPrice;
  /**
   * What it can do. What is not said, and not known, is tried.
   */
  capabilities?: ModelCapabilities;
  /**
   * What single models of the provider are, by their id at the provider; it beats what is said of all of them.
   */
  models?: {
    [k: string]: ModelFacts;
  };
  /**
   * Whether OpenAI may keep the answers on its side. The history is the engine's own, so nothing depends on it.
   */
  storeResponses?: boolean;
  /**
   * Further options, passed on to the provider unread.
   */
  options?: {
    [k: string]: unknown;
  };
}
/**
 * What a model is, where the catalogue does not know it, or not right.
 */
export interface ModelFacts {
  /**
   * Size of the context window in tokens, input and output together. Default: what the catalogue says of the model.
   */
  contextWindow?: ContextWindow;
  /**
   * Most tokens of one answer; asked for where `settings` say nothing. Default: what the provider does.
   */
  maxOutputTokens?: MaxOutputTokens;
  /**
   * What it costs: `free`, or US dollars per million tokens. Default: what the catalogue says of the model, at the provider's own address only.
   */
  price?: ModelPrice;
  /**
   * What it can do. What is not said, and not known, is tried.
   */
  capabilities?: ModelCapabilities;
}
/**
 * US dollars per million tokens.
 */
export interface ModelRates {
  /**
   * Input that no cache knows.
   */
  input: number;
  /**
   * Output, thinking included.
   */
  output: number;
  /**
   * Input that is read from a cache. Default: as `input`.
   */
  cacheRead?: number;
  /**
   * Input that is written to a cache. Default: as `input`.
   */
  cacheWrite?: number;
}
/**
 * What a model can do. What is not said, and not known, is tried.
 */
export interface ModelCapabilities {
  /**
   * Takes images.
   */
  images?: boolean;
  /**
   * Calls tools.
   */
  tools?: boolean;
  /**
   * Answers as JSON of a schema, held to it by the provider.
   */
  structuredOutput?: boolean;
  /**
   * Whether it thinks, or the levels it knows.
   */
  thinking?: boolean | Thinking[];
}
/**
 * How failed calls of a provider are made again: the wait doubles from call to call and is longer by up to a half, by chance; a longer one that the provider asks for is kept.
 */
export interface ProviderRetry {
  /**
   * Calls in all, the first one included; 1 is no other call. Default: 3.
   */
  maxAttempts?: number;
  /**
   * Wait before the second call. Default: `500ms`.
   */
  delay?: Duration;
  /**
   * Longest wait; a provider that asks for a longer one is not called again. Default: `30s`.
   */
  maxDelay?: Duration;
  /**
   * Time for all of it: no call begins later than this after the first one. Default: `2m`.
   */
  budget?: Duration;
}
/**
 * Where the value of a secret comes from.
 */
export interface Secret {
  /**
   * Environment variable that holds the value. Default: the name of the secret.
   */
  env?: string;
  /**
   * File that holds the value, such as a mounted secret; a line break at its end is dropped. Relative to the project.
   */
  file?: string;
  /**
   * Whether the engine refuses to start without the value. Default: `false`; then only the work that needs it fails.
   */
  required?: boolean;
  /**
   * What the secret is for and where to get it.
   */
  description?: string;
}
/**
 * Values for agents that do not say otherwise.
 */
export interface Defaults {
  /**
   * The same as `model` of engine.yaml; write one of the two.
   */
  model?: ModelReference;
  /**
   * Settings of the model.
   */
  modelSettings?: ModelSettings;
  /**
   * How much models may think before they answer. Default: the default of the model.
   */
  thinking?: Thinking;
  /**
   * Most model calls for one message. Default: 50.
   */
  maxTurns?: number;
  /**
   * Longest time for one message. Default: `10m`.
   */
  timeout?: Duration;
  /**
   * Longest time of one attempt of a work step (`prompt`, `agent` and so on) that says nothing else. Default: `10m`.
   */
  stepTimeout?: Duration;
  /**
   * Bounds for one message: time, model calls, tokens, cost.
   */
  limits?: Limits;
  /**
   * How often a model may correct an answer that does not fit its schema. Default: 3.
   */
  retries?: number;
  /**
   * Sandbox of agents and workflows. Default: `none`.
   */
  sandbox?: Name;
  /**
   * What runs the loop of model calls and tools. Default: `ai-sdk`.
   */
  harness?: Name;
  /**
   * What happens to a message that arrives while a session works. Default: `queue`.
   */
  busy?: Busy;
  /**
   * Most messages that may wait in one session; a further one is refused with `too_many_requests` (429). Default: 1000.
   */
  queueLimit?: number;
  /**
   * Rules for tool calls; those of an agent are put after them.
   */
  permissions?: Permissions;
  /**
   * How deep tasks may start further tasks; 0 forbids tasks. Default: 8.
   */
  maxTaskDepth?: number;
  /**
   * How many tasks of one operation work at a time; further ones wait. Default: 8.
   */
  maxParallelTasks?: number;
}
/**
 * Settings of the HTTP server.
 */
export interface Server {
  /**
   * Address to listen on. Default: `127.0.0.1`; any other address needs `auth`.
   */
  host?: string;
  /**
   * Port to listen on; 0 picks a free one. Default: 8000.
   */
  port?: number;
  /**
   * Path in front of every route. Default: `/`.
   */
  basePath?: string;
  /**
   * Which web pages of other origins may call the server. Default: none.
   */
  cors?: Cors;
  /**
   * Who may call the server. Default: nobody has to sign in, and only this machine can connect.
   */
  auth?: Auth;
  /**
   * Bounds on requests.
   */
  limits?: ServerLimits;
  /**
   * Whose `X-Forwarded-*` headers are believed: those of proxies at these addresses and networks; `true`: of whoever connects, which is right only where nobody but one proxy can. Default: `false`.
   */
  trustProxy?: boolean | string[];
  /**
   * How long running work may go on after a request to stop. Default: `10s`; what is left goes on at the next start.
   */
  drainTimeout?: Duration;
}
/**
 * Which web pages of other origins may call the server.
 */
export interface Cors {
  /**
   * Origins that may call; `*` means every origin.
   */
  origins: string[];
  /**
   * Whether browsers may send cookies and authorisation. Default: `false`.
   */
  credentials?: boolean;
  /**
   * How long browsers may remember the answer. Default: `10m`.
   */
  maxAge?: Duration;
}
/**
 * Who may call the server. A caller needs a token of `tokens` or a token that `jwt` accepts.
 */
export interface Auth {
  /**
   * Bearer tokens that are accepted.
   */
  tokens?: Token[];
  /**
   * JSON Web Tokens that are accepted.
   */
  jwt?: Jwt;
}
/**
 * A bearer token and what it may do.
 */
export interface Token {
  /**
   * Name of the caller, shown in logs and with approvals.
   */
  name: Name;
  /**
   * Name of the declared secret that holds the token.
   */
  secret?: SecretName;
  /**
   * SHA-256 hash of the token: `sha256:` and 64 hexadecimal digits, as `engine token` prints it; in place of `secret`.
   */
  hash?: string;
  /**
   * What the caller may do. Default: everything but `admin`.
   *
   * @minItems 1
   */
  scopes?: Scope[];
  /**
   * Only these agents may be called. Default: all.
   */
  agents?: Name[];
  /**
   * Only these workflows may be started. Default: all.
   */
  workflows?: Name[];
}
/**
 * JSON Web Tokens that are accepted.
 */
export interface Jwt {
  /**
   * Who must have issued the token (`iss`).
   */
  issuer: string;
  /**
   * For whom the token must be (`aud`).
   */
  audience: string;
  /**
   * Address of the public keys. Default: `.well-known/jwks.json` below the issuer.
   */
  jwksUrl?: string;
  /**
   * Signature algorithms that are accepted. Default: `RS256`, `ES256`, `EdDSA`.
   *
   * @minItems 1
   */
  algorithms?: (
    'RS256' | 'RS384' | 'RS512' | 'PS256' | 'PS384' | 'PS512' | 'ES256' | 'ES384' | 'ES512' | 'EdDSA'
  )[];
  /**
   * Claim that lists the scopes. Default: `scope`.
   */
  scopesClaim?: string;
}
/**
 * Bounds on requests.
 */
export interface ServerLimits {
  /**
   * Largest body of a request in bytes. Default: 1048576 (1 MiB).
   */
  bodyBytes?: number;
  /**
   * Most prompts and starts of workflows worked on at a time, of HTTP and WebSockets together; more are refused with `too_many_requests`. Default: no bound.
   */
  concurrency?: number;
  /**
   * Most requests within `per` of one caller, or of one address where nobody signs in; more are answered with 429. Default: no bound.
   */
  requests?: number;
  /**
   * Time to which `requests` refers. Default: `1m`.
   */
  per?: Duration;
  /**
   * Most open streams and WebSockets; more are answered with 503. Default: 1000.
   */
  connections?: number;
}
/**
 * Where conversations, runs and events are kept.
 */
export interface Store {
  /**
   * `sqlite` keeps them in one file, `memory` only while the process lives. Default: `sqlite`.
   */
  type?: 'sqlite' | 'memory';
  /**
   * File of the store, relative to the project. Default: `.engine/data/engine.sqlite`.
   */
  path?: string;
  /**
   * `full` survives a power cut; `normal` is faster and may then lose the last moments. Default: `full`.
   */
  synchronous?: 'full' | 'normal';
  /**
   * How long a write waits for the file when another program reads it. Default: `5s`.
   */
  busyTimeout?: Duration;
}
/**
 * What carries work through crashes and restarts.
 */
export interface Durable {
  /**
   * `embedded` works in one process on the store; `dbos` spreads over processes and needs Postgres. Default: `embedded`.
   */
  type?: 'embedded' | 'dbos';
  /**
   * Name of the declared secret that holds the address of the Postgres database, for `dbos`.
   */
  database?: SecretName;
  /**
   * Most agent sessions at work at a time. Default: 64.
   */
  concurrency?: number;
}
/**
 * Your own code.
 */
export interface Modules {
  /**
   * Harnesses by the name that agents give under `harness`: a path relative to the project or the name of a package, whose default export is the harness.
   */
  harnesses?: {
    [k: string]: string;
  };
  /**
   * Where secrets come from before variables and files: a path relative to the project or the name of a package, whose default export has a function `get(name)`. It is asked for each declared secret once, when the engine starts.
   */
  secrets?: string;
  /**
   * Modules that add sandboxes, stores or observers: a path relative to the project or the name of a package, optionally with options.
   */
  plugins?: (string | Plugin)[];
}
/**
 * A module with options.
 */
export interface Plugin {
  /**
   * Path relative to the project, or name of a package.
   */
  module: string;
  /**
   * Options handed to the module.
   */
  options?: {
    [k: string]: unknown;
  };
}
/**
 * What the engine tells of itself: traces and measurements.
 */
export interface Telemetry {
  /**
   * Where traces and measurements are sent, over OTLP. Default: nowhere. Needs the packages of the OpenTelemetry SDK.
   */
  otlp?: {
    /**
     * Address of the collector, without `/v1/traces`. Default: `OTEL_EXPORTER_OTLP_ENDPOINT`, or `http://localhost:4318`.
     */
    endpoint?: string;
    /**
     * Headers sent with each request. Secrets may be used here: `${{ secrets.NAME }}`.
     */
    headers?: TextMap;
  };
  /**
   * Whether spans are sent. Default: true.
   */
  traces?: boolean;
  /**
   * Whether measurements are sent, and served at `/metrics`. Default: true.
   */
  metrics?: boolean;
  /**
   * Whether spans hold messages, and the arguments and results of tools. Default: false.
   */
  content?: boolean;
  /**
   * Hosts that calls of models, HTTP tools and MCP servers send `traceparent` to: names, `name:port`, `*.domain`. Default: none.
   */
  propagate?: string[];
  /**
   * Name of the service in traces. Default: `OTEL_SERVICE_NAME`, or the name of the project.
   */
  serviceName?: string;
}
/**
 * How long finished work is kept, counted from its end. Running and waiting work is never removed.
 */
export interface Retention {
  /**
   * How long finished runs are kept. Default: `30d`.
   */
  runs?: Duration;
  /**
   * How long the events of finished work are kept. Default: as long as the run.
   */
  events?: Duration;
  /**
   * How long a conversation is kept after its last message. Default: for ever.
   */
  sessions?: Duration;
  /**
   * How long idempotency keys and the ids of webhooks are remembered. Default: `1d`.
   */
  idempotency?: Duration;
}
/**
 * An address that is told of outcomes, by a signed POST with a JSON body.
 */
export interface Callback {
  /**
   * Who listens there, in a sentence.
   */
  description?: string;
  /**
   * Address, a text template over `env`: `https`, or `http` on this machine. Redirects are not followed.
   */
  url: string;
  /**
   * What it is signed with, so that who gets it can check where it comes from.
   */
  sign: RequestSign;
  /**
   * What is told: the end of a run, the end of a message to an agent, a question to a person. Default: `[run_end, submission_end]`.
   *
   * @minItems 1
   */
  on?: ('run_end' | 'submission_end' | 'approval_requested')[];
  /**
   * Only runs of these workflows. Default: all.
   *
   * @minItems 1
   */
  workflows?: Name[];
  /**
   * Only messages to these agents. Default: all.
   *
   * @minItems 1
   */
  agents?: Name[];
  /**
   * What is told besides ids, status and times: the `output`, the message and details of an `error`, what a person is asked (`question`). Default: nothing.
   */
  include?: ('output' | 'error' | 'question') | ('output' | 'error' | 'question')[];
  /**
   * How it is told again when it was not taken. Default: 12 attempts in about two hours.
   */
  retry?: CallbackRetry;
  /**
   * Longest time of one attempt. Default: `10s`.
   */
  timeout?: Duration;
}
/**
 * How a callback that was not taken is sent again, with the same id. A `Retry-After` of the answer is kept, up to `maxDelay`.
 */
export interface CallbackRetry {
  /**
   * Attempts in all, the first one included. Default: 12.
   */
  maxAttempts?: number;
  /**
   * Wait before the second attempt. Default: `5s`.
   */
  delay?: Duration;
  /**
   * How the wait grows: `fixed` keeps it, `linear` adds `delay` each time, `exponential` doubles it. Default: `exponential`.
   */
  backoff?: 'fixed' | 'linear' | 'exponential';
  /**
   * Longest wait between two attempts. Default: `1h`.
   */
  maxDelay?: Duration;
  /**
   * Shortens each wait by up to a half, at random, so that many that failed together do not come back together. Default: `true`.
   */
  jitter?: boolean;
}
/**
 * How MCP servers are used.
 */
export interface Mcp {
  /**
   * `direct`: each tool is a tool of the model. `search`: the model gets two tools instead, `mcp_search` to find tools and `mcp_call` to call one. Default: `direct`.
   */
  mode?: 'direct' | 'search';
  /**
   * Most tools one search finds. Default: 10.
   */
  searchLimit?: number;
  /**
   * What is done with a server whose tools are not those of `engine.lock`: `refuse` does not use it when a tool changed or is gone, and leaves out new tools; `warn` says so in the log and uses it as it is. A server that is not in the lock is used as it is. Default: `refuse`.
   */
  drift?: 'refuse' | 'warn';
}
/**
 * A manner of working that a single prompt, skill or task may take on. A file of `roles/`; in Markdown the body is the instructions.
 */
export interface RoleSpec {
  /**
   * Version of the spec language. Default: `engine/v1`.
   */
  apiVersion?: ApiVersion;
  /**
   * Kind of this file. The folder already says it, so write it only for a file kept elsewhere; always `role`.
   */
  kind?: 'role';
  /**
   * Name of the role. Default, and the only value allowed: the name of the file.
   */
  name?: Name;
  /**
   * What the role is for, in a sentence.
   */
  description?: string;
  /**
   * Model used for a call in this role. Default: the model of the agent.
   */
  model?: ModelReference;
  /**
   * Settings of the model for a call in this role.
   */
  modelSettings?: ModelSettings;
  /**
   * How much the model may think in this role. Default: as the agent says.
   */
  thinking?: Thinking;
  /**
   * Added to the instructions of the agent for the call. In a Markdown file the body is the instructions.
   */
  instructions?: string;
}
/**
 * A sandbox: the files an agent sees, and what it may do to them. Nothing is allowed that is not said here. A file of `sandboxes/`.
 */
export interface SandboxSpec {
  /**
   * Version of the spec language. Default: `engine/v1`.
   */
  apiVersion?: ApiVersion;
  /**
   * Kind of this file. The folder already says it, so write it only for a file kept elsewhere; always `sandbox`.
   */
  kind?: 'sandbox';
  /**
   * Name of the sandbox. Default, and the only value allowed: the name of the file.
   */
  name?: Name;
  /**
   * What the sandbox is for, in a sentence.
   */
  description?: string;
  /**
   * `none` has no files; `virtual` keeps them in memory, without processes of this machine; `isolated` runs processes in a container of the system; `local` uses this machine without a boundary; the others are services, or a module of yours (`custom`). Default: `virtual`.
   */
  type?: 'none' | 'virtual' | 'isolated' | 'local' | 'daytona' | 'e2b' | 'modal' | 'runloop' | 'custom';
  /**
   * Folder of the workspace as the agent sees it. Default: `/workspace`.
   */
  workspace?: string;
  /**
   * Whether files may be written: `true`, `false`, or a list of path patterns. Default: `false`.
   */
  write?: boolean | string[];
  /**
   * Whether commands may run. Default: `false`.
   */
  shell?: boolean;
  /**
   * Commands that may run. Default: all that the sandbox has, once `shell` is true.
   */
  commands?: CommandRule[];
  /**
   * Whether one line may hold several commands (`&&`, `|`, `;`), redirections, loops and substitutions; each command is checked. Default: `false` where `commands` names some, else `true`.
   */
  compound?: boolean;
  /**
   * Folders of the project that the workspace starts with.
   */
  mounts?: Mount[];
  /**
   * Path patterns of the files that may be read. Default: all of the workspace.
   */
  read?: string[];
  /**
   * Path patterns of files that can be neither read nor written, whatever else is said. Default: `.env` and `.env.*`; and `.git`, `.engine`, `engine.yaml`, `.vscode` and `.idea` can be read only. A list takes the place of both.
   */
  protect?: string[];
  /**
   * Environment variables of commands; nothing of the environment of the engine is passed on.
   */
  env?: EnvMap;
  /**
   * What may be reached over the network. Default: nothing.
   */
  network?: Network;
  /**
   * Bounds of commands and files.
   */
  limits?: SandboxLimits;
  /**
   * Options of the module of `custom`, passed on unread. Of `isolated` and `local`: `root`, the folder of the workspace on this machine, relative to the project. Default of `local`: the project; of `isolated`: a folder for each instance, kept beside the store.
   */
  options?: {
    [k: string]: unknown;
  };
  /**
   * For `daytona`, `e2b`, `modal` and `runloop`: the machines, and the account they are of.
   */
  service?: SandboxService;
  /**
   * For `custom`: module that makes the sandbox, a path relative to the project or the name of a package. Without it, `createEngine({ sandboxes })` gives it.
   */
  module?: string;
}
/**
 * A folder of the project in the workspace.
 */
export interface Mount {
  /**
   * Folder, relative to the project.
   */
  from: string;
  /**
   * Path in the workspace. Default: the last folder name of `from`.
   */
  to?: string;
  /**
   * Whether it may be written to, when the sandbox has `write` too; changes reach the project. Default: `false`.
   */
  write?: boolean;
}
/**
 * What may be reached over the network.
 */
export interface Network {
  /**
   * Hosts that may be reached; `*.` in front stands for any subdomain.
   */
  allow?: string[];
  /**
   * Hosts that may not be reached, although `allow` says so.
   */
  deny?: string[];
}
/**
 * The machines of a service, and the account they are of. A key that the service has no such thing for is an error.
 */
export interface SandboxService {
  /**
   * Name of a declared secret that holds the key. Default: `DAYTONA_API_KEY`, `E2B_API_KEY`, `MODAL_TOKEN_ID` or `RUNLOOP_API_KEY`.
   */
  apiKey?: string;
  /**
   * For `modal`: name of a declared secret that holds the secret of the token. Default: `MODAL_TOKEN_SECRET`.
   */
  apiSecret?: string;
  /**
   * Address of the service, where it is not the public one.
   */
  url?: string;
  /**
   * For `e2b`: address of the machines, where the service is not the public one.
   */
  machineUrl?: string;
  /**
   * What a machine begins with: a template (`e2b`), a snapshot (`daytona`), an image of a registry (`modal`), a blueprint (`runloop`). Default: that of the service; of `modal`, `debian:12-slim`.
   */
  image?: string;
  /**
   * Where the machines are: the target of `daytona`, a region of `modal`.
   */
  region?: string;
  /**
   * Processors of a machine (`modal`, `runloop`).
   */
  cpu?: number;
  /**
   * Memory of a machine in MiB (`modal`, `runloop`; there a multiple of 1024).
   */
  memoryMb?: number;
  /**
   * Disk of a machine in GiB (`runloop`).
   */
  diskGb?: number;
  /**
   * How long a machine stays awake without being used; then it is paused with its files, or ends where the service cannot do that (`modal`). Default: `10m`.
   */
  idleTimeout?: Duration;
  /**
   * What becomes of the machine when its work ends: `pause` it with its files, `keep` it as it is until it is idle, or `remove` it with its files. Default: `pause`; of `modal`, which cannot pause, `keep`.
   */
  whenClosed?: 'pause' | 'keep' | 'remove';
}
/**
 * Bounds of commands and files.
 */
export interface SandboxLimits {
  /**
   * Longest time of one command. Default: `2m`.
   */
  timeout?: Duration;
  /**
   * Most output of one command in bytes; the rest is cut. Default: 1048576 (1 MiB).
   */
  outputBytes?: number;
  /**
   * Most files and folders in the workspace. Default: 10000.
   */
  files?: number;
  /**
   * Largest file in bytes. Default: 10485760 (10 MiB).
   */
  fileBytes?: number;
  /**
   * Most memory of a command in MiB, where the sandbox can bound it. Default: 512.
   */
  memoryMb?: number;
  /**
   * Most processes at a time, where the sandbox can bound it. Default: 64.
   */
  processes?: number;
}
/**
 * A schedule that sends a message to an agent.
 */
export interface AgentSchedule {
  /**
   * Version of the spec language. Default: `engine/v1`.
   */
  apiVersion?: ApiVersion;
  /**
   * Kind of this file. The folder already says it, so write it only for a file kept elsewhere; always `schedule`.
   */
  kind?: 'schedule';
  /**
   * Name of the schedule. Default, and the only value allowed: the name of the file.
   */
  name?: Name;
  /**
   * What the schedule is for, in a sentence.
   */
  description?: string;
  /**
   * When: minute, hour, day of the month, month, day of the week; with a sixth field in front for seconds, or a word such as `@daily`.
   */
  cron: string;
  /**
   * Time zone of `cron`. Default: `UTC`.
   */
  timezone?: string;
  /**
   * What happens to times that passed while the engine was down: `skip` drops them, `one` makes up for the last one, `all` for each. Default: `skip`.
   */
  missed?: 'skip' | 'one' | 'all';
  /**
   * Whether the schedule is on. Default: `true`.
   */
  enabled?: boolean;
  /**
   * Agent that gets the message.
   */
  agent: Name;
  /**
   * Instance of the agent, a text template over `schedule`. Default: the name of the schedule.
   */
  instance?: string;
  /**
   * Conversation of the instance, a text template. Default: `default`.
   */
  session?: string;
  /**
   * The message, a text template over `schedule` with `name` and `time`. Default: the values of `input`.
   */
  message?: string;
  /**
   * Input of the agent, checked against its `inputSchema`.
   */
  input?: ValueMap;
}
/**
 * A schedule that starts a workflow.
 */
export interface WorkflowSchedule {
  /**
   * Version of the spec language. Default: `engine/v1`.
   */
  apiVersion?: ApiVersion;
  /**
   * Kind of this file. The folder already says it, so write it only for a file kept elsewhere; always `schedule`.
   */
  kind?: 'schedule';
  /**
   * Name of the schedule. Default, and the only value allowed: the name of the file.
   */
  name?: Name;
  /**
   * What the schedule is for, in a sentence.
   */
  description?: string;
  /**
   * When: minute, hour, day of the month, month, day of the week; with a sixth field in front for seconds, or a word such as `@daily`.
   */
  cron: string;
  /**
   * Time zone of `cron`. Default: `UTC`.
   */
  timezone?: string;
  /**
   * What happens to times that passed while the engine was down: `skip` drops them, `one` makes up for the last one, `all` for each. Default: `skip`.
   */
  missed?: 'skip' | 'one' | 'all';
  /**
   * Whether the schedule is on. Default: `true`.
   */
  enabled?: boolean;
  /**
   * Workflow to start.
   */
  workflow: Name;
  /**
   * Input of the workflow, checked against its `inputSchema`; expressions see `schedule` with `name` and `time`.
   */
  input?: ValueMap;
}
/**
 * The front matter of a `SKILL.md`: the six keys of the Agent Skills standard, and no others. The Markdown body says how the work is done.
 */
export interface SkillSpec {
  /**
   * Name of the skill. Default, and the only value allowed: the name of its folder.
   */
  name?: Name;
  /**
   * What the skill does and when to use it. The model decides by this text whether to load the skill. At most 1024 characters.
   */
  description: string;
  /**
   * Licence of the skill, by name or by the file that holds it.
   */
  license?: string;
  /**
   * What the skill needs to work: tools, programs, network. At most 500 characters.
   */
  compatibility?: string;
  /**
   * Your own notes, as a map from text to text.
   */
  metadata?: {
    [k: string]: string;
  };
  /**
   * Tools the skill is meant to use, separated by spaces. The skill gets no tool that the agent has not.
   */
  'allowed-tools'?: string;
}
/**
 * A test of a workflow.
 */
export interface WorkflowTest {
  /**
   * Version of the spec language. Default: `engine/v1`.
   */
  apiVersion?: ApiVersion;
  /**
   * Kind of this file. The folder already says it, so write it only for a file kept elsewhere; always `test`.
   */
  kind?: 'test';
  /**
   * Name of the test. Default, and the only value allowed: the name of the file.
   */
  name?: Name;
  /**
   * What the test shows, in a sentence.
   */
  description?: string;
  /**
   * Replies of the model, tried in order, as in a file of `models/`. Every model of the project is replaced by them. Default: the models of the project, where they are scripted.
   */
  model?: ScriptedReplies;
  /**
   * Results of tools by name; these tools are not called. Tools not named here run as they are.
   */
  tools?: ValueMap;
  /**
   * Failures of tools by name; these tools are not called.
   */
  toolErrors?: {
    [k: string]: FakeError;
  };
  /**
   * Decisions on approvals by the id of the step or the name of the tool.
   */
  approvals?: {
    [k: string]: Decision;
  };
  /**
   * Answers to `ask` steps by the id of the step.
   */
  answers?: {
    [k: string]: Answer;
  };
  /**
   * Events sent to the run by topic.
   */
  events?: {
    [k: string]: SentEvent;
  };
  /**
   * Values of `env` in expressions.
   */
  env?: EnvMap;
  /**
   * Time at which the clock of the test starts; waiting takes no real time. Default: `2030-01-01T00:00:00Z`.
   */
  startAt?: string;
  /**
   * What must come out. Default: that the work succeeds.
   */
  expect?: Expect;
  /**
   * Workflow to run.
   */
  workflow: Name;
  /**
   * Input of the workflow.
   */
  input?: Value;
}
/**
 * A test of an agent.
 */
export interface AgentTest {
  /**
   * Version of the spec language. Default: `engine/v1`.
   */
  apiVersion?: ApiVersion;
  /**
   * Kind of this file. The folder already says it, so write it only for a file kept elsewhere; always `test`.
   */
  kind?: 'test';
  /**
   * Name of the test. Default, and the only value allowed: the name of the file.
   */
  name?: Name;
  /**
   * What the test shows, in a sentence.
   */
  description?: string;
  /**
   * Replies of the model, tried in order, as in a file of `models/`. Every model of the project is replaced by them. Default: the models of the project, where they are scripted.
   */
  model?: ScriptedReplies;
  /**
   * Results of tools by name; these tools are not called. Tools not named here run as they are.
   */
  tools?: ValueMap;
  /**
   * Failures of tools by name; these tools are not called.
   */
  toolErrors?: {
    [k: string]: FakeError;
  };
  /**
   * Decisions on approvals by the id of the step or the name of the tool.
   */
  approvals?: {
    [k: string]: Decision;
  };
  /**
   * Answers to `ask` steps by the id of the step.
   */
  answers?: {
    [k: string]: Answer;
  };
  /**
   * Events sent to the run by topic.
   */
  events?: {
    [k: string]: SentEvent;
  };
  /**
   * Values of `env` in expressions.
   */
  env?: EnvMap;
  /**
   * Time at which the clock of the test starts; waiting takes no real time. Default: `2030-01-01T00:00:00Z`.
   */
  startAt?: string;
  /**
   * What must come out. Default: that the work succeeds.
   */
  expect?: Expect;
  /**
   * Agent to call.
   */
  agent: Name;
  /**
   * Message to the agent, or a list of messages sent one after the other.
   */
  message?: string | string[];
  /**
   * Input of the agent.
   */
  input?: Value;
}
/**
 * A failure of a faked tool.
 */
export interface FakeError {
  /**
   * Code of the failure. Default: `tool_failed`.
   */
  code?: FailureCode;
  /**
   * What went wrong.
   */
  message: string;
  /**
   * How often the tool fails before it gives the result of `tools`. Default: always.
   */
  times?: number;
}
/**
 * A decision on an approval.
 */
export interface Decision {
  /**
   * What is decided; `expired` lets the time run out.
   */
  decision: 'approved' | 'rejected' | 'expired';
  /**
   * Who decides. Default: `tester`.
   */
  by?: string;
  /**
   * Data for the form of the approval.
   */
  data?: ValueMap;
  /**
   * Time until the decision, on the clock of the test. Default: at once.
   */
  after?: Duration;
}
/**
 * An answer to a question.
 */
export interface Answer {
  /**
   * Data for the form of the question.
   */
  data: ValueMap;
  /**
   * Who answers. Default: `tester`.
   */
  by?: string;
  /**
   * Time until the answer, on the clock of the test. Default: at once.
   */
  after?: Duration;
}
/**
 * An event sent to the run.
 */
export interface SentEvent {
  /**
   * Data of the event.
   */
  data?: Value;
  /**
   * Time until the event, on the clock of the test. Default: at once.
   */
  after?: Duration;
}
/**
 * What must come out.
 */
export interface Expect {
  /**
   * How the work ends. Default: `succeeded`.
   */
  status?: 'succeeded' | 'failed' | 'cancelled';
  /**
   * Output. Of a map only the keys given here are compared.
   */
  output?: Value;
  /**
   * Text the answer must contain, or a map with `equals`, `contains` or `pattern`.
   */
  text?: string | TextExpectation;
  /**
   * Code of the failure the work ends with; makes `failed` the default of `status`.
   */
  error?: FailureCode;
  /**
   * Steps that ran, in order; steps in a block by their path. Skipped steps are left out.
   */
  path?: string[];
  /**
   * Calls of tools by name: the list of their arguments, in order. An empty list means that the tool is not called.
   */
  calls?: {
    [k: string]: ValueList;
  };
}
/**
 * What the text of the answer must be like.
 */
export interface TextExpectation {
  /**
   * The text is exactly this.
   */
  equals?: string;
  /**
   * The text contains this.
   */
  contains?: string;
  /**
   * The text matches this regular expression.
   */
  pattern?: string;
}
/**
 * A tool that agents and workflow steps may call. A file of `tools/`.
 */
export interface ToolSpec {
  /**
   * Version of the spec language. Default: `engine/v1`.
   */
  apiVersion?: ApiVersion;
  /**
   * Kind of this file. The folder already says it, so write it only for a file kept elsewhere; always `tool`.
   */
  kind?: 'tool';
  /**
   * Name of the tool, without dots. Default, and the only value allowed: the name of the file.
   */
  name?: ToolName;
  /**
   * What the tool does and when to use it. The model decides by this text.
   */
  description: string;
  /**
   * What is behind the tool: `http` one request, `openapi` the operations of an API, `command` a command in the sandbox, `workflow` and `agent` one of this project, `node` your own code, `mcp` a tool of an MCP server.
   */
  type: 'http' | 'openapi' | 'command' | 'workflow' | 'agent' | 'node' | 'mcp';
  /**
   * Shape of the arguments; a call that does not fit is not made. Default: no arguments.
   */
  inputSchema?: JsonSchema;
  /**
   * Shape of the result. A result that does not fit is a failure.
   */
  outputSchema?: JsonSchema;
  /**
   * What the tool does to the world. The engine decides by it whether a call may be repeated.
   */
  annotations?: Annotations;
  /**
   * Longest time of one call. Default: `1m`.
   */
  timeout?: Duration;
  /**
   * How a failed call is repeated. Default: one attempt.
   */
  retry?: Retry;
  /**
   * Rules for calls of this tool, put before those of the agent.
   */
  permissions?: Permissions;
  /**
   * Key by which the other side knows a repeated call; a text template over `input` or a `${{ expression }}`. Default: one made of the call.
   */
  idempotencyKey?: string;
  /**
   * Secrets the tool may use.
   */
  secrets?: SecretName[];
  /**
   * For `http`: the request. Its templates and expressions see the arguments as `input`.
   */
  request?: HttpRequest;
  /**
   * For `openapi`: path in the project, or address, of the OpenAPI 3 document.
   */
  document?: string;
  /**
   * For `openapi`: ids of the operations to offer, each as a tool of its own, called `<tool>__<operation>`. Default: all.
   *
   * @minItems 1
   */
  operations?: string[];
  /**
   * For `openapi`: address of the API, a text template over `env`. Default: the first server of the document.
   */
  baseUrl?: string;
  /**
   * For `openapi`: headers sent with each request. Secrets may be used here.
   */
  headers?: TextMap;
  /**
   * For `command`: the program and its arguments, each a text template that stays a single argument.
   *
   * @minItems 1
   */
  command?: string[];
  /**
   * For `command`: a line for the shell, in place of `command`. Arguments reach it only as environment variables `INPUT_<NAME>`.
   */
  shell?: string;
  /**
   * For `command`: folder in the workspace to run in. Default: the workspace.
   */
  cwd?: string;
  /**
   * For `command`: environment variables. Secrets may be used here.
   */
  env?: EnvMap;
  /**
   * For `command`: sandbox to run in, with nothing but its mounts. Default: the sandbox of the caller, with its files.
   */
  sandbox?: Name;
  /**
   * For `workflow`: the workflow to run; its `inputSchema` is the default of this one.
   */
  workflow?: Name;
  /**
   * For `agent`: the agent to call.
   */
  agent?: Name;
  /**
   * For `agent`: what to say to it, a text template over `input`. Default: the arguments; where neither tool nor agent says what it takes, it takes a `message`.
   */
  message?: string;
  /**
   * For `agent`: instance of the agent, a text template over `input`. Default: one of its own for each call.
   */
  instance?: string;
  /**
   * For `node`: path of the module, relative to this file.
   */
  module?: string;
  /**
   * For `node`: export of the module, a `defineTool` object or a function called as `run(input, ctx)`. Default: `default`.
   */
  export?: string;
  /**
   * For `mcp`: name of a server declared in engine.yaml, or the server itself.
   */
  server?: ToolName | McpServer;
  /**
   * For `mcp`: name of the tool on the server.
   */
  tool?: string;
}
/**
 * What the tool does to the world.
 */
export interface Annotations {
  /**
   * The tool changes nothing. Default: `false`.
   */
  readOnlyHint?: boolean;
  /**
   * The tool may destroy or spend something; a step that calls it needs an `idempotencyKey`. Default: `false`.
   */
  destructiveHint?: boolean;
  /**
   * Calling it twice with the same arguments does the same as calling it once. Default: `false`.
   */
  idempotentHint?: boolean;
  /**
   * The tool reaches things outside the project, so its results are not trusted. Default: `true`.
   */
  openWorldHint?: boolean;
}
/**
 * A workflow: steps with checkpoints between them, which goes on after a crash where it was. A file of `workflows/`.
 */
export interface WorkflowSpec {
  /**
   * Version of the spec language. Default: `engine/v1`.
   */
  apiVersion?: ApiVersion;
  /**
   * Kind of this file. The folder already says it, so write it only for a file kept elsewhere; always `workflow`.
   */
  kind?: 'workflow';
  /**
   * Name of the workflow. Default, and the only value allowed: the name of the file.
   */
  name?: Name;
  /**
   * What the workflow does, in a sentence or two.
   */
  description?: string;
  /**
   * Shape of the input; input that does not fit is refused. Expressions are checked against it.
   */
  inputSchema?: JsonSchema;
  /**
   * Shape of the output. Output that does not fit fails the run.
   */
  outputSchema?: JsonSchema;
  /**
   * Sandbox in which the tool and shell steps of a run work. Default: `defaults.sandbox` of engine.yaml, else `none`.
   */
  sandbox?: Name;
  /**
   * Bounds of a run: time, model calls, tokens, cost.
   */
  limits?: Limits;
  /**
   * Longest time of a run, waiting included. Default: no bound.
   */
  timeout?: Duration;
  /**
   * How many runs may work at a time: a number, or a map with `limit`, `key` and `busy`. Default: no bound.
   */
  concurrency?: number | Concurrency;
  /**
   * Steps of the workflow, run in order.
   */
  steps: Steps;
  /**
   * Output of the workflow. Default: the result of the last step.
   */
  output?: Value;
}
/**
 * Asks a model and gives its answer.
 */
export interface PromptStep {
  /**
   * Name of the step, unique among the steps that can see each other. Later steps read its result as `steps.<id>.output`.
   */
  id: Identifier;
  /**
   * What the step is for. It is shown while the workflow runs.
   */
  description?: string;
  /**
   * The step is skipped when this CEL expression is false. Default: it always runs.
   */
  if?: Condition;
  /**
   * What to ask, a text template. The result is the text of the answer, or data where there is an `outputSchema`.
   */
  prompt: string;
  /**
   * Model for this step. Default: as the agent or the project says.
   */
  model?: ModelReference;
  /**
   * Settings of the model for this step.
   */
  modelSettings?: ModelSettings;
  /**
   * Role taken on for this step.
   */
  role?: Name;
  /**
   * How much the model may think. Default: the default of the model.
   */
  thinking?: Thinking;
  /**
   * Images shown with the prompt: paths in the workspace, addresses, or `${{ expressions }}` that give one.
   */
  images?: string[];
  /**
   * Name of the conversation, a text template; steps with the same name share its history. Default: a conversation of its own for each step.
   */
  session?: string;
  /**
   * Shape of the result. A result that does not fit fails the step.
   */
  outputSchema?: JsonSchema;
  /**
   * Longest time of one attempt. Default: `defaults.stepTimeout` of engine.yaml.
   */
  timeout?: Duration;
  /**
   * How a failed attempt is repeated. Default: one attempt.
   */
  retry?: Retry;
  /**
   * What to do when the step fails: the first entry whose codes fit is taken, and the step counts as recovered. Default: the failure ends the block.
   *
   * @minItems 1
   */
  catch?: Catch[];
  /**
   * Key by which the other side knows a repeated call. Default: one made of the run and the path of the step.
   */
  idempotencyKey?: string;
}
/**
 * Has an agent work by a skill.
 */
export interface SkillStep {
  /**
   * Name of the step, unique among the steps that can see each other. Later steps read its result as `steps.<id>.output`.
   */
  id: Identifier;
  /**
   * What the step is for. It is shown while the workflow runs.
   */
  description?: string;
  /**
   * The step is skipped when this CEL expression is false. Default: it always runs.
   */
  if?: Condition;
  /**
   * Name of the skill.
   */
  skill: Name;
  /**
   * Agent that does the work. Default: a plain agent with the model of the project.
   */
  agent?: Name;
  /**
   * Arguments for the skill.
   */
  with?: ValueMap;
  /**
   * Role taken on for this step.
   */
  role?: Name;
  /**
   * Model for this step. Default: as the agent or the project says.
   */
  model?: ModelReference;
  /**
   * Name of the conversation, a text template; steps with the same name share its history. Default: a conversation of its own for each step.
   */
  session?: string;
  /**
   * Shape of the result. A result that does not fit fails the step.
   */
  outputSchema?: JsonSchema;
  /**
   * Longest time of one attempt. Default: `defaults.stepTimeout` of engine.yaml.
   */
  timeout?: Duration;
  /**
   * How a failed attempt is repeated. Default: one attempt.
   */
  retry?: Retry;
  /**
   * What to do when the step fails: the first entry whose codes fit is taken, and the step counts as recovered. Default: the failure ends the block.
   *
   * @minItems 1
   */
  catch?: Catch[];
  /**
   * Key by which the other side knows a repeated call. Default: one made of the run and the path of the step.
   */
  idempotencyKey?: string;
}
/**
 * Gives a task to an agent in a fresh conversation of its own.
 */
export interface TaskStep {
  /**
   * Name of the step, unique among the steps that can see each other. Later steps read its result as `steps.<id>.output`.
   */
  id: Identifier;
  /**
   * What the step is for. It is shown while the workflow runs.
   */
  description?: string;
  /**
   * The step is skipped when this CEL expression is false. Default: it always runs.
   */
  if?: Condition;
  /**
   * What to do, a text template.
   */
  task: string;
  /**
   * Agent or profile that does the work. Default: a plain agent with the model of the project.
   */
  agent?: Name;
  /**
   * Role taken on for this step.
   */
  role?: Name;
  /**
   * Model for this step. Default: as the agent or the project says.
   */
  model?: ModelReference;
  /**
   * Name of the conversation, a text template; steps with the same name share its history. Default: a conversation of its own for each step.
   */
  session?: string;
  /**
   * Shape of the result. A result that does not fit fails the step.
   */
  outputSchema?: JsonSchema;
  /**
   * Longest time of one attempt. Default: `defaults.stepTimeout` of engine.yaml.
   */
  timeout?: Duration;
  /**
   * How a failed attempt is repeated. Default: one attempt.
   */
  retry?: Retry;
  /**
   * What to do when the step fails: the first entry whose codes fit is taken, and the step counts as recovered. Default: the failure ends the block.
   *
   * @minItems 1
   */
  catch?: Catch[];
  /**
   * Key by which the other side knows a repeated call. Default: one made of the run and the path of the step.
   */
  idempotencyKey?: string;
}
/**
 * Calls an agent and waits for its answer.
 */
export interface AgentStep {
  /**
   * Name of the step, unique among the steps that can see each other. Later steps read its result as `steps.<id>.output`.
   */
  id: Identifier;
  /**
   * What the step is for. It is shown while the workflow runs.
   */
  description?: string;
  /**
   * The step is skipped when this CEL expression is false. Default: it always runs.
   */
  if?: Condition;
  /**
   * Name of the agent.
   */
  agent: Name;
  /**
   * What to say to the agent, a text template. Default: the values of `with`.
   */
  message?: string;
  /**
   * Input of the agent, checked against its `inputSchema`.
   */
  with?: ValueMap;
  /**
   * Instance of the agent, a text template; one instance keeps its conversations and files. Default: one of its own for each run.
   */
  instance?: string;
  /**
   * Role taken on for this step.
   */
  role?: Name;
  /**
   * Model for this step. Default: as the agent or the project says.
   */
  model?: ModelReference;
  /**
   * Name of the conversation, a text template; steps with the same name share its history. Default: a conversation of its own for each step.
   */
  session?: string;
  /**
   * Shape of the result. A result that does not fit fails the step.
   */
  outputSchema?: JsonSchema;
  /**
   * Longest time of one attempt. Default: `defaults.stepTimeout` of engine.yaml.
   */
  timeout?: Duration;
  /**
   * How a failed attempt is repeated. Default: one attempt.
   */
  retry?: Retry;
  /**
   * What to do when the step fails: the first entry whose codes fit is taken, and the step counts as recovered. Default: the failure ends the block.
   *
   * @minItems 1
   */
  catch?: Catch[];
  /**
   * Key by which the other side knows a repeated call. Default: one made of the run and the path of the step.
   */
  idempotencyKey?: string;
}
/**
 * Calls a tool; no model is involved.
 */
export interface ToolStep {
  /**
   * Name of the step, unique among the steps that can see each other. Later steps read its result as `steps.<id>.output`.
   */
  id: Identifier;
  /**
   * What the step is for. It is shown while the workflow runs.
   */
  description?: string;
  /**
   * The step is skipped when this CEL expression is false. Default: it always runs.
   */
  if?: Condition;
  /**
   * Name of the tool: a declared one, a built-in one, or `server__tool` of an MCP server.
   */
  tool: ToolName;
  /**
   * Arguments, checked against the `inputSchema` of the tool.
   */
  with?: ValueMap;
  /**
   * Shape of the result. A result that does not fit fails the step.
   */
  outputSchema?: JsonSchema;
  /**
   * Longest time of one attempt. Default: the `timeout` of the tool.
   */
  timeout?: Duration;
  /**
   * How a failed attempt is repeated. Default: the `retry` of the tool, else one attempt.
   */
  retry?: Retry;
  /**
   * What to do when the step fails: the first entry whose codes fit is taken, and the step counts as recovered. Default: the failure ends the block.
   *
   * @minItems 1
   */
  catch?: Catch[];
  /**
   * Key by which the other side knows a repeated call. Default: one made of the run and the path of the step.
   */
  idempotencyKey?: string;
}
/**
 * Runs a command in the sandbox of the workflow. The result has `stdout`, `stderr` and `exitCode`.
 */
export interface ShellStep {
  /**
   * Name of the step, unique among the steps that can see each other. Later steps read its result as `steps.<id>.output`.
   */
  id: Identifier;
  /**
   * What the step is for. It is shown while the workflow runs.
   */
  description?: string;
  /**
   * The step is skipped when this CEL expression is false. Default: it always runs.
   */
  if?: Condition;
  /**
   * The command: a line for the shell, or a list of the program and its arguments, which needs no quoting. Both are text templates.
   */
  shell: string | string[];
  /**
   * Folder in the workspace to run in, a text template. Default: the workspace.
   */
  cwd?: string;
  /**
   * Environment variables of the command.
   */
  env?: EnvMap;
  /**
   * Shape of the result. A result that does not fit fails the step.
   */
  outputSchema?: JsonSchema;
  /**
   * Longest time of one attempt. Default: `defaults.stepTimeout` of engine.yaml.
   */
  timeout?: Duration;
  /**
   * How a failed attempt is repeated. Default: one attempt.
   */
  retry?: Retry;
  /**
   * What to do when the step fails: the first entry whose codes fit is taken, and the step counts as recovered. Default: the failure ends the block.
   *
   * @minItems 1
   */
  catch?: Catch[];
  /**
   * Key by which the other side knows a repeated call. Default: one made of the run and the path of the step.
   */
  idempotencyKey?: string;
}
/**
 * Runs a piece of Python without access to the machine. The result is the value of its last expression.
 */
export interface CodeStep {
  /**
   * Name of the step, unique among the steps that can see each other. Later steps read its result as `steps.<id>.output`.
   */
  id: Identifier;
  /**
   * What the step is for. It is shown while the workflow runs.
   */
  description?: string;
  /**
   * The step is skipped when this CEL expression is false. Default: it always runs.
   */
  if?: Condition;
  /**
   * The Python code. It is no template: give values to it by `with`.
   */
  code: string;
  /**
   * Variables the code sees.
   */
  with?: ValueMap;
  /**
   * Declared tools that the code may call as functions. Default: none.
   */
  tools?: ToolName[];
  /**
   * What the code may use.
   */
  limits?: CodeLimits;
  /**
   * Shape of the result. A result that does not fit fails the step.
   */
  outputSchema?: JsonSchema;
  /**
   * Longest time of one attempt. Default: `defaults.stepTimeout` of engine.yaml.
   */
  timeout?: Duration;
  /**
   * How a failed attempt is repeated. Default: one attempt.
   */
  retry?: Retry;
  /**
   * What to do when the step fails: the first entry whose codes fit is taken, and the step counts as recovered. Default: the failure ends the block.
   *
   * @minItems 1
   */
  catch?: Catch[];
  /**
   * Key by which the other side knows a repeated call. Default: one made of the run and the path of the step.
   */
  idempotencyKey?: string;
}
/**
 * Sends an HTTP request. The result has `status`, `headers` and `body`; a status of 400 or more fails the step.
 */
export interface HttpStep {
  /**
   * Name of the step, unique among the steps that can see each other. Later steps read its result as `steps.<id>.output`.
   */
  id: Identifier;
  /**
   * What the step is for. It is shown while the workflow runs.
   */
  description?: string;
  /**
   * The step is skipped when this CEL expression is false. Default: it always runs.
   */
  if?: Condition;
  /**
   * The request.
   */
  http: HttpRequest;
  /**
   * Shape of the result. A result that does not fit fails the step.
   */
  outputSchema?: JsonSchema;
  /**
   * Longest time of one attempt. Default: `defaults.stepTimeout` of engine.yaml.
   */
  timeout?: Duration;
  /**
   * How a failed attempt is repeated. Default: one attempt.
   */
  retry?: Retry;
  /**
   * What to do when the step fails: the first entry whose codes fit is taken, and the step counts as recovered. Default: the failure ends the block.
   *
   * @minItems 1
   */
  catch?: Catch[];
  /**
   * Key by which the other side knows a repeated call. Default: one made of the run and the path of the step.
   */
  idempotencyKey?: string;
}
/**
 * Runs another workflow and waits for its output.
 */
export interface WorkflowStep {
  /**
   * Name of the step, unique among the steps that can see each other. Later steps read its result as `steps.<id>.output`.
   */
  id: Identifier;
  /**
   * What the step is for. It is shown while the workflow runs.
   */
  description?: string;
  /**
   * The step is skipped when this CEL expression is false. Default: it always runs.
   */
  if?: Condition;
  /**
   * Name of the workflow.
   */
  workflow: Name;
  /**
   * Input, checked against its `inputSchema`.
   */
  with?: ValueMap;
  /**
   * Shape of the result. A result that does not fit fails the step.
   */
  outputSchema?: JsonSchema;
  /**
   * Longest time of one attempt. Default: `defaults.stepTimeout` of engine.yaml.
   */
  timeout?: Duration;
  /**
   * How a failed attempt is repeated. Default: one attempt.
   */
  retry?: Retry;
  /**
   * What to do when the step fails: the first entry whose codes fit is taken, and the step counts as recovered. Default: the failure ends the block.
   *
   * @minItems 1
   */
  catch?: Catch[];
  /**
   * Key by which the other side knows a repeated call. Default: one made of the run and the path of the step.
   */
  idempotencyKey?: string;
}
/**
 * Hands a message to an agent and goes on without waiting for the answer. The result is the receipt: `submissionId`, `agent`, `instance`, `session`, `acceptedAt`.
 */
export interface DispatchStep {
  /**
   * Name of the step, unique among the steps that can see each other. Later steps read its result as `steps.<id>.output`.
   */
  id: Identifier;
  /**
   * What the step is for. It is shown while the workflow runs.
   */
  description?: string;
  /**
   * The step is skipped when this CEL expression is false. Default: it always runs.
   */
  if?: Condition;
  /**
   * Whom to send what.
   */
  dispatch: Dispatch;
  /**
   * Longest time of one attempt. Default: `defaults.stepTimeout` of engine.yaml.
   */
  timeout?: Duration;
  /**
   * How a failed attempt is repeated. Default: one attempt.
   */
  retry?: Retry;
  /**
   * What to do when the step fails: the first entry whose codes fit is taken, and the step counts as recovered. Default: the failure ends the block.
   *
   * @minItems 1
   */
  catch?: Catch[];
  /**
   * Key by which the other side knows a repeated call. Default: one made of the run and the path of the step.
   */
  idempotencyKey?: string;
}
/**
 * Computes values. The result is the map itself.
 */
export interface SetStep {
  /**
   * Name of the step, unique among the steps that can see each other. Later steps read its result as `steps.<id>.output`.
   */
  id: Identifier;
  /**
   * What the step is for. It is shown while the workflow runs.
   */
  description?: string;
  /**
   * The step is skipped when this CEL expression is false. Default: it always runs.
   */
  if?: Condition;
  /**
   * The values, each may be a `${{ expression }}`.
   */
  set: ValueMap;
  /**
   * Shape of the result. A result that does not fit fails the step.
   */
  outputSchema?: JsonSchema;
  /**
   * What to do when the step fails: the first entry whose codes fit is taken, and the step counts as recovered. Default: the failure ends the block.
   *
   * @minItems 1
   */
  catch?: Catch[];
}
/**
 * Writes a line to the events of the run.
 */
export interface LogStep {
  /**
   * Name of the step, unique among the steps that can see each other. Later steps read its result as `steps.<id>.output`.
   */
  id: Identifier;
  /**
   * What the step is for. It is shown while the workflow runs.
   */
  description?: string;
  /**
   * The step is skipped when this CEL expression is false. Default: it always runs.
   */
  if?: Condition;
  /**
   * What to write, a text template, or a map with `level` and `data`.
   */
  log: string | Log;
}
/**
 * Runs branches at the same time. The result is a map from branch to its result.
 */
export interface ParallelStep {
  /**
   * Name of the step, unique among the steps that can see each other. Later steps read its result as `steps.<id>.output`.
   */
  id: Identifier;
  /**
   * What the step is for. It is shown while the workflow runs.
   */
  description?: string;
  /**
   * The step is skipped when this CEL expression is false. Default: it always runs.
   */
  if?: Condition;
  /**
   * The branches, and how they run.
   */
  parallel: Parallel;
  /**
   * Result of the block. Default: a map from branch to the result of its last step.
   */
  output?: Value;
  /**
   * Shape of the result. A result that does not fit fails the step.
   */
  outputSchema?: JsonSchema;
  /**
   * Longest time of one attempt. Default: none.
   */
  timeout?: Duration;
  /**
   * How a failed attempt is repeated. Default: one attempt.
   */
  retry?: Retry;
  /**
   * What to do when the step fails: the first entry whose codes fit is taken, and the step counts as recovered. Default: the failure ends the block.
   *
   * @minItems 1
   */
  catch?: Catch[];
}
/**
 * Runs steps once for each item of a list. The result is the list of results, in the order of the items.
 */
export interface ForeachStep {
  /**
   * Name of the step, unique among the steps that can see each other. Later steps read its result as `steps.<id>.output`.
   */
  id: Identifier;
  /**
   * What the step is for. It is shown while the workflow runs.
   */
  description?: string;
  /**
   * The step is skipped when this CEL expression is false. Default: it always runs.
   */
  if?: Condition;
  /**
   * The items, and how they are worked through.
   */
  foreach: Foreach;
  /**
   * Steps run for each item.
   */
  steps: Steps;
  /**
   * Result for each item, over the item and the steps inside. Default: the result of the last step.
   */
  output?: Value;
  /**
   * Shape of the result. A result that does not fit fails the step.
   */
  outputSchema?: JsonSchema;
  /**
   * Longest time of one attempt. Default: none.
   */
  timeout?: Duration;
  /**
   * How a failed attempt is repeated. Default: one attempt.
   */
  retry?: Retry;
  /**
   * What to do when the step fails: the first entry whose codes fit is taken, and the step counts as recovered. Default: the failure ends the block.
   *
   * @minItems 1
   */
  catch?: Catch[];
}
/**
 * Runs the first case whose condition is true. The result is that of the case.
 */
export interface BranchStep {
  /**
   * Name of the step, unique among the steps that can see each other. Later steps read its result as `steps.<id>.output`.
   */
  id: Identifier;
  /**
   * What the step is for. It is shown while the workflow runs.
   */
  description?: string;
  /**
   * The step is skipped when this CEL expression is false. Default: it always runs.
   */
  if?: Condition;
  /**
   * The cases, tried in order. The last one may be `else: true`; without it the step may be skipped.
   *
   * @minItems 1
   */
  branch: Case[];
  /**
   * Shape of the result. A result that does not fit fails the step.
   */
  outputSchema?: JsonSchema;
  /**
   * Longest time of one attempt. Default: none.
   */
  timeout?: Duration;
  /**
   * How a failed attempt is repeated. Default: one attempt.
   */
  retry?: Retry;
  /**
   * What to do when the step fails: the first entry whose codes fit is taken, and the step counts as recovered. Default: the failure ends the block.
   *
   * @minItems 1
   */
  catch?: Catch[];
}
/**
 * Repeats steps until, or while, a condition holds. `prev` is the result of the round before. The result is that of the last round.
 */
export interface LoopStep {
  /**
   * Name of the step, unique among the steps that can see each other. Later steps read its result as `steps.<id>.output`.
   */
  id: Identifier;
  /**
   * What the step is for. It is shown while the workflow runs.
   */
  description?: string;
  /**
   * The step is skipped when this CEL expression is false. Default: it always runs.
   */
  if?: Condition;
  /**
   * When to stop.
   */
  loop: Loop;
  /**
   * Steps of one round.
   */
  steps: Steps;
  /**
   * Result of the block, over the steps of the last round. Default: the result of the last step.
   */
  output?: Value;
  /**
   * Shape of the result. A result that does not fit fails the step.
   */
  outputSchema?: JsonSchema;
  /**
   * Longest time of one attempt. Default: none.
   */
  timeout?: Duration;
  /**
   * How a failed attempt is repeated. Default: one attempt.
   */
  retry?: Retry;
  /**
   * What to do when the step fails: the first entry whose codes fit is taken, and the step counts as recovered. Default: the failure ends the block.
   *
   * @minItems 1
   */
  catch?: Catch[];
}
/**
 * Waits until a person approves or rejects. The result has `decision` (`approved`, `rejected` or `expired`), `by`, `at` and `data`.
 */
export interface ApprovalStep {
  /**
   * Name of the step, unique among the steps that can see each other. Later steps read its result as `steps.<id>.output`.
   */
  id: Identifier;
  /**
   * What the step is for. It is shown while the workflow runs.
   */
  description?: string;
  /**
   * The step is skipped when this CEL expression is false. Default: it always runs.
   */
  if?: Condition;
  /**
   * What is to be decided, and by whom.
   */
  approval: Approval;
  /**
   * What to do when the step fails: the first entry whose codes fit is taken, and the step counts as recovered. Default: the failure ends the block.
   *
   * @minItems 1
   */
  catch?: Catch[];
}
/**
 * Asks a person for data and waits for the answer. The result is the answer, as the form says.
 */
export interface AskStep {
  /**
   * Name of the step, unique among the steps that can see each other. Later steps read its result as `steps.<id>.output`.
   */
  id: Identifier;
  /**
   * What the step is for. It is shown while the workflow runs.
   */
  description?: string;
  /**
   * The step is skipped when this CEL expression is false. Default: it always runs.
   */
  if?: Condition;
  /**
   * What to ask.
   */
  ask: Ask;
  /**
   * What to do when the step fails: the first entry whose codes fit is taken, and the step counts as recovered. Default: the failure ends the block.
   *
   * @minItems 1
   */
  catch?: Catch[];
}
/**
 * Waits for a time or an event, also through restarts. The result of a time is null; that of an event is its data, whose shape `outputSchema` says.
 */
export interface WaitStep {
  /**
   * Name of the step, unique among the steps that can see each other. Later steps read its result as `steps.<id>.output`.
   */
  id: Identifier;
  /**
   * What the step is for. It is shown while the workflow runs.
   */
  description?: string;
  /**
   * The step is skipped when this CEL expression is false. Default: it always runs.
   */
  if?: Condition;
  /**
   * What to wait for.
   */
  wait: Wait;
  /**
   * Shape of the result. A result that does not fit fails the step.
   */
  outputSchema?: JsonSchema;
  /**
   * What to do when the step fails: the first entry whose codes fit is taken, and the step counts as recovered. Default: the failure ends the block.
   *
   * @minItems 1
   */
  catch?: Catch[];
}
/**
 * Ends the workflow with this output.
 */
export interface ReturnStep {
  /**
   * Name of the step, unique among the steps that can see each other. Later steps read its result as `steps.<id>.output`.
   */
  id: Identifier;
  /**
   * What the step is for. It is shown while the workflow runs.
   */
  description?: string;
  /**
   * The step is skipped when this CEL expression is false. Default: it always runs.
   */
  if?: Condition;
  /**
   * Output of the workflow, in place of its `output`.
   */
  return: Value;
}
/**
 * Ends the workflow as failed.
 */
export interface FailStep {
  /**
   * Name of the step, unique among the steps that can see each other. Later steps read its result as `steps.<id>.output`.
   */
  id: Identifier;
  /**
   * What the step is for. It is shown while the workflow runs.
   */
  description?: string;
  /**
   * The step is skipped when this CEL expression is false. Default: it always runs.
   */
  if?: Condition;
  /**
   * Why, a text template, or a map with a `code`.
   */
  fail: string | Failure;
}
/**
 * What to do about a failure.
 */
export interface Catch {
  /**
   * Codes of the failures this entry is for. Default: every failure.
   *
   * @minItems 1
   */
  on?: FailureCode[];
  /**
   * Steps run in place of the failed one; they see the failure as `error` with `code` and `message`.
   */
  steps?: Steps;
  /**
   * Result the step has then. Default: the result of the last of `steps`, else null.
   */
  output?: Value;
}
/**
 * A message handed to an agent.
 */
export interface Dispatch {
  /**
   * Name of the agent.
   */
  agent: Name;
  /**
   * Instance of the agent, a text template. Default: the id of the run.
   */
  instance?: string;
  /**
   * Conversation of the instance, a text template. Default: `default`.
   */
  session?: string;
  /**
   * The message, a text template. Default: the values of `with`.
   */
  message?: string;
  /**
   * Input of the agent, checked against its `inputSchema`.
   */
  with?: ValueMap;
}
/**
 * A line with a level and data.
 */
export interface Log {
  /**
   * How important it is. Default: `info`.
   */
  level?: 'debug' | 'info' | 'warn' | 'error';
  /**
   * What to write, a text template.
   */
  message: string;
  /**
   * Values kept with the line.
   */
  data?: ValueMap;
}
/**
 * Branches that run at the same time.
 */
export interface Parallel {
  /**
   * The branches by name, each a list of steps.
   */
  branches: {
    [k: string]: Steps;
  };
  /**
   * Most branches at work at a time. Default: all.
   */
  maxConcurrency?: number;
  /**
   * What a failing branch does to the others. Default: `fail-fast`.
   */
  onError?: OnError;
}
/**
 * A list, and how it is worked through.
 */
export interface Foreach {
  /**
   * CEL expression that gives the list.
   */
  items: string;
  /**
   * Variable that holds the item. Default: `item`.
   */
  as?: Identifier;
  /**
   * Most items; a longer list fails the step with `limit_reached`. Default: `maxItems` of the list's schema; without either it is an error.
   */
  maxItems?: number;
  /**
   * Most items worked on at a time. Default: 1, one after the other.
   */
  maxConcurrency?: number;
  /**
   * What a failing item does to the others. Default: `fail-fast`.
   */
  onError?: OnError;
}
/**
 * A case with a condition.
 */
export interface WhenCase {
  /**
   * The case is taken when this CEL expression is true and no case before it was taken.
   */
  when: Condition;
  /**
   * Steps of the case.
   */
  steps: Steps;
  /**
   * Result of the case, over its steps. Default: the result of the last step.
   */
  output?: Value;
}
/**
 * The case taken when no other was.
 */
export interface ElseCase {
  /**
   * Always `true`; marks the case that is taken when no other was.
   */
  else: true;
  /**
   * Steps of the case.
   */
  steps: Steps;
  /**
   * Result of the case, over its steps. Default: the result of the last step.
   */
  output?: Value;
}
/**
 * A loop that stops when a condition becomes true.
 */
export interface UntilLoop {
  /**
   * CEL expression, looked at after each round; the loop stops when it is true.
   */
  until: Condition;
  /**
   * Most rounds. When they are used up the step fails with `limit_reached`.
   */
  maxIterations: number;
}
/**
 * A loop that goes on as long as a condition is true.
 */
export interface WhileLoop {
  /**
   * CEL expression, looked at before each round; the loop stops when it is false. `prev` is null before the first round.
   */
  while: Condition;
  /**
   * Most rounds. When they are used up the step fails with `limit_reached`.
   */
  maxIterations: number;
}
/**
 * What is to be decided, and by whom.
 */
export interface Approval {
  /**
   * The question in one line, a text template.
   */
  title: string;
  /**
   * The facts needed to decide, a text template in Markdown.
   */
  message?: string;
  /**
   * More detail, shown on request; a text template in Markdown.
   */
  details?: string;
  /**
   * Who may decide: names of callers, or `role:<name>`. Default: everybody with the scope `approvals`.
   */
  approvers?: string[];
  /**
   * Whether the one who started the run may not decide. Default: `false`.
   */
  requireDifferentApprover?: boolean;
  /**
   * Data asked for along with the decision; it becomes `data` of the result.
   */
  form?: JsonSchema;
  /**
   * How long to wait. Default: `7d`.
   */
  timeout?: Duration;
  /**
   * What happens after `timeout`: `expire` gives the decision `expired`, `approve` and `reject` decide so, `fail` fails the step. Default: `expire`.
   */
  onTimeout?: 'expire' | 'approve' | 'reject' | 'fail';
}
/**
 * A question to a person.
 */
export interface Ask {
  /**
   * The question in one line, a text template.
   */
  title: string;
  /**
   * What one must know to answer, a text template in Markdown.
   */
  message?: string;
  /**
   * Shape of the answer. Default: one text, `{ text }`.
   */
  form?: JsonSchema;
  /**
   * How long to wait; after it the step fails with `timeout`. Default: `7d`.
   */
  timeout?: Duration;
}
/**
 * A wait of some length.
 */
export interface WaitDuration {
  /**
   * How long to wait, such as `1h30m`, or a `${{ expression }}` that gives it.
   */
  duration: string;
}
/**
 * A wait until a moment.
 */
export interface WaitUntil {
  /**
   * The moment as date and time with offset, or a `${{ expression }}` that gives it. A moment in the past does not wait.
   */
  until: string;
}
/**
 * A wait for an event sent to the run.
 */
export interface WaitEvent {
  /**
   * Topic of the event, a text template. It is sent to `/runs/<id>/signals/<topic>`.
   */
  event: string;
  /**
   * How long to wait; after it the step fails with `timeout`. Default: `7d`.
   */
  timeout?: Duration;
}
/**
 * Why the workflow fails.
 */
export interface Failure {
  /**
   * Code that `catch` of a calling workflow and clients see. Default: `workflow_failed`.
   */
  code?: FailureCode;
  /**
   * Why, a text template.
   */
  message: string;
  /**
   * Further data for the caller.
   */
  details?: Value;
}
/**
 * How many runs may work at a time.
 */
export interface Concurrency {
  /**
   * Most runs at a time. Default: 1.
   */
  limit?: number;
  /**
   * Text template over `input`: runs with the same text count together. Default: all runs count together.
   */
  key?: string;
  /**
   * What happens to a run beyond the limit: `queue` waits, `reject` is refused (409), `replace` cancels the oldest one. Default: `queue`.
   */
  busy?: 'queue' | 'reject' | 'replace';
}
