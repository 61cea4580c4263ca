import type { JsonObject } from '../core/json.ts';
import type { Origin } from '../core/range.ts';
import type { Template } from '../expr/index.ts';
import type { Agent } from './agent.ts';
import type { ModelChoice, Provider, ScriptedModel } from './model.ts';
import type { Role } from './role.ts';
import type { Sandbox } from './sandbox.ts';
import type { Skill } from './skill.ts';
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
  readonly providers: Readonly<Record<string, Provider>>;
  readonly scripts: Readonly<Record<string, ScriptedModel>>;
  /** What the engine says to models, by name (`specs/prompts/*.hbs`, overridable in `prompts/`). */
  readonly prompts: Readonly<Record<string, Template>>;
  /**
   * Parts of the specs that are checked but that this version cannot run yet. A Program that has any is not run: what is
   * written in a project is never passed over.
   */
  readonly unavailable: readonly { readonly message: string; readonly origin: Origin }[];
}

/** The project config with every default filled in. */
export interface Settings {
  readonly model: ModelChoice | undefined;
  /** Aliases for models, resolved. */
  readonly models: Readonly<Record<string, ModelChoice>>;
  readonly secrets: Readonly<
    Record<
      string,
      { readonly env: string | undefined; readonly file: string | undefined; readonly required: boolean }
    >
  >;
  /** Environment variables that expressions may read as `env.NAME`. */
  readonly env: readonly string[];
  readonly server: {
    readonly host: string;
    readonly port: number;
    readonly bodyBytes: number;
    readonly drainMs: number;
  };
  readonly store: { readonly type: 'sqlite' | 'memory'; readonly path: string };
  /** `x-*` keys and everything an embedding program may want. */
  readonly extensions: JsonObject;
}
