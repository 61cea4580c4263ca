/** One event of a `text/event-stream`. */
export interface ServerSentEvent {
  /** Name of the event; `message` when the stream gave none. */
  readonly event: string;
  readonly data: string;
  /** The last `id` the stream has given, on this event or before it. */
  readonly lastEventId: string;
}

/** A parser that is fed text in any pieces. */
export interface SseParser {
  /** The events that the text completes. */
  push(text: string): readonly ServerSentEvent[];
  /** Milliseconds to wait before connecting again, if the stream said so. */
  readonly retryMs: number | undefined;
}

/** A parser of event streams as the HTML standard defines them; an event that is not complete at the end is dropped. */
export function createSseParser(): SseParser {
  let rest = '';
  let started = false;
  let event = '';
  let data: string[] = [];
  let lastEventId = '';
  let retryMs: number | undefined;

  return {
    get retryMs() {
      return retryMs;
    },
    push(text) {
      rest += text;
      if (!started && rest !== '') {
        started = true;
        if (rest.startsWith('\uFEFF')) rest = rest.slice(1);
      }
      const events: ServerSentEvent[] = [];
      const lineEnd = /\r\n|\n|\r/g;
      let from = 0;
      for (let end = lineEnd.exec(rest); end !== null; end = lineEnd.exec(rest)) {
        // A CR at the very end may be half of a CRLF.
        if (end[0] === '\r' && end.index === rest.length - 1) break;
        takeLine(rest.slice(from, end.index), events);
        from = lineEnd.lastIndex;
      }
      rest = rest.slice(from);
      return events;
    },
  };

  function takeLine(line: string, events: ServerSentEvent[]): void {
    if (line === '') {
      if (data.length > 0)
        events.push({ event: event === '' ? 'message' : event, data: data.join('\n'), lastEventId });
      event = '';
      data = [];
      return;
    }
    const colon = line.indexOf(':');
    const field = colon === -1 ? line : line.slice(0, colon);
    const value = colon === -1 ? '' : line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1);
    if (field === 'data') data.push(value);
    else if (field === 'event') event = value;
    else if (field === 'id' && !value.includes('\0')) lastEventId = value;
    else if (field === 'retry' && /^\d+$/.test(value)) retryMs = Number(value);
  }
}
