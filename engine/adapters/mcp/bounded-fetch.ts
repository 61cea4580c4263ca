import { largestMessage } from './stdio-transport.ts';

/**
 * A `fetch` whose answers are bounded: a body may be as large as one message, a stream of events as large as that for each event.
 */
export async function boundedFetch(url: string | URL, init?: RequestInit): Promise<Response> {
  const response = await fetch(url, init);
  if (response.body === null) return response;
  const isStream = (response.headers.get('content-type') ?? '').includes('text/event-stream');
  let size = 0;
  let last = 0;
  const bounded = response.body.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        size += chunk.length;
        if (isStream) {
          // A blank line ends an event.
          for (let at = 0; at < chunk.length; at += 1) {
            const byte = chunk[at] ?? 0;
            if (byte === 13) continue;
            if (byte === 10 && last === 10) size = chunk.length - at - 1;
            last = byte;
          }
        }
        if (size > largestMessage)
          controller.error(new Error(`it sent a message of more than ${largestMessage / 1024 / 1024} MB`));
        else controller.enqueue(chunk);
      },
    }),
  );
  const { status, statusText, headers } = response;
  const copy = new Response(bounded, { status, statusText, headers });
  // The transport follows redirects itself and needs to know where the answer is from.
  Object.defineProperty(copy, 'url', { value: response.url });
  Object.defineProperty(copy, 'type', { value: response.type });
  return copy;
}
