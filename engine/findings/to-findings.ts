import type { Diagnostic } from '../core/diagnostic.ts';
import type { Range } from '../core/range.ts';
import type { Facts } from '../program/facts.ts';
import type { Program } from '../program/program.ts';
import type { Source } from '../source/index.ts';
import { countLevels, countSpecs, shareOfTypes } from './counts.ts';
import { fingerprints } from './fingerprint.ts';

/** What is known of a project after a look at it. */
export interface Analyzed {
  readonly program: Program | undefined;
  readonly draft: Program;
  readonly diagnostics: readonly Diagnostic[];
  readonly facts: Facts;
  readonly sources: readonly Source[];
}

/** The findings of a project for programs, as `specs/formats/findings.schema.json` says. */
export interface Findings {
  readonly schema: 'engine-findings/v1';
  readonly ok: boolean;
  /** Absolute path of the project folder; the files of the findings are relative to it. */
  readonly project: string;
  readonly errors: number;
  readonly warnings: number;
  readonly infos: number;
  /** How many specs of each kind there are; missing when there are errors. */
  readonly specs?: Readonly<Record<string, number>>;
  /** How many parts of expressions and templates have a known type, and how many there are. */
  readonly types: { readonly typed: number; readonly parts: number };
  readonly diagnostics: readonly Finding[];
  /** Findings that are not listed. */
  readonly omitted: number;
  /** Parts that are checked but that this version does not run. */
  readonly unavailable: readonly UnavailablePart[];
  /** Findings that were fixed; only after a fix. */
  readonly fixed?: number;
  /** Only with a baseline: findings it knows, which are not counted, and how many of its findings are gone. */
  readonly baseline?: { readonly known: number; readonly gone: number };
}

/** A diagnostic that can be told from others over time. */
export interface Finding extends Diagnostic {
  /** Stays the same when lines are added or removed elsewhere in the file. */
  readonly fingerprint: string;
}

/** A part of a project that this version does not run. */
export interface UnavailablePart {
  readonly message: string;
  readonly file: string;
  readonly range: Range;
  readonly pointer: string;
}

/** What findings are made of besides the analysis. */
export interface FindingsParts extends Pick<Findings, 'project' | 'ok' | 'fixed' | 'baseline'> {
  /** The diagnostics that count. */
  readonly all: readonly Diagnostic[];
  /** Those of them that are listed. */
  readonly shown: readonly Diagnostic[];
}

/** The findings of an analysis. */
export function toFindings({ program, draft, facts, sources }: Analyzed, parts: FindingsParts): Findings {
  const { project, ok, all, shown, fixed, baseline } = parts;
  const texts = new Map(sources.map(({ file, text }) => [file, text]));
  const marks = new Map(fingerprints(all, texts).map((mark, index) => [all[index], mark]));
  return {
    schema: 'engine-findings/v1',
    ok,
    project,
    ...countLevels(all),
    ...(program === undefined ? {} : { specs: Object.fromEntries(countSpecs(program)) }),
    types: shareOfTypes(facts),
    diagnostics: shown.map((diagnostic) => ({ ...diagnostic, fingerprint: marks.get(diagnostic) ?? '' })),
    omitted: all.length - shown.length,
    unavailable: draft.unavailable.map(({ message, origin: { file, range, pointer } }) => ({
      message,
      file,
      range,
      pointer,
    })),
    ...(fixed === undefined ? {} : { fixed }),
    ...(baseline === undefined ? {} : { baseline }),
  };
}
