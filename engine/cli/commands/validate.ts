import { createCompiler, type Analysis } from '../../compiler.ts';
import { sortDiagnostics, type Diagnostic, type Level } from '../../core/diagnostic.ts';
import { Problem } from '../../core/problem.ts';
import { fixProject } from '../../fix/index.ts';
import { baselinePlace, besides, readBaseline, writeBaseline, type Baseline } from '../baseline.ts';
import { tellProjectAbove } from '../report/project-above.ts';
import { exitCodes } from '../exit-codes.ts';
import { count, summary } from '../report/summary.ts';
import { allTargets, type Target } from '../report/target.ts';
import { writeReport, type Report } from '../report/write-report.ts';
import type { Terminal } from '../terminal.ts';

/** Options of `engine validate`. */
export interface ValidateOptions {
  /** Default: code frames on stdout. */
  readonly format?: readonly Target[];
  /** The same as the format `json` on stdout. */
  readonly json?: boolean;
  /** The least level that makes the check fail. */
  readonly failOn: Level;
  /** At most so many findings are written, the worst ones; default all. */
  readonly maxProblems?: number;
  /** Applies every safe fix before it reports what is left. */
  readonly fix?: boolean;
  /** With `fix`: prints a diff and changes nothing. */
  readonly dryRun?: boolean;
  /** Checks again after each change until it is interrupted. */
  readonly watch?: boolean;
  /** A file of findings that do not count; `true` for the usual one. */
  readonly baseline?: string | true;
  /** Writes that file. */
  readonly writeBaseline?: string | true;
  /** Imports the code of tools, and finds what is wrong with it. */
  readonly loadCode?: boolean;
}

const order: readonly Level[] = ['error', 'warning', 'info'];

/**
 * Checks a project and writes its findings to stdout and files. Exit code 0 when none is at or above `failOn`, 1 when one is, 2 when
 * there is no such folder. Throws Problem `invalid_request` for options that get in each other's way, files that cannot be
 * written, and a baseline that cannot be read.
 */
export async function validate(
  folder: string,
  options: ValidateOptions,
  terminal: Terminal,
): Promise<number> {
  const targets = targetsOf(options);
  tellProjectAbove(folder, 'engine validate ', terminal);
  const compiler = createCompiler(folder);
  const analyze = async (): Promise<Analysis> => {
    const analysis = await compiler.analyze();
    return options.loadCode === true ? withCode(analysis) : analysis;
  };
  if (options.watch === true) {
    const { watchProject } = await import('../watch-project.ts');
    return watchProject(compiler, terminal, async (started) =>
      report(await analyze(), { options, targets, terminal, started, project: compiler.folder }),
    );
  }
  const started = performance.now();
  const around = { options, targets, terminal, started, project: compiler.folder };
  if (options.fix !== true) return report(await analyze(), around);

  const { changes, fixed, analysis } = await fixProject(compiler);
  const { unifiedDiff, writeChanges } = await import('../fix-files.ts');
  if (options.dryRun !== true) {
    await writeChanges(changes);
    return report(options.loadCode === true ? await withCode(analysis) : analysis, { ...around, fixed });
  }
  const { out, err } = terminal;
  if (changes.length > 0) out.line(unifiedDiff(changes, out.colors));
  const left = count(analysis.diagnostics.length, 'finding');
  err.line(
    `${count(fixed, 'finding')} would be fixed in ${count(changes.length, 'file')}; ${left} would be left`,
  );
  return analysis.diagnostics.some(failing(options)) ? exitCodes.failed : exitCodes.ok;
}

/** The analysis with what is wrong with code. */
async function withCode(analysis: Analysis): Promise<Analysis> {
  const { loadCode } = await import('../../code/load-code.ts');
  const { program, draft } = analysis;
  const found = await loadCode(program === undefined ? draft : { ...draft, texts: analysis.texts() });
  if (found.length === 0) return analysis;
  return {
    ...analysis,
    program: undefined,
    diagnostics: sortDiagnostics([...analysis.diagnostics, ...found]),
  };
}

function targetsOf({ format = [], json = false, ...options }: ValidateOptions): readonly Target[] {
  if (options.dryRun === true && options.fix !== true)
    throw new Problem('invalid_request', '"--dry-run" goes with "--fix"');
  if (options.watch === true && (options.fix === true || options.writeBaseline !== undefined))
    throw new Problem(
      'invalid_request',
      '"--watch" changes nothing; leave out "--fix" and "--write-baseline"',
    );
  const asksJson = json && !format.some((target) => target.format === 'json' && target.file === undefined);
  return allTargets(asksJson ? [...format, { format: 'json' }] : format, 'codeframe');
}

interface Around {
  readonly options: ValidateOptions;
  readonly targets: readonly Target[];
  readonly terminal: Terminal;
  readonly started: number;
  readonly project: string;
  readonly fixed?: number;
}

/** Writes what was found, and gives the exit code that fits. */
async function report(analysis: Analysis, around: Around): Promise<number> {
  const { options, targets, terminal, started, project, fixed } = around;
  const { diagnostics, sources } = analysis;
  if (options.writeBaseline !== undefined) {
    const file = baselinePlace(project, options.writeBaseline);
    await writeBaseline(file, diagnostics, sources);
    terminal.err.line(`${count(diagnostics.length, 'finding')} written to "${file}"`);
    return exitCodes.ok;
  }
  const baseline =
    options.baseline === undefined ? undefined : await readBaseline(baselinePlace(project, options.baseline));
  const { all, ...parts } = counted(analysis, baseline);
  const fails = failing(options);
  const ok = !all.some(fails);
  const shown = worst(all, options.maxProblems ?? Infinity);
  const line = summary(all, {
    program: ok ? analysis.program : undefined,
    durationMs: performance.now() - started,
    shown: shown.length,
    ...(fixed === undefined ? {} : { fixed }),
    ...(parts.baseline === undefined ? {} : { known: parts.baseline.known }),
  });
  const written: Report = {
    analyzed: analysis,
    project,
    ok,
    all,
    shown,
    line,
    fails,
    ...parts,
    ...(fixed === undefined ? {} : { fixed }),
  };
  await writeReport(written, targets, terminal);
  const gone = parts.baseline?.gone ?? 0;
  if (gone > 0)
    terminal.err.line(
      `${count(gone, 'finding')} of the baseline ${gone === 1 ? 'is' : 'are'} gone; write it again with --write-baseline`,
    );
  if (diagnostics.some(({ rule }) => rule === 'source/no-project')) return exitCodes.usage;
  return ok ? exitCodes.ok : exitCodes.failed;
}

/** The findings that count, and what a baseline has to do with it. */
function counted(
  { diagnostics, sources }: Analysis,
  baseline: Baseline | undefined,
): Pick<Report, 'all' | 'baseline'> {
  if (baseline === undefined) return { all: diagnostics };
  const { fresh, known, gone } = besides(baseline, diagnostics, sources);
  return { all: fresh, baseline: { known, gone } };
}

function failing({ failOn }: ValidateOptions): (diagnostic: Diagnostic) => boolean {
  return ({ level }) => order.indexOf(level) <= order.indexOf(failOn);
}

/** The given number of findings, errors before warnings before notes, in the order they came. */
function worst(diagnostics: readonly Diagnostic[], most: number): readonly Diagnostic[] {
  if (diagnostics.length <= most) return diagnostics;
  const kept = order.flatMap((level) => diagnostics.filter((one) => one.level === level)).slice(0, most);
  return diagnostics.filter((diagnostic) => kept.includes(diagnostic));
}
