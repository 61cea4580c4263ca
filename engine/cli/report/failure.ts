import { isObject, type Json } from '../../core/json.ts';
import { Problem } from '../../core/problem.ts';
import { exitCodes } from '../exit-codes.ts';
import { printable, type Terminal } from '../terminal.ts';

/**
 * Prints why a command failed: a line on stderr with the code, then what belongs to it; with `json` also an object on stdout.
 * Faults of our own are one line, their stack only with ENGINE_DEBUG set.
 * @returns the exit code that fits.
 */
export function reportFailure(thrown: unknown, terminal: Terminal, { json = false }: { readonly json?: boolean } = {}): number {
  const problem = thrown instanceof Problem ? thrown : undefined;
  const isInternal = problem === undefined || problem.code === 'internal_error';
  if (json) {
    const error = problem?.toData() ?? { type: 'internal_error', message: 'an internal error occurred' };
    terminal.out.line(JSON.stringify({ error }, null, 2));
  }
  if (isInternal) printInternal(problem?.cause ?? thrown, terminal);
  else printProblem(problem, terminal);
  return problem?.exitCode ?? exitCodes.internal;
}

/** Prints a failure that the user can understand: code, message, and its details unless they were shown already. */
export function printProblem(problem: Problem, { err }: Terminal): void {
  err.line(`${err.colors.red(`error[${problem.code}]`)}: ${printable(problem.message)}`);
  if (problem.code === 'invalid_project') return;
  for (const line of detailLines(problem)) err.line(`  ${printable(line)}`);
}

function printInternal(thrown: unknown, { err }: Terminal): void {
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  err.line(`${err.colors.red('error[internal_error]')}: ${printable(message.split('\n')[0] ?? '')}`);
  if ((process.env['ENGINE_DEBUG'] ?? '') === '') err.line('  run it again with ENGINE_DEBUG=1 to see where');
  else err.line(thrown instanceof Error ? stackOf(thrown) : '');
}

function stackOf(error: Error): string {
  const own = error.stack ?? error.message;
  return error.cause instanceof Error ? `${own}\ncaused by ${stackOf(error.cause)}` : own;
}

/** Faults that the message already names are not said twice. */
function detailLines({ details, message }: Problem): string[] {
  if (details === undefined) return [];
  const faults: Json | undefined = isObject(details) ? details['faults'] : undefined;
  if (!Array.isArray(faults)) return isSaid(details, message) ? [] : JSON.stringify(details, null, 2).split('\n');
  return (faults as readonly Json[]).flatMap((fault) => {
    if (!isObject(fault)) return [];
    const { pointer, message: text } = fault;
    return typeof text === 'string' ? [`${typeof pointer === 'string' && pointer !== '' ? pointer : '/'}: ${text}`] : [];
  });
}

function isSaid(details: Json, message: string): boolean {
  return isObject(details) && Object.values(details).every((value) => message.includes(String(value)));
}
