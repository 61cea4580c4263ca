import { createCompiler, type Analysis, type Compiled } from './compiler.ts';
import type { Diagnostic } from './core/diagnostic.ts';
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

/** The parts of a Program that this version cannot run yet, as the errors they are to who wants to run it. */
export function unavailableParts(program: Program): readonly Diagnostic[] {
  return program.unavailable.map(({ message, origin }) => ({
    rule: 'link/not-available',
    level: 'error',
    message,
    ...origin,
  }));
}
