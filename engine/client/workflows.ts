import type { Json } from '../core/json.ts';
import type { AnyProject } from '../core/register.ts';
import { connectWorkflow } from './connections.ts';
import { startStream } from './follow.ts';
import { namedBy, pathOf } from './paths.ts';
import { startHeaders, type Transport } from './request.ts';
import { runStream } from './runs.ts';
import type { DescribedWorkflow, Listed } from './types/described.ts';
import type { WaitOptions } from './types/options.ts';
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
  async function invoke(
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
    get: async (name, call) =>
      transport.json<DescribedWorkflow>({
        method: 'GET',
        path: `/workflows${pathOf(name)}`,
        has: 'name',
        ...call,
      }),
    invoke,
    stream: (name, input = {}, call = {}) =>
      startStream(transport, `/workflows${pathOf(name)}`, input, call, (opened) =>
        runStream(namedBy(opened), opened),
      ),
    connect: async (name, call) => connectWorkflow(transport, `/workflows${pathOf(name)}`, call?.signal),
  };
}
