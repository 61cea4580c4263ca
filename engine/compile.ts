import { resolve } from 'node:path';
import { hasErrors, sortDiagnostics, type Diagnostic } from './core/diagnostic.ts';
import { link } from './link/index.ts';
import type { Program } from './program/program.ts';
import { checkProgram } from './rules/index.ts';
import { loadProject, loadShipped } from './source/index.ts';
import { validateShape } from './validate/index.ts';

/** What compiling gives: all faults of all files, and the Program when none of them is an error. */
export interface Compiled {
  readonly program: Program | undefined;
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Compiles a project folder: load, validate, link, check. Runs none of its code, opens no socket, needs no key; never throws
 * for what stands in the files.
 *
 * @example const { program, diagnostics } = await compile('./my-project');
 */
export async function compile(folder: string): Promise<Compiled> {
  const [project, shipped] = await Promise.all([loadProject(resolve(folder)), loadShipped()]);
  const sources =
    project.value.config === undefined
      ? project.value.sources
      : [project.value.config, ...project.value.sources];
  const shape = validateShape(sources);
  const linked = link(project.value, shipped);
  const found = [...project.diagnostics, ...shape, ...linked.diagnostics];
  const diagnostics = sortDiagnostics(hasErrors(found) ? found : [...found, ...checkProgram(linked.value)]);
  return { program: hasErrors(diagnostics) ? undefined : linked.value, diagnostics };
}
