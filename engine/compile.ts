import { resolve } from 'node:path';
import { hasErrors, sortDiagnostics, type Diagnostic } from './core/diagnostic.ts';
import { link } from './link/index.ts';
import type { Facts } from './program/facts.ts';
import type { Program } from './program/program.ts';
import { checkProject } from './rules/index.ts';
import { loadProject, loadShipped, type Source } from './source/index.ts';
import { validateShape } from './validate/index.ts';

/** What compiling gives: all faults of all files, and the Program when none of them is an error. */
export interface Compiled {
  readonly program: Program | undefined;
  readonly diagnostics: readonly Diagnostic[];
}

/** The same with what only editors and reports need. */
export interface Analysis extends Compiled {
  /** The Program as far as it could be linked; it has gaps where there are errors, and is never run. */
  readonly draft: Program;
  readonly facts: Facts;
  /** The files of the project, the config among them. */
  readonly sources: readonly Source[];
}

/**
 * Compiles a project folder: load, validate, link, check. Runs none of its code, opens no socket, needs no key; never throws
 * for what stands in the files.
 *
 * @example const { program, diagnostics } = await compile('./my-project');
 */
export async function compile(folder: string): Promise<Compiled> {
  const { program, diagnostics } = await analyze(folder);
  return { program, diagnostics };
}

/** The parts of a Program that this version cannot run yet, as the errors they are to who wants to run it. */
export function unavailableParts(program: Program): readonly Diagnostic[] {
  return program.unavailable.map(({ message, origin }) => ({
    rule: 'link/not-available',
    level: 'error',
    message,
    ...origin,
  }));
}

/** Compiles a project folder and keeps what was learnt on the way. */
export async function analyze(folder: string): Promise<Analysis> {
  const [project, shipped] = await Promise.all([loadProject(resolve(folder)), loadShipped()]);
  const { config } = project.value;
  const sources = config === undefined ? project.value.sources : [config, ...project.value.sources];
  const shape = validateShape(sources);
  const { value: draft, diagnostics: linked, facts } = link(project.value, shipped);
  const found = [...project.diagnostics, ...shape, ...linked];
  const diagnostics = sortDiagnostics([...found, ...checkProject({ program: draft, facts, sources }, found)]);
  return { program: hasErrors(diagnostics) ? undefined : draft, diagnostics, draft, facts, sources };
}
