import type { NewEvent } from '../core/event.ts';
import type { Redactor, TextStream } from '../journal/index.ts';

/** A live piece of what a model writes. */
type Delta = Extract<NewEvent, { type: 'text_delta' | 'thinking_delta' | 'tool_input_delta' }>;

/**
 * Passes on the events of a model's turns, the pieces of its texts without secrets that stand across two of them: what may become one
 * is held back until it is known, at most until the next event of another kind.
 */
export function wholeDeltas(
  redact: Redactor,
  emit: (event: NewEvent) => void,
): { emit(event: NewEvent): void } {
  const stream: TextStream = redact.stream();
  /** The last piece of the text that is being written. */
  let open: Delta | undefined;
  const show = (delta: Delta, text: string): void => {
    if (text === '') return;
    emit(text === delta.data.text ? delta : ({ ...delta, data: { ...delta.data, text } } as Delta));
  };
  const finish = (): void => {
    if (open === undefined) return;
    const last = open;
    open = undefined;
    show(last, stream.end());
  };
  return {
    emit(event) {
      if (!isDelta(event)) {
        finish();
        emit(event);
        return;
      }
      if (open !== undefined && !isSameText(open, event)) finish();
      open = event;
      show(event, stream.push(event.data.text));
    },
  };
}

function isDelta(event: NewEvent): event is Delta {
  return event.type === 'text_delta' || event.type === 'thinking_delta' || event.type === 'tool_input_delta';
}

function isSameText(one: Delta, other: Delta): boolean {
  return one.type === other.type && one.turnId === other.turnId && one.toolCallId === other.toolCallId;
}
