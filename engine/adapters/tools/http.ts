import { isObject, type Json, type JsonObject } from '../../core/json.ts';
import { Problem } from '../../core/problem.ts';
import type { HttpAnswer, OpenTool, StepRequest } from '../../ports/tool-source.ts';
import type { HttpTool, Tool } from '../../program/tool.ts';
import { follow } from './http-follow.ts';
import { hostIsFixed } from './http-host.ts';
import { encodeTexts, readsSecrets, renderRequest, type RenderedRequest } from './http-request.ts';
import type { Sender } from './http-send.ts';
import { signed } from './sign.ts';

/**
 * A tool that is one HTTP request. A host that the spec's author did not write out may not be private or local, on any hop;
 * secrets and credentials are left behind when a redirect changes the origin. Text of `input` is percent-encoded where it enters the
 * URL, `env` is not. Headers alone may read `secrets`, and only those granted to the tool. Requests that change something carry the
 * key of the call as `Idempotency-Key`. A request is signed last, with the time of this attempt.
 * `run` gives parsed JSON or text; it throws Problem `tool_failed` with `details.status` for other than 2xx, see `follow`.
 */
export function openHttpTool(
  tool: Tool,
  http: HttpTool,
  { env, sender }: { readonly env: Readonly<Record<string, string | undefined>>; readonly sender: Sender },
): OpenTool {
  if (tool.inputSchema === undefined) {
    throw new Problem('tool_invalid', `tool "${tool.name}" must give an "inputSchema"`);
  }
  const who = `tool "${tool.name}"`;
  const known = definedOf(env);
  return {
    description: tool.description,
    inputSchema: tool.inputSchema,
    outputSchema: tool.outputSchema,
    async run(input, { secrets, signal, idempotencyKey }) {
      const request = renderRequest(who, http, {
        url: { input: encodeTexts(input), env: known },
        rest: { input, env: known },
        headers: { input, env: known, secrets: grantedTo(tool, http, secrets) },
      });
      const isRepeatable =
        mayRepeat(tool, request.method) || request.headers.has(keyHeader) || http.sign !== undefined;
      addKey(request, idempotencyKey);
      const trustedHost = hostIsFixed(http.url.source) ? request.url.host : undefined;
      const secretOf = (name: string): string => secrets.get(name);
      const outgoing = { who, trustedHost, isRepeatable };
      const sent = ready(who, request, http, { idempotencyKey, secretOf });
      return (await follow(sender, { ...outgoing, request: sent }, signal)).body;
    },
  };
}

/** The secrets that headers may read, each read only when some header reads any. */
export function grantedTo(
  tool: Tool,
  http: Pick<HttpTool, 'headers'>,
  secrets: { get(name: string): string },
): JsonObject {
  return readsSecrets(http)
    ? Object.fromEntries(tool.secrets.map((name) => [name, secrets.get(name)] as const))
    : {};
}

/** Whether a request of a tool may be sent again, as its method or its author says. */
export function mayRepeat(
  { annotations: { readOnlyHint, idempotentHint }, idempotencyKey }: Tool,
  method: string,
): boolean {
  const isIdempotent = !['POST', 'PATCH'].includes(method);
  return isIdempotent || readOnlyHint === true || idempotentHint === true || idempotencyKey !== undefined;
}

/** Has a request that changes something say which call it belongs to, unless it says so itself. */
export function addKey(
  { method, headers }: { readonly method: string; readonly headers: Headers },
  idempotencyKey: string,
): void {
  const changes = !['GET', 'HEAD', 'OPTIONS', 'TRACE'].includes(method);
  if (changes && !headers.has(keyHeader)) headers.set(keyHeader, encodeURI(idempotencyKey.toWellFormed()));
}

const keyHeader = 'idempotency-key';

/**
 * How steps send requests: what `openHttpTool` says holds for them, with everything the step sees but `env` in the place of `input`.
 */
export function createStepSender(sender: Sender): (request: StepRequest) => Promise<HttpAnswer> {
  return ({ who, request: http, scope, secrets, idempotencyKey, signal }) => {
    const rest = scope as JsonObject;
    const encoded = encodeTexts(rest);
    const url = isObject(encoded) ? { ...encoded, env: rest['env'] ?? {} } : {};
    const request = renderRequest(who, http, { url, rest, headers: { ...rest, secrets } });
    addKey(request, idempotencyKey);
    const trustedHost = hostIsFixed(http.url.source) ? request.url.host : undefined;
    const secretOf = (name: string): string | undefined => secrets[name];
    const sent = ready(who, request, http, { idempotencyKey, secretOf });
    return follow(sender, { who, request: sent, trustedHost, isRepeatable: true }, signal);
  };
}

/** A request, signed where its spec says so. */
function ready(
  who: string,
  request: RenderedRequest,
  { sign }: Pick<HttpTool, 'sign'>,
  by: Parameters<typeof signed>[3],
): RenderedRequest {
  return sign === undefined ? request : signed(who, request, sign, by);
}

/** What is set of the environment. */
export function definedOf(env: Readonly<Record<string, string | undefined>>): Record<string, Json> {
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}
