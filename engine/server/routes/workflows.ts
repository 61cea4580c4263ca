import type { RunRecord } from '../../api.ts';
import { isObject } from '../../core/json.ts';
import { noUsage } from '../../core/message.ts';
import { fromData, Problem, type ProblemData } from '../../core/problem.ts';
import { word } from '../requests/parameters.ts';
import { named, startedBy } from '../auth/own-only.ts';
import { route, type Route } from '../route.ts';
import { workflowComponent } from '../openapi/project-components.ts';
import { at, listOf, objectOf, text } from '../openapi/shape.ts';
import type { Workflow } from '../../program/workflow.ts';
import { answerCodes } from './agent-codes.ts';
import { findNamed } from './find-named.ts';
import { runLocation } from './locations.ts';
import { onDisconnect } from './prompts.ts';
import { shortOf } from './short-of.ts';

/** Starting workflows. */
export const workflowRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/workflows',
    operation: 'listWorkflows',
    access: 'signed-in',
    summary: 'The workflows that are served.',
    answers: {
      200: {
        description: 'Workflows by name.',
        schema: () => objectOf({ workflows: listOf(at('Listed')) }),
      },
    },
    handle: ({ engine, caller }) =>
      Promise.resolve({
        status: 200,
        body: { workflows: named(engine.program.workflows, caller.workflows).map(shortOf) },
      }),
  }),
  route({
    method: 'GET',
    path: '/workflows/:name',
    operation: 'readWorkflow',
    access: 'signed-in',
    summary: 'One workflow: its schemas and limits.',
    throws: ['workflow_not_found'],
    answers: { 200: { description: 'The workflow.', schema: () => at('Workflow') } },
    handle: async ({ engine, params }) => {
      const workflow = findNamed(engine.program.workflows, params.name, 'workflow');
      return Promise.resolve({ status: 200, body: describe(workflow) });
    },
  }),
  route({
    method: 'POST',
    path: '/workflows/:name',
    operation: 'startWorkflow',
    access: 'workflows',
    summary:
      'Starts a run; the body is the input. Answers when the run is accepted, or with `wait=result` when it ended.',
    each: 'workflow',
    streams: 'optional',
    waits: true,
    isIdempotent: true,
    query: { wait: word(['result'], 'Wait for the output.'), onDisconnect },
    throws: ['workflow_not_found', 'invalid_input', 'workflow_failed', 'cancelled', ...answerCodes],
    body: (name, engine) => ({ schema: workflowComponent(name, engine, 'input'), required: false }),
    answers: {
      200: {
        description: 'The output, with `wait=result`.',
        schema: (name, engine) =>
          objectOf({
            runId: text,
            state: at('State'),
            output: workflowComponent(name, engine, 'output'),
            usage: at('Usage'),
          }),
        headers: ['Location'],
      },
      202: {
        description: 'The run is stored and will be carried through; `Location` says where to follow it.',
        schema: () => at('RunReceipt'),
        headers: ['Location'],
      },
    },
    async handle({ engine, caller, params, query, body, wantsEvents, signal, idempotencyKey, left }) {
      if (query.wait !== undefined && wantsEvents) {
        throw new Problem(
          'invalid_request',
          'use either "wait=result" or the header "Accept: text/event-stream"',
        );
      }
      const { runId, acceptedAt } = await engine.workflows.start(
        params.name,
        body === undefined ? {} : body,
        {
          ...startedBy(caller),
          ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
        },
      );
      const headers = { Location: runLocation(runId) };
      if (query.onDisconnect === 'cancel') cancelWhen(left, () => engine.runs.cancel(runId));
      if (wantsEvents) return { events: engine.runs.subscribe(runId, { signal }), headers };
      if (query.wait === undefined)
        return { status: 202, body: { runId, acceptedAt, state: 'running' }, headers };
      const record = await engine.runs.wait(runId, { signal });
      if (record.state !== 'succeeded') throw runProblem(record);
      return {
        status: 200,
        body: { runId, state: record.state, output: record.output ?? null, usage: record.usage ?? noUsage },
        headers,
      };
    },
  }),
];

function describe(workflow: Workflow): object {
  const { hash, module, timeoutMs, limits, concurrency } = workflow;
  return {
    ...shortOf(workflow),
    hash,
    ...(module === undefined ? {} : { code: true }),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    limits,
    ...(concurrency === undefined
      ? {}
      : { concurrency: { limit: concurrency.limit, busy: concurrency.busy } }),
  };
}

/** Asks a run to stop once its caller has left; nobody is there to be told of a failure. */
function cancelWhen(left: AbortSignal, cancel: () => Promise<boolean>): void {
  const stop = (): void => void cancel().catch(() => undefined);
  if (left.aborted) stop();
  left.addEventListener('abort', stop, { once: true });
}

/** Why a run did not succeed, with its id in the details. */
export function runProblem({
  runId,
  error,
}: {
  readonly runId: string;
  readonly error?: ProblemData | RunRecord['error'];
}): Problem {
  const { type, message, details } = error ?? { type: 'cancelled', message: 'the run was cancelled' };
  const more = details === undefined ? {} : isObject(details) ? details : { details };
  return fromData({ type, message, details: { ...more, runId } });
}
