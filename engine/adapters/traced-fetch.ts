import type { Outgoing } from '../ports/telemetry.ts';

/** A `fetch` that tells receivers that may know it where a request stands in a trace. */
export function tracedFetch(outgoing: Outgoing, send: typeof fetch = fetch): typeof fetch {
  return (input, init) => {
    const told = outgoing(new URL(input instanceof Request ? input.url : input));
    if (told['traceparent'] === undefined) return send(input, init);
    const headers = new Headers(init?.headers ?? (input instanceof Request ? input.headers : undefined));
    for (const [name, value] of Object.entries(told)) headers.set(name, value);
    return send(input, { ...init, headers });
  };
}
