import { isObject, type Json, type JsonObject } from '../../core/json.ts';
import { Problem } from '../../core/problem.ts';
import type { ProblemCode } from '../../core/problem-codes.ts';

/** A failed model call, and whether the same call may be made again. */
export interface Failure {
  readonly problem: Problem;
  readonly retryable: boolean;
  /** Milliseconds the provider asks to wait. */
  readonly retryAfterMs?: number;
}

/** Whose call failed, and what must not be shown. */
export interface FailureContext {
  /** `provider/id`. */
  readonly model: string;
  readonly provider: string;
  readonly secrets: readonly string[];
  /** Milliseconds since 1970. */
  readonly now: number;
}

/**
 * What a provider package threw, as a Problem: `model_unavailable` when it may pass (408, 429, 5xx, a lost connection),
 * `model_refused` for a content filter, else `model_failed`. The message has the provider's own short text and the status,
 * never headers or secrets. `details.reason` is `context_overflow` when the conversation is too long for the model.
 */
export function readFailure(thrown: unknown, context: FailureContext): Failure {
  if (thrown instanceof Problem) return { problem: thrown, retryable: thrown.code === 'model_unavailable' };
  const error = readError(thrown);
  const kind = kindOf(error);
  const text = shorten(hide(error.message, context.secrets));
  const status = error.status === undefined ? '' : ` (status ${error.status})`;
  const advice =
    error.status === 401 || error.status === 403 ? `; check the key of provider "${context.provider}"` : '';
  const retryAfterMs = readRetryAfter(error, context.now);
  return {
    problem: new Problem(
      codes[kind],
      `model "${context.model}" ${phrases[kind]}: ${text}${status}${advice}`,
      {
        details: {
          model: context.model,
          ...(error.status === undefined ? {} : { status: error.status }),
          ...(kind === 'overflow' ? { reason: 'context_overflow' } : {}),
          ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
        },
        cause: thrown,
      },
    ),
    retryable: kind === 'unavailable',
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  };
}

type Kind = 'failed' | 'unavailable' | 'refused' | 'overflow';

const codes = {
  failed: 'model_failed',
  unavailable: 'model_unavailable',
  refused: 'model_refused',
  overflow: 'model_failed',
} as const satisfies Record<Kind, ProblemCode>;

const phrases = {
  failed: 'failed',
  unavailable: 'is unavailable',
  refused: 'refused to answer',
  overflow: 'cannot take so long a conversation',
} as const satisfies Record<Kind, string>;

/** What is known of a thrown value, whichever package and layer it came from. */
interface ErrorFacts {
  readonly message: string;
  readonly name: string;
  readonly status: number | undefined;
  /** The provider's own error word, for example `insufficient_quota`. */
  readonly word: string;
  readonly headers: JsonObject;
  /** What Google adds to an error. */
  readonly details: readonly Json[];
  /** A connection that could not be made, or broke. */
  readonly lost: boolean;
}

function readError(thrown: unknown): ErrorFacts {
  const value = typeof thrown === 'object' && thrown !== null ? (thrown as Record<string, unknown>) : {};
  const data = isObject(value['data']) ? value['data'] : {};
  const body = isObject(data['error']) ? data['error'] : value;
  const status = value['statusCode'];
  const name = typeof value['name'] === 'string' ? value['name'] : '';
  const lost = networkCode(thrown) !== undefined;
  return {
    message: messageOf(thrown, name),
    name,
    // A stream that broke was answered with 200 before; that status says nothing.
    status: typeof status === 'number' && status >= 400 ? status : undefined,
    word: [body['code'], body['type'], body['status']].filter((word) => typeof word === 'string').join(' '),
    headers: isObject(value['responseHeaders']) ? value['responseHeaders'] : {},
    details: Array.isArray(body['details']) ? (body['details'] as Json[]) : [],
    lost: lost || (name === 'AI_APICallError' && value['isRetryable'] === true && status === undefined),
  };
}

function messageOf(thrown: unknown, name: string): string {
  if (name === 'AI_JSONParseError' || name === 'AI_TypeValidationError')
    return 'the provider sent what cannot be understood';
  const message =
    isObject(thrown) || thrown instanceof Error ? (thrown as { message?: unknown }).message : thrown;
  return typeof message === 'string' && message !== '' ? message : 'the provider gave no reason';
}

function kindOf(error: ErrorFacts): Kind {
  const about = `${error.word} ${error.message}`;
  if (/content_filter|content_policy/i.test(about)) return 'refused';
  if (tooLong.test(about)) return 'overflow';
  if (/insufficient_quota|billing/i.test(error.word)) return 'failed';
  if (error.lost || /ended without a finish reason/.test(error.message)) return 'unavailable';
  if (error.status !== undefined) {
    return error.status === 408 || error.status === 429 || error.status >= 500 ? 'unavailable' : 'failed';
  }
  return /overloaded|rate_limit|server_error|api_error|unavailable/i.test(error.word)
    ? 'unavailable'
    : 'failed';
}

const tooLong =
  /context_length_exceeded|maximum context length|prompt is too long|input token count.*exceeds|exceed(s|ed)? (the )?(model's )?(maximum )?(context|number of tokens)/i;

/** The code of the first network error among a value and its causes. */
function networkCode(thrown: unknown): string | undefined {
  let current = thrown;
  for (let depth = 0; current instanceof Error && depth < 8; depth += 1) {
    const code = (current as { code?: unknown }).code;
    if (typeof code === 'string' && networkCodes.has(code)) return code;
    current = current.cause;
  }
  return undefined;
}

const networkCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EAI_AGAIN',
  'UND_ERR_SOCKET',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
]);

/** Milliseconds that a provider asks to wait: `retry-after-ms`, `retry-after` (seconds or a date), or Google's `retryDelay`. */
function readRetryAfter({ headers, details }: ErrorFacts, now: number): number | undefined {
  const ms = Number.parseFloat(String(headers['retry-after-ms'] ?? ''));
  if (ms >= 0) return ms;
  const after = String(headers['retry-after'] ?? '');
  const seconds = Number.parseFloat(after);
  if (seconds >= 0) return seconds * 1000;
  const date = Date.parse(after);
  if (!Number.isNaN(date)) return Math.max(0, date - now);
  for (const detail of details) {
    const delay = isObject(detail) ? Number.parseFloat(String(detail['retryDelay'] ?? '')) : Number.NaN;
    if (delay >= 0) return Math.round(delay * 1000);
  }
  return undefined;
}

function hide(text: string, secrets: readonly string[]): string {
  return secrets.reduce(
    (shown, secret) => (secret.length < 4 ? shown : shown.replaceAll(secret, '***')),
    text,
  );
}

function shorten(text: string): string {
  const line = text.split('\n', 1)[0] ?? '';
  return line.length > 300 ? `${line.slice(0, 300)}…` : line.replace(/\.$/, '');
}
