import { createCompiler, type Overlay } from './compiler.ts';
import type { Level } from './core/diagnostic.ts';
import { toFindings, type Findings } from './findings/index.ts';

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
