import type { Json } from '../../core/json.ts';
import { Problem } from '../../core/problem.ts';
import type { OpenTool } from '../../ports/tool-source.ts';
import type { HttpTool, Tool } from '../../program/tool.ts';
import { endOf } from './end-of.ts';
import { hostIsFixed, privateHostFault } from './http-host.ts';
import { redirectRequest, redirectTarget } from './http-redirect.ts';
import { renderRequest, type RenderedRequest } from './http-request.ts';
import { readResponse } from './http-response.ts';

/** Redirects followed in one call. */
const maxRedirects = 5;

/**
 * A tool that is one HTTP request. A host that the spec's author did not write out may not be private or local, on any hop;
 * secrets and credentials are left behind when a redirect changes the origin.
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
  const fixed = hostIsFixed(http.url.source);
  return {
    description: tool.description,
    inputSchema: tool.inputSchema,
    outputSchema: tool.outputSchema,
    async run(input, context) {
      const request = renderRequest(tool, http, input, env, context.secrets);
      try {
        return await follow(tool, request, fixed ? request.url.host : undefined, context.signal);
      } catch (thrown) {
        if (thrown instanceof Problem) throw thrown;
        if (context.signal.aborted) throw endOf(tool.name, context.signal, thrown);
        throw connectionProblem(tool, thrown);
      }
    },
  };
}

async function follow(
  tool: Tool,
  first: RenderedRequest,
  trustedHost: string | undefined,
  signal: AbortSignal,
): Promise<Json> {
  let request = first;
  for (let hop = 0; hop <= maxRedirects; hop += 1) {
    if (request.url.host !== trustedHost) await refusePrivate(tool, request.url);
    const bodyless = request.method === 'GET' || request.method === 'HEAD';
    const response = await fetch(request.url.href, {
      method: request.method,
      headers: request.headers,
      redirect: 'manual',
      signal,
      ...(request.body === undefined || bodyless ? {} : { body: request.body }),
    });
    const location = redirectTarget(response);
    if (location === null) return readResponse(tool, response);
    await response.body?.cancel();
    request = redirectRequest(tool, request, response.status, location);
  }
  throw new Problem('tool_failed', `tool "${tool.name}": more than ${maxRedirects} redirects`);
}

async function refusePrivate(tool: Tool, url: URL): Promise<void> {
  const fault = await privateHostFault(url);
  if (fault !== undefined) {
    throw new Problem('tool_failed', `tool "${tool.name}": ${fault} and not written out in the tool's url`);
  }
}

function connectionProblem(tool: Tool, thrown: unknown): Problem {
  const cause = thrown instanceof Error && thrown.cause instanceof Error ? thrown.cause : thrown;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'connection failed';
  return new Problem('tool_failed', `tool "${tool.name}": the request failed (${code})`, {
    retryable: true,
    cause: thrown,
  });
}
