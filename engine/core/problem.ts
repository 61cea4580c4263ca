import { isObject, toJson, type Json } from './json.ts';
import { problemCodes, type ProblemCode } from './problem-codes.ts';

/** What is stored and sent about a failure: no stack, no internals. */
export interface ProblemData {
  readonly type: string;
  readonly message: string;
  readonly details?: Json;
}

/**
 * The one error class right of Program. `message` may be shown to any caller; `details` too; `cause` never leaves the process.
 *
 * @example throw new Problem('agent_not_found', 'no agent "triag"; did you mean "triage"?')
 */
export class Problem extends Error {
  override readonly name = 'Problem';
  /** A code of `problemCodes`, or a workflow author's own code from a `fail` step. */
  readonly code: string;
  readonly details: Json | undefined;
  readonly #retryable: boolean | undefined;

  constructor(
    code: ProblemCode | (string & {}),
    message: string,
    options: { details?: Json; cause?: unknown; retryable?: boolean } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.details = options.details;
    this.#retryable = options.retryable;
  }

  /** HTTP status of the code; codes of workflow authors are 500. */
  get status(): number {
    return entryOf(this.code).status;
  }

  /** Exit code of the command line. */
  get exitCode(): number {
    return entryOf(this.code).exit;
  }

  /** Whether doing the same again may succeed: as the thrower said, else as the code says. */
  get retryable(): boolean {
    return this.#retryable ?? entryOf(this.code).retryable;
  }

  /** The form that is stored in records and sent to callers. */
  toData(): ProblemData {
    return {
      type: this.code,
      message: this.message,
      ...(this.details === undefined ? {} : { details: this.details }),
    };
  }
}

/** Any thrown value as a Problem: a Problem stays itself, everything else becomes `internal_error` with the original as cause. */
export function asProblem(thrown: unknown): Problem {
  if (thrown instanceof Problem) return thrown;
  return new Problem('internal_error', 'an internal error occurred', { cause: thrown });
}

/** A stored failure as a Problem again. */
export function fromData(data: ProblemData): Problem {
  return new Problem(data.type, data.message, data.details === undefined ? {} : { details: data.details });
}

/** Reads ProblemData out of unknown JSON (a response body, a stored record), or undefined. */
export function readProblemData(value: unknown): ProblemData | undefined {
  if (!isObject(value) || typeof value['type'] !== 'string' || typeof value['message'] !== 'string')
    return undefined;
  const details = value['details'];
  return {
    type: value['type'],
    message: value['message'],
    ...(details === undefined ? {} : { details: toJson(details) }),
  };
}

function entryOf(code: string): (typeof problemCodes)[ProblemCode] {
  return Object.hasOwn(problemCodes, code) ? problemCodes[code as ProblemCode] : problemCodes.workflow_failed;
}
