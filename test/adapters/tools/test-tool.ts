import { toJson, type Json } from '../../../engine/core/json.ts';
import { Problem } from '../../../engine/core/problem.ts';
import { parseTemplate, parseValue } from '../../../engine/expr/index.ts';
import type { ToolContext } from '../../../engine/ports/tool-source.ts';
import type { HttpTool, NodeTool, Tool } from '../../../engine/program/tool.ts';

const start = { line: 1, column: 1, offset: 0 };

/** A declared tool that takes any object. */
export function testTool(run: NodeTool | HttpTool, changes: Partial<Tool> = {}): Tool {
  return {
    name: 'probe',
    hash: 'hash',
    origin: { file: 'src/tools/probe.yaml', range: { start, end: start }, pointer: '' },
    description: 'Probes',
    inputSchema: { type: 'object' },
    outputSchema: undefined,
    annotations: {},
    timeoutMs: undefined,
    retry: undefined,
    secrets: [],
    permissions: { allow: [], ask: [], deny: [], timeoutMs: undefined },
    idempotencyKey: undefined,
    run,
    ...changes,
  };
}

/** An http tool from the words of a YAML file. */
export function httpTool(
  request: {
    readonly method?: string;
    readonly url: string;
    readonly query?: Readonly<Record<string, Json>>;
    readonly headers?: Readonly<Record<string, Json>>;
    readonly body?: Json;
  },
  changes: Partial<Tool> = {},
): Tool {
  const { template } = parseTemplate(request.url);
  if (template === undefined) throw new Error(`no template: ${request.url}`);
  const values = (record: Readonly<Record<string, Json>> = {}) =>
    Object.fromEntries(Object.entries(record).map(([name, value]) => [name, parseValue(value).value]));
  return testTool(
    {
      type: 'http',
      method: request.method ?? 'GET',
      url: template,
      query: values(request.query),
      headers: values(request.headers),
      body: request.body === undefined ? undefined : parseValue(request.body).value,
    },
    changes,
  );
}

/** A call context whose sandbox is never used. */
export function toolContext(
  tool: Tool,
  options: { readonly signal?: AbortSignal; readonly secrets?: Readonly<Record<string, string>> } = {},
): ToolContext {
  return {
    signal: options.signal ?? new AbortController().signal,
    log: () => undefined,
    progress: () => undefined,
    step: async (_name, work) => work(),
    sandbox: undefined as unknown as ToolContext['sandbox'],
    secrets: {
      get(name) {
        const value = tool.secrets.includes(name) ? options.secrets?.[name] : undefined;
        if (value === undefined) throw new Problem('missing_secret', `no secret "${name}"`);
        return value;
      },
    },
    toolCallId: 'call',
    idempotencyKey: 'key',
    attempt: 1,
  };
}

/** The stored form of the Problem a call fails with. */
export async function problemData(call: Promise<unknown>): Promise<Json> {
  return toJson((await problemOf(call)).toData());
}

/** The Problem a call fails with; throws when it does not. */
export async function problemOf(call: Promise<unknown>): Promise<Problem> {
  const thrown = await call.then(
    (value) => new Error(`did not fail but gave ${JSON.stringify(value)}`),
    (reason: unknown) => reason,
  );
  if (!(thrown instanceof Problem)) throw thrown as Error;
  return thrown;
}
