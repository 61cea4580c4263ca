import type {
  LanguageModelV3,
  LanguageModelV3CallOptions,
  LanguageModelV3StreamPart,
} from '@ai-sdk/provider';
import { Problem } from '../../core/problem.ts';
import type { Clock } from '../../ports/clock.ts';
import type { ModelEvent, ModelRequest } from '../../ports/model.ts';
import type { Provider } from '../../program/model.ts';
import { toCallOptions } from './call-options.ts';
import { readFailure } from './failure.ts';
import { readParts } from './read-parts.ts';
import { aborted, callWithRetries, defaultRetry } from './retry-calls.ts';

/** What a call needs besides the request. */
export interface CallContext {
  readonly provider: Provider;
  readonly clock: Clock;
  /** Values that no message may show. */
  readonly secrets: readonly string[];
}

/**
 * One call of a provider's model, as events. A call that fails in a way that may pass, before its first event, is made again as the
 * provider's `retry` says; a stream that is silent for the provider's `idleMs` fails. Throws the Problems of the `Models` contract.
 */
export function streamModel(
  model: LanguageModelV3,
  request: ModelRequest,
  context: CallContext,
): AsyncGenerator<ModelEvent, void, undefined> {
  const { provider, clock, secrets } = context;
  const name = `${request.model.provider}/${request.model.id}`;
  const options = toCallOptions(request, provider);
  const call = { signal: request.signal, clock, name, idleMs: provider.idleMs ?? defaultIdleMs };
  return callWithRetries(() => callOnce(model, options, call), {
    model: name,
    retry: provider.retry ?? defaultRetry,
    clock,
    signal: request.signal,
    read: (thrown) =>
      readFailure(thrown, { model: name, provider: provider.name, secrets, now: clock.now() }),
  });
}

/** How long a stream may be silent where the config does not say. */
const defaultIdleMs = 120_000;

/** What one call needs besides its options. */
interface Call {
  readonly signal: AbortSignal;
  readonly clock: Clock;
  /** `provider/id`. */
  readonly name: string;
  readonly idleMs: number;
}

async function* callOnce(
  model: LanguageModelV3,
  options: LanguageModelV3CallOptions,
  { signal, clock, name, idleMs }: Call,
): AsyncGenerator<ModelEvent, void, undefined> {
  if (signal.aborted) throw aborted(signal);
  const call = new AbortController();
  const stop = (): void => call.abort(signal.reason);
  signal.addEventListener('abort', stop, { once: true });
  const idle = watchIdle(call, { clock, name, idleMs });
  let reader: ReadableStreamDefaultReader<LanguageModelV3StreamPart> | undefined;
  // A model that ignores the signal must not hold the caller, neither before its stream begins nor within it.
  const stopped = new Promise<never>((_, reject) => {
    call.signal.addEventListener('abort', () => {
      reject(call.signal.reason as Error);
      reader?.cancel(call.signal.reason).catch(() => undefined);
    });
  });
  stopped.catch(() => undefined);
  try {
    const { stream } = await Promise.race([
      model.doStream({ abortSignal: call.signal, ...options }),
      stopped,
    ]);
    reader = stream.getReader();
    const parts = readParts();
    for (;;) {
      const { done, value } = await reader.read();
      if (call.signal.aborted) throw call.signal.reason;
      if (done) break;
      idle.touch();
      const event = parts.read(value);
      if (event !== undefined) yield event;
    }
    const end = parts.end();
    if (end === undefined)
      throw new Problem('model_unavailable', `model "${name}" stopped in the middle of its answer`);
    const { finish } = end;
    if (finish === 'error')
      throw new Problem('model_failed', `model "${name}" ended its answer with an error`);
    if (finish === 'content_filter') {
      throw new Problem('model_refused', `model "${name}" refused to answer: content filter`);
    }
    yield { ...end, finish };
  } finally {
    signal.removeEventListener('abort', stop);
    // Closes the socket of a call that was left early, and ends the idle watch; nothing after a complete one.
    call.abort(over);
  }
}

/** Aborts a call that has not been touched for `idleMs`. One timer per call, not one per part. */
function watchIdle(call: AbortController, { clock, name, idleMs }: Omit<Call, 'signal'>): { touch(): void } {
  let last = clock.elapsed();
  const watch = async (): Promise<void> => {
    for (let left = idleMs; left > 0; left = last + idleMs - clock.elapsed())
      await clock.sleep(left, call.signal);
    call.abort(new Problem('model_unavailable', `model "${name}" sent nothing for ${idleMs / 1000} s`));
  };
  watch().catch(() => undefined);
  return {
    touch() {
      last = clock.elapsed();
    },
  };
}

/** Abort reason of calls that are over; a constant, since building an error per call costs more than the rest of the clean-up. */
const over = new Problem('aborted', 'the model call is over');
