import { createCompiler, type Analysis, type Compiled, type Overlay } from './compiler.ts';
import type { Diagnostic, Level } from './core/diagnostic.ts';
import { toFindings, type Findings } from './findings/index.ts';
import type { Program } from './program/program.ts';

export type { Analysis, Compiled } from './compiler.ts';

/**
 * Compiles a project folder: load, validate, link, check. Runs none of its code, opens no socket, needs no key; never throws
 * for what stands in the files.
 *
 * @example const { program, diagnostics } = await compile('./my-project');
 */
export async function compile(folder: string): Promise<Compiled> {
  const { program, diagnostics, texts } = await analyze(folder);
  return { program: program && Object.freeze({ ...program, texts: texts() }), diagnostics };
}

/** Compiles a project folder and keeps what was learnt on the way. */
export function analyze(folder: string): Promise<Analysis> {
  return createCompiler(folder).analyze();
}

/** Options of `validate`. */
export interface ValidateOptions {
  /** Texts that stand in for files, by path (absolute, or relative to the project). */
  readonly overlay?: Overlay;
  /** The least level that makes a project fail; default `error`. */
  readonly failOn?: Level;
}

/**
 * Checks a project and gives what `engine validate --json` prints. Runs none of its code, opens no socket, needs no key; never throws
 * for what stands in the files.
 *
 * @example const { ok, diagnostics } = await validate('./my-project');
 */
export async function validate(
  project: string,
  { overlay, failOn = 'error' }: ValidateOptions = {},
): Promise<Findings> {
  const compiler = createCompiler(project);
  const analysis = await compiler.analyze(overlay);
  const { diagnostics } = analysis;
  const ok = !diagnostics.some(({ level }) => levels.indexOf(level) <= levels.indexOf(failOn));
  return toFindings(analysis, { project: compiler.folder, ok, all: diagnostics, shown: diagnostics });
}

const levels: readonly Level[] = ['error', 'warning', 'info'];

/** The parts of a Program that this version cannot run yet, as the errors they are to who wants to run it. */
export function unavailableParts(program: Program): readonly Diagnostic[] {
  return program.unavailable.map(({ message, origin }) => ({
    rule: 'link/not-available',
    level: 'error',
    message,
    ...origin,
  }));
}
