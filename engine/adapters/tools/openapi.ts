import type { JsonSchema } from '../../core/json.ts';
import { Problem } from '../../core/problem.ts';
import type { OpenTool } from '../../ports/tool-source.ts';
import type { OpenApiTool, OperationCall, Tool } from '../../program/tool.ts';
import { follow } from './http-follow.ts';
import { addKey, definedOf, grantedTo, mayRepeat } from './http.ts';
import { headersOf, secretHeadersOf } from './http-request.ts';
import type { Sender } from './http-send.ts';
import { operationFault, renderOperation } from './openapi-request.ts';

/** What a document says of an operation. */
export interface DescribedOperation {
  readonly call: OperationCall;
  readonly description: string;
  readonly inputSchema: JsonSchema;
  readonly outputSchema: JsonSchema | undefined;
  readonly annotations: Tool['annotations'];
}

/** Finds an operation in the text of a document; or why it cannot be used, as the end of a sentence. */
export type ReadOperation = (
  address: string,
  text: string,
  operation: string,
) => DescribedOperation | { readonly fault: string };

/** Bytes of a document that are read at most. */
const mostDocument = 16 * 1024 * 1024;

/**
 * A tool that is one operation of an API; what `openHttpTool` says holds for it. A document behind an address is fetched now.
 * Throws Problem `tool_invalid` when the document cannot be used, or does not say where the API is.
 */
export async function openOpenApiTool(
  tool: Tool,
  api: OpenApiTool,
  {
    env,
    sender,
    readOperation,
  }: {
    readonly env: Readonly<Record<string, string | undefined>>;
    readonly sender: Sender;
    readonly readOperation: ReadOperation | undefined;
  },
): Promise<OpenTool> {
  const who = `tool "${tool.name}"`;
  const invalid = (fault: string): Problem => new Problem('tool_invalid', `${who}: ${fault}`);
  const operation: DescribedOperation =
    api.call === undefined
      ? await fetched()
      : {
          call: api.call,
          description: tool.description,
          inputSchema: tool.inputSchema ?? { type: 'object' },
          outputSchema: tool.outputSchema,
          annotations: {},
        };
  const { call } = operation;
  const fault = operationFault(call);
  if (fault !== undefined) throw invalid(`"${api.operation ?? ''}" cannot be called: ${fault}`);
  const known = definedOf(env);
  const server = api.baseUrl === undefined ? serverOf() : '';

  return {
    description: operation.description === '' ? tool.description : operation.description,
    inputSchema: operation.inputSchema,
    outputSchema: operation.outputSchema,
    annotations: operation.annotations,
    async run(input, { secrets, signal, idempotencyKey }) {
      const headers = headersOf(who, api, { env: known, secrets: grantedTo(tool, api, secrets) });
      const base = api.baseUrl?.render({ env: known }) ?? server;
      const isKeyed = headers.has('idempotency-key');
      const request = renderOperation(who, call, input, {
        base,
        headers,
        secretHeaders: secretHeadersOf(api),
      });
      const isRepeatable = isKeyed || mayRepeat(tool, request.method);
      addKey(request, idempotencyKey);
      return (await follow(sender, { who, request, trustedHost: request.url.host, isRepeatable }, signal))
        .body;
    },
  };

  /** Where the document says that the API is. */
  function serverOf(): string {
    const from = /^https?:/i.test(api.document) ? api.document : undefined;
    const server = call.server ?? (from === undefined ? '' : '/');
    if (URL.canParse(server, from) && /^https?:/i.test(new URL(server, from).protocol))
      return new URL(server, from).href;
    throw invalid('its document does not say where the API is; write "baseUrl"');
  }

  async function fetched(): Promise<DescribedOperation> {
    const url = new URL(api.document);
    const headers = new Headers({ accept: 'application/json, application/yaml, text/*, */*' });
    const request = { url, method: 'GET', headers, secretHeaders: [], body: undefined };
    const outgoing = {
      who: `the document of ${who}`,
      request,
      trustedHost: url.host,
      isRepeatable: true,
      maxBytes: mostDocument,
      isText: true,
    } as const;
    const { body } = await follow(sender, outgoing, AbortSignal.timeout(fetchMs));
    if (readOperation === undefined || api.operation === undefined)
      throw invalid('documents behind an address cannot be read here');
    const read = readOperation(api.document, String(body), api.operation);
    if ('fault' in read) throw invalid(`its document ${read.fault}`);
    return read;
  }
}

/** Milliseconds that a document may take. */
const fetchMs = 30_000;
