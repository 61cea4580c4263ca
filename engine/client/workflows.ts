import type { EngineEvent } from '../core/event.ts';
import type { Json } from '../core/json.ts';
import { connectWorkflow } from './connections.ts';
import { namedBy, pathOf, startHeaders, type Transport } from './request.ts';
import { streamRun } from './runs.ts';
import type { Client, ClientOptions, Listed, Receipt, RunResult, StartOptions } from './types.ts';

/** The `workflows` part of a client. */
export function createWorkflows(transport: Transport, options: ClientOptions): Client['workflows'] {
  function invoke(
    name: string,
    input: Json | undefined,
    options: StartOptions & { readonly wait: true },
  ): Promise<RunResult>;
  function invoke(
    name: string,
    input?: Json,
    options?: StartOptions & { readonly wait?: false },
  ): Promise<Receipt>;
  function invoke(
    name: string,
    input: Json = {},
    { wait, signal, ...start }: StartOptions & { readonly wait?: boolean } = {},
  ): Promise<RunResult | Receipt> {
    return transport.json({
      method: 'POST',
      path: `/workflows${pathOf(name)}`,
      query: { wait: wait === true ? 'result' : undefined },
      body: input,
      headers: startHeaders(start),
      signal,
    });
  }

  return {
    async list({ signal } = {}) {
      const { workflows } = await transport.json<{ workflows: readonly Listed[] }>({
        method: 'GET',
        path: '/workflows',
        signal,
      });
      return workflows;
    },
    invoke,
    stream: (name, input, call) => streamWorkflow(transport, name, input, call),
    connect: (name) => connectWorkflow(options, `/workflows${pathOf(name)}`),
  };
}

async function* streamWorkflow(
  transport: Transport,
  name: string,
  input: Json = {},
  { signal, ...start }: StartOptions = {},
): AsyncGenerator<EngineEvent> {
  const path = `/workflows${pathOf(name)}`;
  const opened = await transport.open({
    method: 'POST',
    path,
    body: input,
    headers: { accept: 'text/event-stream', ...startHeaders(start) },
    signal,
  });
  yield* streamRun(transport, namedBy(opened), signal === undefined ? {} : { signal }, opened);
}
