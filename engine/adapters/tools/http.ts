import { isObject, type Json, type JsonObject } from '../../core/json.ts';
import { Problem } from '../../core/problem.ts';
import type { HttpAnswer, OpenTool, StepRequest } from '../../ports/tool-source.ts';
import type { HttpTool, Tool } from '../../program/tool.ts';
import { endOf } from './end-of.ts';
import { hostIsFixed, privateHostFault } from './http-host.ts';
import { redirectRequest, redirectTarget } from './http-redirect.ts';
import { encodeTexts, readsSecrets, renderRequest, type RenderedRequest } from './http-request.ts';
import { readResponse } from './http-response.ts';

/** Redirects followed in one call. */
const maxRedirects = 5;

/**
 * A tool that is one HTTP request. A host that the spec's author did not write out may not be private or local, on any hop;
 * secrets and credentials are left behind when a redirect changes the origin. Text of `input` is percent-encoded where it enters the
 * URL, `env` is not. Headers alone may read `secrets`, and only those granted to the tool.
 * `run` gives parsed JSON or text; it throws Problem `tool_failed` with `details.status` for other than 2xx
 * and may be tried again for 429, 5xx and broken connections.
 */
export function openHttpTool(
  tool: Tool,
  http: HttpTool,
  env: Readonly<Record<string, string | undefined>>,
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
    async run(input, { secrets, signal }) {
      const granted = readsSecrets(http)
        ? tool.secrets.map((name) => [name, secrets.get(name)] as const)
        : [];
      const request = renderRequest(who, http, {
        url: { input: encodeTexts(input), env: known },
        rest: { input, env: known },
        headers: { input, env: known, secrets: Object.fromEntries(granted) },
      });
      return (await send(who, http, request, signal)).body;
    },
  };
}

/** The request of a step: what `openHttpTool` says holds for it, with everything the step sees but `env` in the place of `input`. */
export async function sendStepRequest({
  who,
  request: http,
  scope,
  secrets,
  idempotencyKey,
  signal,
}: StepRequest): Promise<HttpAnswer> {
  const rest = scope as JsonObject;
  const encoded = encodeTexts(rest);
  const url = isObject(encoded) ? { ...encoded, env: rest['env'] ?? {} } : {};
  const request = renderRequest(who, http, { url, rest, headers: { ...rest, secrets } });
  const changes = request.method !== 'GET' && request.method !== 'HEAD';
  if (changes && !request.headers.has('idempotency-key'))
    request.headers.set('idempotency-key', encodeURI(idempotencyKey));
  return send(who, http, request, signal);
}

async function send(
  who: string,
  http: Omit<HttpTool, 'type'>,
  request: RenderedRequest,
  signal: AbortSignal,
): Promise<HttpAnswer> {
  const trustedHost = hostIsFixed(http.url.source) ? request.url.host : undefined;
  try {
    return await follow(who, request, trustedHost, signal);
  } catch (thrown) {
    if (thrown instanceof Problem) throw thrown;
    if (signal.aborted) throw endOf(who, signal, thrown);
    throw connectionProblem(who, thrown);
  }
}

function definedOf(env: Readonly<Record<string, string | undefined>>): Record<string, Json> {
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}

async function follow(
  who: string,
  first: RenderedRequest,
  trustedHost: string | undefined,
  signal: AbortSignal,
): Promise<HttpAnswer> {
  let request = first;
  for (let hop = 0; hop <= maxRedirects; hop += 1) {
    if (request.url.host !== trustedHost) await refusePrivate(who, request.url);
    const bodyless = request.method === 'GET' || request.method === 'HEAD';
    const response = await fetch(request.url.href, {
      method: request.method,
      headers: request.headers,
      redirect: 'manual',
      signal,
      ...(request.body === undefined || bodyless ? {} : { body: request.body }),
    });
    const location = redirectTarget(response);
    if (location === null) {
      const body = await readResponse(who, response);
      return { status: response.status, headers: Object.fromEntries(response.headers), body };
    }
    await response.body?.cancel();
    request = redirectRequest(who, request, response.status, location);
  }
  throw new Problem('tool_failed', `${who}: more than ${maxRedirects} redirects`);
}

async function refusePrivate(who: string, url: URL): Promise<void> {
  const fault = await privateHostFault(url);
  if (fault !== undefined) {
    throw new Problem('tool_failed', `${who}: ${fault} and not written out in its url`);
  }
}

function connectionProblem(who: string, thrown: unknown): Problem {
  const cause = thrown instanceof Error && thrown.cause instanceof Error ? thrown.cause : thrown;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'connection failed';
  return new Problem('tool_failed', `${who}: the request failed (${code})`, {
    retryable: true,
    cause: thrown,
  });
}
