import type { ApprovalAnswer } from '../../api.ts';
import type { Json } from '../../core/json.ts';
import { nextOf } from '../../core/next-of.ts';
import { Problem } from '../../core/problem.ts';
import { integer, text } from '../requests/parameters.ts';
import { objectReader } from '../requests/read-object.ts';
import { answeredBy, askedOf } from '../auth/own-only.ts';
import { refuseUnlistedNames } from '../auth/unlisted.ts';
import { route, type Route } from '../route.ts';
import { at, flag, listOf, objectOf, text as anyText } from '../openapi/shape.ts';

const answerSchema = {
  type: 'object',
  additionalProperties: false,
  properties: {
    decision: {
      type: 'string',
      enum: ['approved', 'rejected'],
      description: 'Needed for an approval and for a tool call, and only there.',
    },
    data: { description: 'The answer to a question, or what the form of an approval wants.' },
    by: { type: 'string', minLength: 1, description: 'Who answers.' },
  },
} as const;

const readAnswer = objectReader(answerSchema);

/** What runs wait for from outside: events, decisions and answers. */
export const approvalRoutes: readonly Route[] = [
  route({
    method: 'POST',
    path: '/runs/:id/signals/:topic',
    operation: 'signalRun',
    access: 'workflows',
    summary:
      'Sends an event to a run, which keeps it until a step waits for its topic. The body is its data; what fits the schema of no step that waits for the topic is refused.',
    isIdempotent: true,
    body: () => ({ schema: {}, required: false }),
    throws: ['run_not_found', 'conflict', 'invalid_input'],
    answers: {
      200: {
        description:
          '`accepted` is false when the same `Idempotency-Key` has sent one of this topic already.',
        schema: () => objectOf({ accepted: flag }),
      },
    },
    async handle({ engine, params, body = null, idempotencyKey }) {
      const options = idempotencyKey === undefined ? {} : { idempotencyKey };
      return {
        status: 200,
        body: { accepted: await engine.runs.signal(params.id, params.topic, body, options) },
      };
    },
  }),
  route({
    method: 'GET',
    path: '/approvals',
    operation: 'listApprovals',
    access: 'approvals',
    summary: 'What steps and tool calls ask people and nobody has answered, of the newest work first.',
    query: {
      workflow: text('Only of runs of this workflow.'),
      run: text('Only of this run.'),
      agent: text('Only of calls that the model of this agent wants to make.'),
      submission: text('Only of this submission.'),
      limit: integer(1, 1000, 'At most so many. Default: 100.'),
      after: text('Only what comes behind this approval; the `next` of the page before.'),
    },
    throws: ['run_not_found', 'submission_not_found', 'agent_not_found', 'workflow_not_found'],
    answers: {
      200: {
        description: 'A page of approvals and questions; `next` is null on the last page.',
        schema: () => objectOf({ approvals: listOf(at('Approval')), next: { type: ['string', 'null'] } }),
      },
    },
    async handle({ engine, caller, query: { run, submission, limit = 100, ...filter } }) {
      await refuseUnlistedNames(engine, caller, filter, { isWorking: true });
      const approvals = await engine.approvals.list({
        ...askedOf(caller),
        ...filter,
        limit,
        ...(run === undefined ? {} : { runId: run }),
        ...(submission === undefined ? {} : { submissionId: submission }),
      });
      const next = nextOf(approvals, limit, ({ id }) => id);
      return { status: 200, body: { approvals, next } };
    },
  }),
  route({
    method: 'POST',
    path: '/approvals/:id',
    operation: 'answerApproval',
    access: 'approvals',
    summary:
      'Gives the one answer to what a step or a tool call asks. What does not fit the form is refused, and it stays open. The id is percent-encoded.',
    body: () => ({ schema: answerSchema, required: true }),
    throws: ['run_not_found', 'submission_not_found', 'not_found', 'conflict', 'invalid_input'],
    answers: {
      200: {
        description: 'It is taken.',
        schema: () =>
          objectOf({ runId: anyText, submissionId: anyText, step: anyText }, ['runId', 'submissionId']),
      },
    },
    async handle({ engine, caller, params, body }) {
      const { id, step } = placeOf(params.id);
      const answer = readAnswer(body, 'the body') as { readonly data?: Json } & ApprovalAnswer;
      await engine.approvals.resolve(id, step, { ...answer, ...answeredBy(caller, answer.by) });
      return {
        status: 200,
        body: { ...(id.startsWith('sub_') ? { submissionId: id } : { runId: id }), step },
      };
    },
  }),
];

/** The run or submission and the step or call of an approval's id. */
function placeOf(whole: string): { readonly id: string; readonly step: string } {
  const [, id = '', step = ''] = /^([^/]+)\/(.+)$/s.exec(whole) ?? [];
  if (step !== '') return { id, step };
  throw new Problem(
    'not_found',
    `no approval "${whole}"; its id is that of the run or submission, "/", and the path of the step or call`,
  );
}
