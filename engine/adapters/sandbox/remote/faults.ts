import { setTimeout as wait } from 'node:timers/promises';
import { isObject } from '../../../core/json.ts';
import { Problem } from '../../../core/problem.ts';

/** HTTP status of what the package of a service threw, as far as it can be known. */
export function statusOf(thrown: unknown): number | undefined {
  for (let at = thrown, depth = 0; isThing(at) && depth < 5; at = at['cause'], depth += 1) {
    const response = isThing(at['response']) ? at['response']['status'] : undefined;
    for (const status of [at['status'], at['statusCode'], response])
      if (typeof status === 'number' && status >= 400 && status < 600) return status;
    const byName = statuses.find(([pattern]) => pattern.test(nameOf(at)));
    if (byName !== undefined) return byName[1];
    const called = /^\/[\w.]+\/\w+ ([A-Z_]+):/.exec(String(at['message'] ?? ''))?.[1];
    if (called !== undefined && Object.hasOwn(callStatuses, called)) return callStatuses[called];
    const written = /^(?:HTTP )?(4\d\d|5\d\d)\b/.exec(String(at['message'] ?? ''))?.[1];
    if (written !== undefined) return Number(written);
  }
  return undefined;
}

/** Whether the service says that the machine is not there, or not awake. */
export function isGone(thrown: unknown): boolean {
  const status = statusOf(thrown);
  if (status === 404 || status === 410) return true;
  return thrown instanceof Error && asleep.test(thrown.message);
}

/** How packages say that a machine does not answer because it sleeps or has ended. */
const asleep =
  /sandbox timeout|sandbox was killed|not running|is (stopped|paused|suspended|terminated|shut ?down|archived)|already (shut ?down|terminated|finished|completed)/i;

/** Whether the connection broke, so that nothing is known of what was asked for. */
export function isCut(thrown: unknown): boolean {
  for (let at = thrown, depth = 0; isThing(at) && depth < 5; at = at['cause'], depth += 1) {
    const said = `${String(at['code'] ?? '')} ${nameOf(at)} ${String(at['message'] ?? '')}`;
    if (
      /ECONN|EPIPE|ETIMEDOUT|EAI_AGAIN|ENOTFOUND|UND_ERR|UNAVAILABLE|fetch failed|socket hang up|terminated|network|Connection/i.test(
        said,
      )
    )
      return true;
  }
  return false;
}

/**
 * Calls a service, and again after a while where it is too busy or cannot be reached.
 * @param isSafe whether a call that may have been carried out can be made again; one that was turned away (429) always can.
 * @param isThere whether the service has just said that the machine is awake, so that one that does not answer is only slow to wake up.
 */
export async function patiently<T>(
  isSafe: boolean,
  call: () => Promise<T>,
  { isThere = false } = {},
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await call();
    } catch (thrown) {
      const status = statusOf(thrown);
      const mayAgain =
        status === 429 ||
        (isThere && isGone(thrown)) ||
        (isSafe && (status === undefined ? isCut(thrown) : status >= 500 || status === 408));
      if (!mayAgain || attempt === attempts || thrown instanceof Problem) throw thrown;
      await wait(firstPauseMs * 2 ** (attempt - 1) * (0.75 + Math.random() / 2));
    }
  }
}

const attempts = 5;
const firstPauseMs = 200;

/**
 * What the package of a service threw as a Problem, without the keys that it may quote.
 * @param doing what was to be done, as in "cannot be opened".
 */
export function serviceProblem(thrown: unknown, { type, name, doing, hidden }: ProblemWords): Problem {
  if (thrown instanceof Problem) return thrown;
  const status = statusOf(thrown);
  const said = thrown instanceof Error ? thrown.message : String(thrown);
  const plain = hidden
    .reduce((text, secret) => (secret === '' ? text : text.replaceAll(secret, '[secret]')), said)
    .split('\n')[0]
    ?.slice(0, 300);
  const reason =
    status === 401 || status === 403
      ? `the service refuses the key: ${plain}`
      : status === 429
        ? `too many machines or calls for this account: ${plain}`
        : status === 402
          ? `the account has no credit left: ${plain}`
          : `${plain}`;
  // The cause would keep what was sent, keys included.
  return new Problem('sandbox_failed', `sandbox "${name}" (${type}) ${doing}: ${reason}`, {
    retryable: status === 429 || (status ?? 0) >= 500 || (status === undefined && isCut(thrown)),
    ...(status === undefined ? {} : { details: { status } }),
  });
}

/** What a Problem of a service says besides its reason. */
export interface ProblemWords {
  readonly type: string;
  readonly name: string;
  readonly doing: string;
  /** Keys that are not told. */
  readonly hidden: readonly string[];
}

/** What the statuses of calls of gRPC are in HTTP. */
const callStatuses: Readonly<Record<string, number>> = {
  NOT_FOUND: 404,
  UNAUTHENTICATED: 401,
  PERMISSION_DENIED: 403,
  RESOURCE_EXHAUSTED: 429,
  UNAVAILABLE: 503,
  INTERNAL: 500,
  DEADLINE_EXCEEDED: 504,
};

const statuses: readonly (readonly [RegExp, number])[] = [
  [/NotFound/i, 404],
  [/Authentication|Unauthenticated|Unauthorized/i, 401],
  [/PermissionDenied|Forbidden/i, 403],
  [/RateLimit|TooManyRequests|ResourceExhausted/i, 429],
  [/ServiceBusy|InternalServer/i, 503],
];

function isThing(value: unknown): value is Readonly<Record<string, unknown>> {
  return isObject(value) || (typeof value === 'object' && value !== null);
}

function nameOf(thrown: Readonly<Record<string, unknown>>): string {
  const { name } = thrown;
  const made = (thrown as object).constructor as { readonly name?: unknown } | undefined;
  return `${typeof name === 'string' ? name : ''} ${typeof made?.name === 'string' ? made.name : ''}`;
}
