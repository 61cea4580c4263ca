import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import picocolors from 'picocolors';
import { compile } from '../../compile.ts';
import type { Diagnostic, Level } from '../../core/diagnostic.ts';
import { Problem } from '../../core/problem.ts';
import type { Program } from '../../program/program.ts';
import { exitCodes } from '../exit-codes.ts';
import { explainHint } from '../report/explain-hint.ts';
import { summary } from '../report/summary.ts';
import { allTargets, type Format, type Target } from '../report/target.ts';
import type { Colors, Terminal } from '../terminal.ts';

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
}

const order: readonly Level[] = ['error', 'warning', 'info'];

/**
 * Checks a project and writes its findings to stdout and files. Exit code 0 when none is at or above `failOn`, 1 when one is, 2 when
 * there is no such folder. Throws Problem `invalid_request` for formats that get in each other's way, and files that cannot be
 * written.
 */
export async function validate(
  folder: string,
  { format = [], json = false, failOn, maxProblems = Infinity }: ValidateOptions,
  { out, err }: Terminal,
): Promise<number> {
  const asksJson = json && !format.some((target) => target.format === 'json' && target.file === undefined);
  const targets = allTargets(asksJson ? [...format, { format: 'json' }] : format, 'codeframe');
  const started = performance.now();
  const { program, diagnostics } = await compile(folder);
  const fails = ({ level }: Diagnostic): boolean => order.indexOf(level) <= order.indexOf(failOn);
  const failed = diagnostics.some(fails);
  const isMissing = diagnostics.some(({ rule }) => rule === 'source/no-project');
  const shown = worst(diagnostics, maxProblems);
  const line = summary(diagnostics, {
    program: failed ? undefined : program,
    durationMs: performance.now() - started,
    shown: shown.length,
  });
  const findings = { project: resolve(folder), program, all: diagnostics, shown, fails, failed };
  for (const { format, file } of targets) {
    if (file !== undefined) {
      const text = await write(format, findings, picocolors.createColors(false));
      const isForPeople = format === 'codeframe' || format === 'stylish';
      await save(file, [text, ...(isForPeople ? [line] : [])].filter((part) => part !== '').join('\n'));
      continue;
    }
    const text = await write(format, findings, out.colors);
    if (text !== '') out.line(text);
    if (format === 'codeframe' || format === 'stylish') {
      out.line(failed ? out.colors.red(line) : out.colors.green(line));
      if (shown.length > 0 && !isMissing) err.line(err.colors.dim(explainHint(shown)));
    } else if (format !== 'json') err.line(line);
  }
  if (isMissing) return exitCodes.usage;
  return failed ? exitCodes.failed : exitCodes.ok;
}

/** The given number of findings, errors before warnings before notes, in the order they came. */
function worst(diagnostics: readonly Diagnostic[], most: number): readonly Diagnostic[] {
  if (diagnostics.length <= most) return diagnostics;
  const kept = order.flatMap((level) => diagnostics.filter((one) => one.level === level)).slice(0, most);
  return diagnostics.filter((diagnostic) => kept.includes(diagnostic));
}

interface Findings {
  readonly project: string;
  readonly program: Program | undefined;
  readonly all: readonly Diagnostic[];
  readonly shown: readonly Diagnostic[];
  readonly failed: boolean;
  fails(diagnostic: Diagnostic): boolean;
}

async function write(format: Format, findings: Findings, colors: Colors): Promise<string> {
  const { shown } = findings;
  switch (format) {
    case 'codeframe':
      return (await import('../report/codeframe.ts')).codeFrames(shown, { ...findings, colors });
    case 'stylish':
      return (await import('../report/stylish.ts')).stylishReport(shown, { ...findings, colors });
    case 'json':
      return (await import('../report/json.ts')).jsonReport(shown, findings);
    case 'sarif':
      return (await import('../report/sarif.ts')).sarifReport(shown, findings);
    case 'junit':
      return (await import('../report/junit.ts')).junitReport(shown, findings);
    case 'github':
      return (await import('../report/github.ts')).githubReport(shown, findings);
  }
}

async function save(file: string, text: string): Promise<void> {
  try {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, `${text}\n`);
  } catch (thrown) {
    throw new Problem('invalid_request', `"${file}" cannot be written: ${(thrown as Error).message}`);
  }
}
