import type { Diagnostic, Level, Related } from '../core/diagnostic.ts';
import type { Range } from '../core/range.ts';
import type { Facts } from '../program/facts.ts';
import type { Program } from '../program/program.ts';
import type { Source } from '../source/index.ts';

/** What rules look at. */
export interface Checkable {
  readonly program: Program;
  readonly facts: Facts;
  /** Every file of the project, the config among them; specs that ship with the engine are left out. */
  readonly sources: readonly Source[];
}

/** Where a finding stands: an Origin, or a place in a file. */
export interface Spot {
  readonly file: string;
  readonly range?: Range;
  readonly pointer?: string;
}

/** What a finding may add to its message. */
export interface FindingParts extends Pick<Diagnostic, 'suggestions' | 'hint' | 'fix' | 'witness'> {
  readonly related?: readonly Related[];
}

/** A check on a linked project. Its page is `specs/rules/<id>.md`. */
export interface Rule {
  /** `family/what`. */
  readonly id: string;
  readonly level: Level;
  /**
   * The presets it is in: `recommended` (the default; `strict` holds it too) or `strict` alone, for rules that may be wrong
   * about a project that is right.
   */
  readonly preset?: 'recommended' | 'strict';
  /**
   * Whether it also looks at projects with errors, whose Program has gaps. A rule about what is missing or unused waits until
   * there are none, since an error elsewhere may be the reason.
   */
  readonly always?: boolean;
  /** Whether nothing runs with what it finds, so that a project can neither turn it down nor ignore it. */
  readonly fixed?: boolean;
  check(project: Checkable, report: (at: Spot, message: string, parts?: FindingParts) => void): void;
}
