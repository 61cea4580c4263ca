import type { RunRecord } from '../../api.ts';
import { isObject } from '../../core/json.ts';
import { noUsage } from '../../core/message.ts';
import { fromData, Problem, type ProblemData } from '../../core/problem.ts';
import { word } from '../parameters.ts';
import { objectOf, route, type Route } from '../route.ts';
import { runReceipt, state, usage } from './schemas.ts';

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
        schema: () => objectOf({ workflows: { type: 'array', items: listed } }),
      },
    },
    handle: ({ engine }) =>
      Promise.resolve({
        status: 200,
        body: {
          workflows: Object.values(engine.program.workflows).map(
            ({ name, description, inputSchema, outputSchema }) => ({
              name,
              description,
              inputSchema,
              outputSchema,
            }),
          ),
        },
      }),
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
    isIdempotent: true,
    query: { wait: word(['result'], 'Wait for the output.') },
    body: (name, engine) => ({
      schema: (name === undefined ? undefined : engine.program.workflows[name]?.inputSchema) ?? {},
      required: false,
    }),
    answers: {
      200: {
        description: 'The output, with `wait=result`.',
        schema: (name, engine) =>
          objectOf({
            runId: { type: 'string' },
            state,
            output: (name === undefined ? undefined : engine.program.workflows[name]?.outputSchema) ?? {},
            usage,
          }),
      },
      202: {
        description: 'The run is stored and will be carried through; `Location` says where to follow it.',
        schema: () => runReceipt,
      },
    },
    async handle({ engine, params, query, body, wantsEvents, signal, idempotencyKey }) {
      if (query.wait !== undefined && wantsEvents) {
        throw new Problem(
          'invalid_request',
          'use either "wait=result" or the header "Accept: text/event-stream"',
        );
      }
      const { runId, acceptedAt } = await engine.workflows.start(
        params.name,
        body ?? {},
        idempotencyKey === undefined ? {} : { idempotencyKey },
      );
      const headers = { Location: locationOf(runId) };
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

const listed = objectOf(
  { name: { type: 'string' }, description: { type: 'string' }, inputSchema: {}, outputSchema: {} },
  ['inputSchema', 'outputSchema'],
);

/** Where a run is found. */
export function locationOf(runId: string): string {
  return `/runs/${encodeURIComponent(runId)}`;
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
