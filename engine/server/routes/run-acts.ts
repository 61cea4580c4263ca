import { objectReader } from '../requests/read-object.ts';
import { route, type Route } from '../route.ts';
import { text } from '../requests/parameters.ts';
import { at, flag, objectOf } from '../openapi/shape.ts';
import { emptyBody, readEmpty } from './empty-body.ts';
import { runLocation } from './locations.ts';

const forkSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['from'],
  properties: {
    from: { type: 'string', minLength: 1, description: 'Path of a step, for example `lines[3]/charge`.' },
  },
} as const;

const readFork = objectReader(forkSchema);

const accepted: Route['answers'] = {
  202: {
    description: 'The new run; `Location` says where to follow it.',
    schema: () => at('RunReceipt'),
    headers: ['Location'],
  },
};

/** Doing runs again, stopping and explaining them. */
export const runActRoutes: readonly Route[] = [
  route({
    method: 'POST',
    path: '/runs/:id/cancel',
    operation: 'cancelRun',
    access: 'workflows',
    summary: 'Asks a run to stop.',
    body: emptyBody,
    throws: ['run_not_found'],
    answers: {
      200: {
        description: '`cancelled` is false when the run had ended.',
        schema: () => objectOf({ cancelled: flag }),
      },
    },
    async handle({ engine, params, body }) {
      readEmpty(body, 'the body');
      return { status: 200, body: { cancelled: await engine.runs.cancel(params.id) } };
    },
  }),
  route({
    method: 'POST',
    path: '/runs/:id/redrive',
    operation: 'redriveRun',
    access: 'workflows',
    summary: 'Starts a run with the input of one that failed or was cancelled.',
    body: emptyBody,
    throws: ['run_not_found', 'workflow_not_found', 'conflict'],
    answers: accepted,
    async handle({ engine, params, body }) {
      readEmpty(body, 'the body');
      return startedReply(await engine.runs.redrive(params.id));
    },
  }),
  route({
    method: 'POST',
    path: '/runs/:id/resume',
    operation: 'resumeRun',
    access: 'workflows',
    summary: 'Starts a run that goes on where one failed or was cancelled, with all that it had recorded.',
    body: emptyBody,
    throws: ['run_not_found', 'workflow_not_found', 'conflict', 'spec_changed'],
    answers: accepted,
    async handle({ engine, params, body }) {
      readEmpty(body, 'the body');
      return startedReply(await engine.runs.resume(params.id));
    },
  }),
  route({
    method: 'POST',
    path: '/runs/:id/fork',
    operation: 'forkRun',
    access: 'workflows',
    summary: 'Starts a run that goes on where one that has ended came to a step.',
    body: () => ({ schema: forkSchema, required: true }),
    throws: ['run_not_found', 'workflow_not_found', 'conflict', 'spec_changed'],
    answers: accepted,
    async handle({ engine, params, body }) {
      const { from } = readFork(body, 'the body');
      return startedReply(await engine.runs.fork(params.id, from as string));
    },
  }),
  route({
    method: 'GET',
    path: '/runs/:id/why',
    operation: 'explainStep',
    access: 'runs',
    summary: 'Why a step of a run went as it did: its conditions with the value of each part.',
    query: { step: { ...text('Path or id of the step.'), isNeeded: true } },
    throws: ['run_not_found'],
    answers: {
      200: {
        description: 'The explanation.',
        schema: () => at('Explanation'),
      },
    },
    handle: async ({ engine, params, query }) => ({
      status: 200,
      body: await engine.runs.why(params.id, query.step ?? ''),
    }),
  }),
];

function startedReply({ runId, acceptedAt }: { readonly runId: string; readonly acceptedAt: string }) {
  return {
    status: 202,
    body: { runId, acceptedAt, state: 'running' },
    headers: { Location: runLocation(runId) },
  };
}
