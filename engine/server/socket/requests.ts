import type { Engine, SentPrompt } from '../../api.ts';
import type { EngineEvent } from '../../core/event.ts';
import type { JsonObject } from '../../core/json.ts';
import { noUsage } from '../../core/message.ts';
import { fromData, Problem } from '../../core/problem.ts';
import type { Caller } from '../auth/caller.ts';
import { ownKey } from '../auth/own-key.ts';
import { startedBy } from '../auth/own-only.ts';
import type { Asked, Claim, Ownership } from '../auth/ownership.ts';
import { readPrompt } from '../requests/prompt-body.ts';
import { objectReader } from '../requests/read-object.ts';
import { resultOf } from '../routes/prompts.ts';
import { runProblem } from '../routes/workflows.ts';
import { readAfter, readAgain } from './frame-keys.ts';
import type { Outbox } from './outbox.ts';
import type { AgentTarget, WorkflowTarget } from './target.ts';

/** One request at work on a socket. */
export interface Request {
  readonly engine: Engine;
  readonly caller: Caller;
  readonly ownership: Ownership;
  readonly requestId: string;
  readonly outbox: Outbox;
  /** Aborts when nobody listens any more; the work goes on. */
  readonly left: AbortSignal;
  /** Hears of what failed besides the request. */
  onFault(thrown: unknown): void;
  /** Says how the work itself is ended. */
  onAbort(abort: () => void): void;
}

const readInvoke = objectReader({ type: 'object', additionalProperties: false, properties: { input: {} } });

const readSubmission = objectReader(idSchema('submissionId'));

const readRun = objectReader(idSchema('runId'));

/** Sends a message to an agent, and its events; gives the answer. */
export async function prompt(request: Request, target: AgentTarget, frame: JsonObject): Promise<object> {
  const { engine, requestId, outbox, left } = request;
  const { after, idempotency, rest } = readAgain(frame);
  const { message, session, options } = readPrompt(rest, 'the frame');
  const { name, instanceId: id } = target;
  const claim = await mustOwn(request, { method: 'POST', path: '/agents/:name/:id' }, { name, id });
  const stop = new AbortController();
  request.onAbort(() => stop.abort(new Problem('aborted', 'the request was aborted')));
  const asked = { ...options, ...keyOf(request, idempotency), signal: stop.signal };
  const send = (): Promise<SentPrompt> => engine.agents.session(name, id, session).send(message, asked);
  const sent = await (claim === undefined ? send() : claim.hold(send, request.onFault));
  outbox.send({ type: 'started', requestId, submissionId: sent.submissionId });
  await forward(request, sent.events({ after, signal: left }));
  return resultOf(await sent.result);
}

/** Starts a run and sends its events; gives its output. */
export async function invoke(request: Request, target: WorkflowTarget, frame: JsonObject): Promise<object> {
  const { after, idempotency, rest } = readAgain(frame);
  const { input = {} } = readInvoke(rest, 'the frame');
  const { runId } = await request.engine.workflows.start(target.name, input, {
    ...startedBy(request.caller),
    ...keyOf(request, idempotency),
  });
  return followRun(request, runId, after);
}

/** Sends the events of a message that was sent before to the same instance; gives its answer. */
export async function subscribeToSubmission(
  request: Request,
  target: AgentTarget,
  frame: JsonObject,
): Promise<object> {
  const { submissions } = request.engine;
  const { after, rest } = readAfter(frame);
  const id = String(readSubmission(rest, 'the frame')['submissionId']);
  await mustOwn(request, { method: 'GET', path: '/submissions/:id' }, { id });
  const { agent, instance } = await submissions.get(id);
  if (agent !== target.name || instance !== target.instanceId)
    throw new Problem('submission_not_found', `no submission "${id}" of this agent and instance`);
  request.onAbort(() => void submissions.abort(id, 'the request was aborted').catch(() => undefined));
  request.outbox.send({ type: 'started', requestId: request.requestId, submissionId: id });
  await forward(request, submissions.subscribe(id, { after, signal: request.left }));
  const { state, output = null, error, usage = noUsage } = await submissions.get(id);
  if (state === 'succeeded') return { submissionId: id, output, usage };
  throw error === undefined ? endedEarly({ submissionId: id }) : fromData(error);
}

/** Sends the events of a run of the workflow; gives its output. */
export async function subscribeToRun(
  request: Request,
  target: WorkflowTarget,
  frame: JsonObject,
): Promise<object> {
  const { after, rest } = readAfter(frame);
  const id = String(readRun(rest, 'the frame')['runId']);
  await mustOwn(request, { method: 'GET', path: '/runs/:id' }, { id });
  const { workflow } = await request.engine.runs.get(id);
  if (workflow !== target.name) throw new Problem('run_not_found', `no run "${id}" of this workflow`);
  return followRun(request, id, after);
}

/** Throws Problem `run_not_found`, `submission_not_found`, `not_found` for what is another caller's. */
function mustOwn(
  { caller, ownership }: Request,
  route: Asked['route'],
  params: Asked['params'],
): Promise<Claim | undefined> {
  return ownership.check(caller, { route, params, search: '' });
}

/** The key of a request such that it is this caller's alone. */
function keyOf(
  { caller }: Request,
  { idempotencyKey }: { readonly idempotencyKey?: string },
): { readonly idempotencyKey?: string } {
  const key = ownKey(caller, idempotencyKey);
  return key === undefined ? {} : { idempotencyKey: key };
}

async function followRun(request: Request, runId: string, after: number): Promise<object> {
  const { runs } = request.engine;
  request.onAbort(() => void runs.cancel(runId).catch(() => undefined));
  request.outbox.send({ type: 'started', requestId: request.requestId, runId });
  await forward(request, runs.subscribe(runId, { after, signal: request.left }));
  const { state, output = null, error, usage = noUsage } = await runs.get(runId);
  if (state === 'succeeded') return { runId, output, usage };
  if (error === undefined && state !== 'cancelled') throw endedEarly({ runId });
  throw runProblem({ runId, ...(error === undefined ? {} : { error }) });
}

async function forward({ outbox, requestId }: Request, events: AsyncIterable<EngineEvent>): Promise<void> {
  for await (const event of events) {
    const room = outbox.event(requestId, event);
    if (room !== undefined) await room;
  }
}

function endedEarly(details: JsonObject): Problem {
  return new Problem('shutting_down', 'the events ended before the work did', { details });
}

function idSchema(name: string): Parameters<typeof objectReader>[0] {
  return {
    type: 'object',
    additionalProperties: false,
    required: [name],
    properties: { [name]: { type: 'string', minLength: 1 } },
  };
}
