import type { Sandbox } from '../program/sandbox.ts';
import type { Skill } from '../program/skill.ts';
import type { Tool } from '../program/tool.ts';

/** What agents refer to, already linked. */
export interface Linked {
  readonly tools: Readonly<Record<string, Tool>>;
  /** The tools of each API, whose operations are a tool each. */
  readonly apis: Readonly<Record<string, readonly string[]>>;
  readonly skills: Readonly<Record<string, Skill>>;
  readonly sandboxes: Readonly<Record<string, Sandbox>>;
}
