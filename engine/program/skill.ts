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
  readonly allowedTools: readonly string[];
  readonly metadata: Readonly<Record<string, string>>;
}
