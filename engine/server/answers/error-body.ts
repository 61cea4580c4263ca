import { ulid } from 'ulid';
import { isObject, type Json } from '../../core/json.ts';
import { asProblem, type Problem, type ProblemData } from '../../core/problem.ts';

/** What every failed request gets: the failure, and the `ref` under which the log has the rest. */
export interface ErrorBody {
  readonly error: ProblemData & { readonly ref: string };
}

/** One line of the server's log: a request or socket that failed. */
export interface LogEntry {
  /** `error` for internal faults, `warn` for other 5xx, `info` for what the caller did wrong. */
  readonly level: 'info' | 'warn' | 'error';
  readonly time: string;
  readonly ref: string;
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly status: number;
  readonly type: string;
  readonly message: string;
  /** Of internal errors only; never sent to callers. */
  readonly stack?: string;
}

/** Receives the log. */
export type Log = (entry: LogEntry) => void;

/**
 * Turns a thrown value into what the caller may see, and logs the rest under the same `ref`. `status` is that of the answer, where it is
 * another than that of the problem.
 */
export type Report = (
  thrown: unknown,
  request: { readonly method?: string | undefined; readonly url?: string | undefined },
  status?: number,
) => { readonly problem: Problem; readonly body: ErrorBody };

/** Most characters of a text in a failure: messages quote callers, whose words may be as long as a body. */
const longestText = 16_384;

/**
 * A reporter over a log; a log that throws is ignored.
 * @param hide takes secrets out of what is logged and answered.
 */
export function createReport(log: Log, hide: (text: string) => string): Report {
  const redact = (text: string): string => short(hide(text));
  return (thrown, { method = '', url = '' }, answered) => {
    const problem = asProblem(thrown);
    const status = answered ?? problem.status;
    const ref = `err_${ulid()}`;
    const internal = problem.code === 'internal_error';
    try {
      log({
        level: internal ? 'error' : status >= 500 ? 'warn' : 'info',
        time: new Date().toISOString(),
        ref,
        method,
        path: url.split('?')[0] ?? '',
        status,
        type: problem.code,
        message: redact(problem.message),
        ...(internal ? { stack: hide(stackOf(problem.cause ?? problem)) } : {}),
      });
    } catch {
      // A broken log must not break the answer.
    }
    const { details, ...data } = problem.toData();
    const error = {
      ...data,
      message: redact(problem.message),
      ...(details === undefined ? {} : { details: inside(details, redact) }),
      ref,
    };
    return { problem, body: { error } };
  };
}

/** The log when none is given: internal errors as JSON lines on stderr. */
export function logToStderr(entry: LogEntry): void {
  if (entry.level === 'error') process.stderr.write(`${JSON.stringify(entry)}\n`);
}

/** A text that says how long it was where it was cut. */
function short(text: string): string {
  if (text.length <= longestText) return text;
  return `${text.slice(0, longestText).replace(/[\uD800-\uDBFF]$/, '')}… (${text.length} characters)`;
}

/** Strings and keys at every depth, redacted. */
function inside(value: Json, redact: (text: string) => string): Json {
  if (typeof value === 'string') return redact(value);
  if (Array.isArray(value)) return value.map((one) => inside(one, redact));
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [redact(key), inside(one, redact)]));
}

function stackOf(value: unknown): string {
  if (!(value instanceof Error)) return String(value);
  const own = value.stack ?? `${value.name}: ${value.message}`;
  return value.cause === undefined ? own : `${own}\ncaused by ${stackOf(value.cause)}`;
}
