import type { JsonSchema, JsonObject } from '../core/json.ts';
import type { Origin } from '../core/range.ts';
import type { Template, Value } from '../expr/index.ts';
import type { CodeGrant } from './code.ts';
import type { Compaction } from './compaction.ts';
import type { McpServer, McpUse } from './mcp.ts';
import type { ModelChoice, ModelSettings, Thinking } from './model.ts';
import type { Permissions } from './permissions.ts';
import type { CommandRule, Sandbox } from './sandbox.ts';
import type { Skill } from './skill.ts';
import type { BuiltinTool, Tool } from './tool.ts';

/** What to do with a new prompt while the session works. */
export type BusyPolicy = 'queue' | 'join' | 'reject' | 'replace';

/** Bounds of one operation; absent means unbounded. */
export interface Limits {
  readonly durationMs?: number;
  readonly modelCalls?: number;
  readonly tokens?: number;
  readonly costUsd?: number;
}

/** An agent after its `extends` chain is merged, or a profile used as a subagent. */
export interface Agent {
  readonly kind: 'agent' | 'profile';
  readonly name: string;
  readonly description: string;
  readonly hash: string;
  readonly origin: Origin;
  /**
   * Absolute path of the TypeScript or JavaScript file that is the agent: then nothing else here says what it is like, and it
   * describes itself when it is needed. Absent: it is declared.
   */
  readonly module?: string;
  /** `false`: every call names a model. Undefined: none anywhere, a call must name one. */
  readonly model: ModelChoice | false | undefined;
  readonly modelSettings: ModelSettings;
  readonly thinking: Thinking | undefined;
  /** Rendered over `{agent: {name}, instance: {id}, input, env}`. */
  readonly instructions: Template | undefined;
  readonly inputSchema: JsonSchema | undefined;
  readonly outputSchema: JsonSchema | undefined;
  /** Built-in tools the agent has: what it lists, or by default what its sandbox grants. */
  readonly builtins: readonly BuiltinTool[];
  readonly tools: readonly Tool[];
  /** MCP servers by name; their tools are the agent's, as far as `tools` lists any. */
  readonly mcpServers: Readonly<Record<string, McpServer>>;
  /** Tools of MCP servers that the agent lists; undefined: all of its servers. */
  readonly mcpTools: readonly string[] | undefined;
  /** Tools of MCP servers, or whole servers, that it shall not have. */
  readonly withoutMcpTools: readonly string[];
  /** How it is offered the tools of MCP servers. */
  readonly mcp: McpUse;
  readonly skills: readonly Skill[];
  /** Agents and profiles it may delegate to with the `task` tool; a getter-free list, cycles allowed by name. */
  readonly subagents: readonly string[];
  readonly sandbox: Sandbox;
  /** A profile that names no sandbox: as a subagent it works in that of the agent it helps. */
  readonly takesSandbox: boolean;
  /** Commands it may run besides those of its sandbox. */
  readonly commands: readonly CommandRule[];
  /** What the `run_code` tool runs, and what that may reach; false: there is no such tool. */
  readonly code: CodeGrant | false;
  /** Rules of the project's defaults, of the chain, and its own, in this order. */
  readonly permissions: Permissions;
  readonly compaction: Compaction;
  readonly maxTurns: number;
  readonly timeoutMs: number | undefined;
  readonly limits: Limits;
  /** How often a typed result is asked for again. */
  readonly retries: number;
  readonly harness: string;
  readonly busy: BusyPolicy;
  /** Most submissions that may wait in one session. */
  readonly queueLimit: number;
  readonly env: Readonly<Record<string, Value>>;
  /** Names of secrets this agent's tools may read. */
  readonly secrets: readonly string[];
  /** `x-*` keys, for the embedding program. */
  readonly extensions: JsonObject;
}
