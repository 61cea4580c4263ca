import type { EngineEvent } from '../core/event.ts';
import type { Json } from '../core/json.ts';
import type { AnyProject } from '../core/register.ts';
import { connectWorkflow } from './connections.ts';
import { namedBy, pathOf } from './paths.ts';
import { startHeaders, type Transport } from './request.ts';
import { streamRun } from './runs.ts';
import type { DescribedWorkflow, Listed } from './types/described.ts';
import type { StartOptions, WaitOptions } from './types/options.ts';
import type { ClientWorkflows, Receipt, RunResult } from './types/workflows.ts';

/** The `workflows` part of a client. */
export function createWorkflows(transport: Transport): ClientWorkflows<AnyProject> {
  function invoke(
    name: string,
    input: Json | undefined,
    options: WaitOptions & { readonly wait: true },
  ): Promise<RunResult>;
  function invoke(
    name: string,
    input?: Json,
    options?: WaitOptions & { readonly wait?: false },
  ): Promise<Receipt>;
  function invoke(
    name: string,
    input: Json = {},
    { wait, signal, timeoutMs, onDisconnect, ...start }: WaitOptions & { readonly wait?: boolean } = {},
  ): Promise<RunResult | Receipt> {
    return transport.json({
      ...{ method: 'POST', path: `/workflows${pathOf(name)}`, body: input, signal, timeoutMs },
      has: 'runId',
      query: { wait: wait === true ? 'result' : undefined, onDisconnect },
      headers: startHeaders(start),
    });
  }

  return {
    async list(call) {
      const { workflows } = await transport.json<{ workflows: readonly Listed[] }>({
        has: 'workflows',
        ...{ method: 'GET', path: '/workflows', ...call },
      });
      return workflows;
    },
    get: (name, call) =>
      transport.json<DescribedWorkflow>({
        method: 'GET',
        path: `/workflows${pathOf(name)}`,
        has: 'name',
        ...call,
      }),
    invoke,
    stream: (name, input, call) => streamWorkflow(transport, name, input, call),
    connect: (name, call) => connectWorkflow(transport, `/workflows${pathOf(name)}`, call?.signal),
  };
}

async function* streamWorkflow(
  transport: Transport,
  name: string,
  input: Json = {},
  { signal, timeoutMs: _whole, ...start }: StartOptions = {},
): AsyncGenerator<EngineEvent> {
  const opened = await transport.open({
    ...{ method: 'POST', path: `/workflows${pathOf(name)}`, body: input, signal },
    headers: { accept: 'text/event-stream', ...startHeaders(start) },
  });
  yield* streamRun(transport, namedBy(opened), signal === undefined ? {} : { signal }, opened);
}
