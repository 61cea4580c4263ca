import { ulid } from 'ulid';
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

/** Turns a thrown value into what the caller may see, and logs the rest under the same `ref`. */
export type Report = (
  thrown: unknown,
  request: { readonly method?: string | undefined; readonly url?: string | undefined },
) => { readonly problem: Problem; readonly body: ErrorBody };

/**
 * A reporter over a log; a log that throws is ignored.
 * @param redact takes secrets out of what is logged and answered.
 */
export function createReport(log: Log, redact: (text: string) => string): Report {
  return (thrown, { method = '', url = '' }) => {
    const problem = asProblem(thrown);
    const ref = `err_${ulid()}`;
    const internal = problem.code === 'internal_error';
    try {
      log({
        level: internal ? 'error' : problem.status >= 500 ? 'warn' : 'info',
        time: new Date().toISOString(),
        ref,
        method,
        path: url.split('?')[0] ?? '',
        status: problem.status,
        type: problem.code,
        message: redact(problem.message),
        ...(internal ? { stack: redact(stackOf(problem.cause ?? problem)) } : {}),
      });
    } catch {
      // A broken log must not break the answer.
    }
    return { problem, body: { error: { ...problem.toData(), message: redact(problem.message), ref } } };
  };
}

/** The log when none is given: internal errors as JSON lines on stderr. */
export function logToStderr(entry: LogEntry): void {
  if (entry.level === 'error') process.stderr.write(`${JSON.stringify(entry)}\n`);
}

function stackOf(value: unknown): string {
  if (!(value instanceof Error)) return String(value);
  const own = value.stack ?? `${value.name}: ${value.message}`;
  return value.cause === undefined ? own : `${own}\ncaused by ${stackOf(value.cause)}`;
}
