import type { Diagnostic } from '../core/diagnostic.ts';
import type { Source } from '../source/index.ts';
import { applyFixes } from './apply-fixes.ts';

/** What a look at a project gives that fixing needs. */
interface Look {
  readonly diagnostics: readonly Diagnostic[];
  readonly sources: readonly Source[];
}

/** Texts that stand in for files, by path. */
type Overlay = ReadonlyMap<string, string>;

/** Looks at one project again and again, as a compiler does. */
interface Looking<Found extends Look> {
  analyze(overlay?: Overlay): Promise<Found>;
}

/** A file that fixes change. */
export interface FileChange {
  /** Project-relative. */
  readonly file: string;
  readonly path: string;
  readonly before: string;
  readonly after: string;
}

/** What fixing a project comes to; nothing is written yet. */
export interface FixedProject<Found> {
  readonly changes: readonly FileChange[];
  /** Findings that were fixed. */
  readonly fixed: number;
  /** The project as it is with the changes. */
  readonly analysis: Found;
}

/** A fix may bring to light what needs the next one; more rounds than this are a quarrel between two of them. */
const maxRounds = 10;

/**
 * Applies every safe fix, again and again until none is left. A file that does not have fewer findings after a round keeps the text
 * it had before it. Touches only files of the project, and no disk: the changes are given back.
 */
export async function fixProject<Found extends Look>(compiler: Looking<Found>): Promise<FixedProject<Found>> {
  let analysis = await compiler.analyze();
  const original = new Map(analysis.sources.map(({ file, path, text }) => [file, { path, text }]));
  const refused = new Set<string>();
  let overlay: Overlay = new Map();
  let fixed = 0;
  for (let round = 0; round < maxRounds; round += 1) {
    const edited = editedFiles(analysis, refused);
    if (edited.size === 0) break;
    const next = new Map([...overlay, ...[...edited].map(([file, { text }]) => [file, text] as const)]);
    const after = await compiler.analyze(next);
    const worse = [...edited.keys()].filter(
      (file) => weight(after.diagnostics, file) >= weight(analysis.diagnostics, file),
    );
    if (worse.length > 0) {
      for (const file of worse) refused.add(file);
      continue;
    }
    for (const { applied } of edited.values()) fixed += applied;
    [analysis, overlay] = [after, next];
  }
  const changes = [...overlay].flatMap(([file, after]): FileChange[] => {
    const before = original.get(file);
    return before === undefined || before.text === after
      ? []
      : [{ file, path: before.path, before: before.text, after }];
  });
  return { changes, fixed, analysis };
}

/** The files that have safe fixes, with their new texts. */
function editedFiles(
  { diagnostics, sources }: Look,
  refused: ReadonlySet<string>,
): ReadonlyMap<string, ReturnType<typeof applyFixes>> {
  const edited = new Map<string, ReturnType<typeof applyFixes>>();
  for (const { file, text, shipped } of sources) {
    if (shipped || refused.has(file)) continue;
    const fixes = diagnostics.flatMap((one) =>
      one.file === file && one.fix?.safe === true ? [one.fix] : [],
    );
    if (fixes.length > 0) edited.set(file, applyFixes(text, fixes));
  }
  return edited;
}

/** How bad a file is: what hides other findings outweighs any error, and an error all that is less. */
function weight(diagnostics: readonly Diagnostic[], file: string): number {
  const own = diagnostics.filter((diagnostic) => diagnostic.file === file);
  return own.reduce(
    (sum, one) => sum + (one.rule.startsWith('yaml/') ? 1_000_000 : one.level === 'error' ? 1_000 : 1),
    0,
  );
}
