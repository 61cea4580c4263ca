import type { JsonObject } from '../core/json.ts';
import type { Origin } from '../core/range.ts';
import type { SpecTexts } from '../core/spec-texts.ts';
import type { Template } from '../expr/index.ts';
import type { Agent } from './agent.ts';
import type { Callback } from './callback.ts';
import type { Channel } from './channel.ts';
import type { Compaction } from './compaction.ts';
import type { McpServer } from './mcp.ts';
import type { ModelFacts } from './model-facts.ts';
import type { ModelChoice, Provider, ScriptedModel } from './model.ts';
import type { Permissions } from './permissions.ts';
import type { Role } from './role.ts';
import type { Sandbox } from './sandbox.ts';
import type { Schedule } from './schedule.ts';
import type { ServerSettings } from './server-settings.ts';
import type { Skill } from './skill.ts';
import type { SpecTest } from './spec-test.ts';
import type { TelemetrySettings } from './telemetry-settings.ts';
import type { Tool } from './tool.ts';
import type { Workflow } from './workflow.ts';

/**
 * A linked project: frozen, every reference resolved, every expression and template parsed.
 * Holds no ports and no open things; two Programs can live in one process.
 */
export interface Program {
  /** Content hash of everything in it. */
  readonly hash: string;
  readonly name: string;
  /** Absolute path of the project folder. */
  readonly root: string;
  readonly settings: Settings;
  /** Project instructions (AGENTS.md, CLAUDE.md) in order; plain text. */
  readonly instructions: readonly { readonly file: string; readonly text: string }[];
  readonly agents: Readonly<Record<string, Agent>>;
  /** Agents and profiles by name: who can be a subagent. */
  readonly delegates: Readonly<Record<string, Agent>>;
  readonly workflows: Readonly<Record<string, Workflow>>;
  readonly tools: Readonly<Record<string, Tool>>;
  readonly skills: Readonly<Record<string, Skill>>;
  readonly roles: Readonly<Record<string, Role>>;
  readonly sandboxes: Readonly<Record<string, Sandbox>>;
  readonly channels: Readonly<Record<string, Channel>>;
  readonly schedules: Readonly<Record<string, Schedule>>;
  readonly tests: Readonly<Record<string, SpecTest>>;
  /** MCP servers of the config. */
  readonly mcpServers: Readonly<Record<string, McpServer>>;
  readonly providers: Readonly<Record<string, Provider>>;
  readonly scripts: Readonly<Record<string, ScriptedModel>>;
  /** What the engine says to models, by name (`specs/prompts/*.hbs`, overridable in `prompts/`). */
  readonly prompts: Readonly<Record<string, Template>>;
  /**
   * Parts of the specs that are checked but that this version cannot run yet. A Program that has any is not run: what is
   * written in a project is never passed over.
   */
  readonly unavailable: readonly { readonly message: string; readonly origin: Origin }[];
  /** What it was linked from, kept with the work that starts on it; absent where that is not known. */
  readonly texts?: SpecTexts;
}

/** The project config with every default filled in. */
export interface Settings {
  readonly model: ModelChoice | undefined;
  /** Aliases for models, resolved. */
  readonly models: Readonly<Record<string, ModelChoice>>;
  /** Of aliases that have any: the models tried in this order when the first one is unavailable. */
  readonly fallbacks: Readonly<Record<string, readonly ModelChoice[]>>;
  /** What the config says of the models of aliases; all that is known of a model is told by `knownModel`. */
  readonly modelFacts: Readonly<Record<string, ModelFacts>>;
  readonly secrets: Readonly<
    Record<
      string,
      { readonly env: string | undefined; readonly file: string | undefined; readonly required: boolean }
    >
  >;
  /** Absolute path or package of the module that gives secrets; undefined: none does. */
  readonly secretsModule: string | undefined;
  /** Environment variables that expressions may read as `env.NAME`. */
  readonly env: readonly string[];
  readonly server: ServerSettings;
  readonly store: {
    readonly type: 'sqlite' | 'memory';
    readonly path: string;
    readonly synchronous: 'full' | 'normal';
    readonly busyTimeoutMs: number;
  };
  readonly durable: {
    readonly type: 'embedded' | 'dbos';
    /** Name of the secret that holds the address of the database. */
    readonly database: string | undefined;
    /** Most agent sessions at work at a time. */
    readonly concurrency: number;
  };
  /** How long finished work is kept, in milliseconds; undefined: for ever, and for events as long as the run. */
  readonly retention: {
    readonly runsMs: number;
    readonly eventsMs: number | undefined;
    readonly sessionsMs: number | undefined;
    readonly idempotencyMs: number;
  };
  /** Addresses that are told of outcomes. */
  readonly callbacks: Readonly<Record<string, Callback>>;
  readonly telemetry: TelemetrySettings;
  readonly compaction: Compaction;
  /** Rules for tool calls of every agent. */
  readonly permissions: Permissions;
  /** How deep tasks may start further tasks; 0: there are none. */
  readonly maxTaskDepth: number;
  /** Most tasks of one operation at work at a time. */
  readonly maxParallelTasks: number;
  /** Modules of harnesses by name, imported when the engine starts: absolute paths, or names of packages. */
  readonly harnesses: Readonly<Record<string, string>>;
  /** Modules that are imported when the engine starts: absolute paths, or names of packages. */
  readonly plugins: readonly { readonly module: string; readonly options: JsonObject }[];
  /** `rules` of the config as they are written. */
  readonly rules: JsonObject;
  /** `x-*` keys and everything an embedding program may want. */
  readonly extensions: JsonObject;
}
