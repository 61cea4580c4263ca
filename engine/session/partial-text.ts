import type { EventScope, NewEvent } from '../core/event.ts';
import { encodeKey } from '../core/ids.ts';
import { isObject } from '../core/json.ts';
import type { SessionPorts } from './ports.ts';

/** Namespace of what models have written so far among the documents. */
export const namespace = 'partials';

/** Milliseconds between two writes of what a model has written so far; a turn that is done sooner writes nothing. */
const everyMs = 1_000;

/** Most characters of it that are kept. */
const most = 65_536;

/**
 * Keeps what the model of an operation is writing, so that a crash takes no more than the last second of it. It is gone when the turn
 * has ended. Nothing waits for it, and nobody hears of it when it cannot be kept.
 */
export function keepPartial(
  { store, clock, redact }: Pick<SessionPorts, 'store' | 'clock' | 'redact'>,
  scope: EventScope,
): { see(event: NewEvent): void } {
  const key = keyOf(scope);
  let text = '';
  let writtenAt = clock.elapsed();
  let isKept = false;
  return {
    see(event) {
      if (event.type === 'turn_start') {
        text = '';
        writtenAt = clock.elapsed();
      }
      if (event.type === 'turn_end' && isKept) {
        isKept = false;
        store.documents.delete(namespace, key).catch(() => undefined);
      }
      if (event.type !== 'text_delta' || text.length >= most) return;
      text += event.data.text;
      if (clock.elapsed() - writtenAt < everyMs) return;
      writtenAt = clock.elapsed();
      isKept = true;
      const kept = { turnId: event.turnId ?? '', text: redact.text(text.slice(0, most)) };
      store.documents.set(namespace, key, kept).catch(() => undefined);
    },
  };
}

/** What the model of an operation had written when a crash cut it off, and in which turn; undefined when nothing was kept. */
export async function partialOf(
  { store }: Pick<SessionPorts, 'store'>,
  scope: EventScope,
): Promise<{ readonly turnId: string; readonly text: string } | undefined> {
  const kept = await store.documents.get(namespace, keyOf(scope));
  if (!isObject(kept)) return undefined;
  return { turnId: String(kept['turnId']), text: String(kept['text']) };
}

/** Forgets what was kept of an operation. */
export async function dropPartial({ store }: Pick<SessionPorts, 'store'>, scope: EventScope): Promise<void> {
  await store.documents.delete(namespace, keyOf(scope));
}

function keyOf({ submissionId, runId, operationId = '' }: EventScope): string {
  return encodeKey(submissionId ?? runId ?? '', operationId);
}
