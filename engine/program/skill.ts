import type { JsonSchema } from '../core/json.ts';
import type { Origin } from '../core/range.ts';

/** Markdown know-how a model can load (Agent Skills). */
export interface Skill {
  readonly name: string;
  readonly hash: string;
  readonly origin: Origin;
  readonly description: string;
  /** Body of SKILL.md. */
  readonly body: string;
  /** Other text files of the skill's folder: path relative to it, and content. */
  readonly files: Readonly<Record<string, string>>;
  /** What the arguments it is called with must fit: `args.schema.json` or `args.schema.yaml` of its folder. Absent: anything. */
  readonly argsSchema?: JsonSchema;
  readonly allowedTools: readonly string[];
  readonly metadata: Readonly<Record<string, string>>;
}
