import type { Json } from '../core/json.ts';

/** What an agent in code is told when it describes itself. */
export interface AgentContext {
  /** Name of the agent: that of its file. */
  readonly agent: string;
  /** Id of the instance. */
  readonly id: string;
  /** Name of the session. */
  readonly session: string;
  /** The structured input of the prompt; undefined where there is none. */
  readonly input: Json | undefined;
  /** The environment variables that engine.yaml lists under `env`. */
  readonly env: Readonly<Record<string, string>>;
}
