import { readFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { Problem } from '../../core/problem.ts';
import { exitCodes } from '../exit-codes.ts';
import { openProgram } from '../open-program.ts';
import { projectTypes, typesFile } from '../project-types/project-types.ts';
import type { Terminal } from '../terminal.ts';
import { writeAtomically } from '../write-atomically.ts';

/** Options of `engine types`. */
export interface TypesOptions {
  readonly project: string;
  /** File to write; default `engine-types.d.ts` beside engine.yaml. */
  readonly out?: string;
  /** Write nothing, and fail when the file is not what would be written. */
  readonly check?: boolean;
  /** Print the text in place of writing it. */
  readonly stdout?: boolean;
  /** False: they hold only where they are named. */
  readonly register?: boolean;
  readonly json?: boolean;
}

/**
 * Writes the types of a project: names, inputs and outputs, for the client and for programs around an engine. Throws Problem
 * `invalid_request` for options that do not go together, and a file that cannot be written.
 */
export async function types(options: TypesOptions, terminal: Terminal): Promise<number> {
  const { project, out, check = false, stdout = false, register = true, json = false } = options;
  if (stdout && (check || out !== undefined || json))
    throw new Problem('invalid_request', '"--stdout" goes with no other option but "--project"');
  const program = await openProgram(project, terminal);
  const text = projectTypes(program, register);
  if (stdout) {
    terminal.out.write(text);
    return exitCodes.ok;
  }
  const file = out === undefined ? join(program.root, typesFile) : resolve(out);
  const changed = (await readFile(file, 'utf8').catch(() => '')) !== text;
  const shown = relative(process.cwd(), file);
  if (changed && !check) await writeAtomically(file, text);
  if (json) terminal.out.line(JSON.stringify({ file, changed, written: changed && !check }, null, 2));
  else if (check && changed) terminal.err.line(`${shown} is stale; write it with "engine types"`);
  else terminal.err.line(changed ? `written to ${shown}` : `${shown} is up to date`);
  return check && changed ? exitCodes.failed : exitCodes.ok;
}
