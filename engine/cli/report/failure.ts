import { isObject, type Json } from '../../core/json.ts';
import { Problem } from '../../core/problem.ts';
import { whereTokenIs } from '../server-option.ts';
import { exitCodes } from '../exit-codes.ts';
import { printable, type Terminal } from '../terminal.ts';

/**
 * Prints why a command failed: a line on stderr with the code, then what belongs to it; with `json` also an object on stdout, or a
 * line of the type `failure`.
 * Faults of our own are one line, their stack only with ENGINE_DEBUG set.
 * @returns the exit code that fits.
 */
export function reportFailure(
  thrown: unknown,
  terminal: Terminal,
  { json = 'none' }: { readonly json?: 'none' | 'object' | 'line' } = {},
): number {
  const problem = thrown instanceof Problem ? thrown : undefined;
  const isInternal = problem === undefined || problem.code === 'internal_error';
  if (json !== 'none') {
    const error = problem?.toData() ?? { type: 'internal_error', message: 'an internal error occurred' };
    terminal.out.line(
      json === 'line' ? JSON.stringify({ type: 'failure', error }) : JSON.stringify({ error }, null, 2),
    );
  }
  if (isInternal) printInternal(problem?.cause ?? thrown, terminal);
  else printProblem(problem, terminal);
  return problem?.exitCode ?? exitCodes.internal;
}

/** Prints a failure that the user can understand: code, message, and its details unless they were shown already. */
export function printProblem(problem: Problem, { err }: Terminal): void {
  err.line(`${err.colors.red(`error[${problem.code}]`)}: ${printable(problem.message)}`);
  if (problem.code === 'invalid_project') return;
  if (problem.code === 'unauthorized') err.line(`  ${whereTokenIs}`);
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

/** What the details add to the message, a line each: what it says already is left out. */
function detailLines({ details, message }: Problem): string[] {
  if (!isObject(details)) return details === undefined ? [] : [textOf(details)];
  const { faults, ...others } = details;
  return [
    ...(Array.isArray(faults) ? (faults as readonly Json[]).map(faultText) : []),
    ...Object.entries(others).map(([key, value]) => [key, textOf(value)] as const),
  ].flatMap((line) => {
    if (typeof line === 'string') return message.includes(line.slice(line.indexOf(': ') + 2)) ? [] : [line];
    return message.includes(line[1]) ? [] : [line.join(': ')];
  });
}

function faultText(fault: Json): string {
  if (!isObject(fault)) return textOf(fault);
  const { pointer, message } = fault;
  return `${typeof pointer === 'string' && pointer !== '' ? pointer : '/'}: ${textOf(message ?? null)}`;
}

function textOf(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
