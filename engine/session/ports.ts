import type { Journal, Redactor } from '../journal/index.ts';
import type { Clock } from '../ports/clock.ts';
import type { AgentContext } from '../ports/code-agent.ts';
import type { CodeRunner } from '../ports/code-runner.ts';
import type { CodeWorkflow } from '../ports/code-workflow.ts';
import type { Durable } from '../ports/durable.ts';
import type { Harness } from '../ports/harness.ts';
import type { Models } from '../ports/model.ts';
import type { Sandboxes } from '../ports/sandbox.ts';
import type { Secrets } from '../ports/secrets.ts';
import type { Store } from '../ports/store.ts';
import type { ToolServers } from '../ports/tool-servers.ts';
import type { ToolSource } from '../ports/tool-source.ts';
import type { Agent } from '../program/agent.ts';
import type { Program } from '../program/program.ts';
import type { Skill } from '../program/skill.ts';
import type { Workflow } from '../program/workflow.ts';
import type { Calls } from './calls.ts';

/** What the session room works with. */
export interface SessionPorts {
  readonly program: Program;
  /** The same as they are at this moment, for work that begins: a reload of the engine changes nothing in them. */
  now(): SessionPorts;
  /** Name of the stored version of this Program, which is kept with what is admitted; undefined when there is none. */
  readonly specs: string | undefined;
  /** The same for another stored version. Throws Problem `spec_changed`, `missing_secret`. */
  version(specs: string): Promise<SessionPorts>;
  /**
   * The same with an agent in code declared as it describes itself for a call: it is among the agents, or delegates, by its name.
   * Throws Problem `invalid_project`.
   */
  described(agent: Agent, context: Omit<AgentContext, 'agent' | 'env'>): Promise<SessionPorts>;
  /** A workflow in code, imported. Throws Problem `invalid_project`. */
  codeOf(workflow: Workflow): Promise<CodeWorkflow>;
  /** A skill without its files, from the text of a SKILL.md. Throws Problem `invalid_project` when it is none. */
  readSkill(name: string, text: string): Skill;
  readonly store: Store;
  readonly journal: Journal;
  readonly durable: Durable;
  readonly clock: Clock;
  readonly models: Models;
  /** Types of model providers whose address the environment sets; absent: none. */
  readonly elsewhere?: ReadonlySet<string>;
  readonly harnesses: Readonly<Record<string, Harness>>;
  readonly codeRunners: Readonly<Record<string, CodeRunner>>;
  readonly sandboxes: Sandboxes;
  readonly tools: ToolSource;
  /** MCP servers, which bring tools of their own. */
  readonly servers: ToolServers;
  readonly calls: Calls;
  /** Removes what is told, or still to be told, to others of what a session was asked, by its key; absent: nothing is. */
  readonly forgetTold?: (session: string) => Promise<void>;
  readonly secrets: Secrets;
  readonly redact: Redactor;
  /** The environment variables that expressions may read. */
  readonly env: Readonly<Record<string, string>>;
}
