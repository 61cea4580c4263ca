import type { Diagnostic } from '../core/diagnostic.ts';
import type { Origin } from '../core/range.ts';
import type { Program } from '../program/program.ts';

/** A check on a finished Program. Its page is `specs/rules/<id>.md`. */
export interface Rule {
  /** `family/what`. */
  readonly id: string;
  readonly level: Diagnostic['level'];
  check(program: Program, report: (origin: Origin, message: string) => void): void;
}
