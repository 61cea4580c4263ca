import { Problem } from '../core/problem.ts';
import type { ProblemCode } from '../core/problem-codes.ts';
import { unreachable } from './problem.ts';

/** Codes with which a server closes, that say more than that the connection is lost. */
const codes: Readonly<Record<number, ProblemCode>> = {
  1001: 'shutting_down',
  1003: 'invalid_request',
  1007: 'invalid_json',
  1008: 'too_many_requests',
  1009: 'payload_too_large',
  1011: 'internal_error',
  1013: 'too_many_requests',
  4401: 'unauthorized',
  4403: 'forbidden',
};

/** Statuses with which an upgrade is refused, where the socket tells them. */
const statuses: Readonly<Record<string, ProblemCode>> = {
  '401': 'unauthorized',
  '403': 'forbidden',
  '404': 'not_found',
  '429': 'too_many_requests',
  '503': 'shutting_down',
};

/** Why a socket was closed. */
export function closeProblem(code: number, reason: string): Problem {
  return new Problem(
    codes[code] ?? 'server_unreachable',
    `the socket was closed (${code}${reason === '' ? '' : `, ${reason}`})`,
    { details: { closeCode: code, reason } },
  );
}

/** Why a socket could not be opened. */
export function openProblem(url: string, error: unknown): Problem {
  const status = error instanceof Error ? /^Unexpected server response: (\d+)$/.exec(error.message)?.[1] : '';
  const code = statuses[status ?? ''];
  if (code === undefined) return unreachable(url, error);
  return new Problem(code, `"${url}" was refused with ${status ?? ''}`, { cause: error });
}
