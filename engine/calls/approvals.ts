import type { Approval, ApprovalAnswer, ApprovalFilter } from '../api.ts';
import { isObject, type Json } from '../core/json.ts';
import { Problem } from '../core/problem.ts';
import { refuseUnknown } from '../core/refuse-unknown.ts';
import { isTerminal } from '../core/status.ts';
import { choices } from '../core/suggest.ts';
import { compileSchema, describeFaults } from '../expr/index.ts';
import { requestsIn, type ApprovalRequest, type KnownRequest } from '../ports/approval-request.ts';
import { answerTopic } from '../ports/topics.ts';
import type { Execution, Store } from '../ports/store.ts';
import { starterKey } from '../runs/runs.ts';
import { addressOf, type SessionPorts } from '../session/index.ts';
import { hasLeft } from './has-left.ts';

/** What people are asked, and their answers. */
export interface Approvals {
  list(filter?: ApprovalFilter): Promise<readonly Approval[]>;
  resolve(id: string, step: string, answer: ApprovalAnswer): Promise<void>;
}

/** Idempotency key of an answer: a request has one. */
const once = 'answer';

/** The approvals of the runs and submissions of a store. */
export function createApprovals(
  ports: Pick<SessionPorts, 'store' | 'durable' | 'clock' | 'redact' | 'now'>,
): Approvals {
  const { store, durable, clock, redact } = ports;
  return {
    async list({ agent, of, limit = 100, after, ...filter } = {}) {
      const found: Approval[] = [];
      const [last = '', seen = ''] =
        after === undefined ? [] : (/^([^/]+)\/(.+)$/s.exec(after)?.slice(1) ?? [after]);
      for await (const one of unfinished(store, filter, last)) {
        const open = await openRequests(one, one.id === last ? seen : undefined);
        const isOf = ({ approvers }: ApprovalRequest): boolean =>
          of === undefined || of.owner === one.owner || approvers.some((name) => of.names.includes(name));
        const wanted = open.filter(
          ({ request }) => (agent === undefined || request.agent === agent) && isOf(request),
        );
        found.push(...wanted.map(({ request }) => approvalOf(one, request)));
        if (found.length >= limit) return found.slice(0, limit);
      }
      if (found.length === 0) await refuseUnknownNames(agent, filter.workflow, of?.owner);
      return found;
    },

    async resolve(id, step, answer) {
      const run = await find(store, id);
      const { key, request } = await requestAt(run, step);
      await refuseStranger(run, request, answer);
      const payload = redact.json(payloadOf(request, answer));
      const signal = { topic: answerTopic(key), payload, idempotencyKey: once };
      if (!(await durable.signal(run.id, signal))) throw isDecided(run, step);
    },
  };

  async function refuseUnknownNames(
    agent: string | undefined,
    workflow: string | undefined,
    owner: string | undefined,
  ): Promise<void> {
    const { delegates, workflows } = ports.now().program;
    if (workflow !== undefined) {
      const isLeft = hasLeft(store, 'run', workflow, owner);
      await refuseUnknown('workflow', workflow, Object.keys(workflows), isLeft);
    }
    // Profiles make calls in tasks, and steps that prompt make them in the name of their workflow.
    if (agent !== undefined && !Object.hasOwn(workflows, agent)) {
      const isLeft = hasLeft(store, 'submission', agent, owner);
      await refuseUnknown('agent', agent, Object.keys(delegates), isLeft);
    }
  }

  /** What is asked and neither answered nor too late; of that what was asked behind a step. */
  async function openRequests(run: Execution, behind?: string): Promise<readonly KnownRequest[]> {
    const all = requestsIn(await store.checkpoints.all(run.id));
    const start = all.findIndex(({ request }) => request.step === behind) + 1;
    const asked = all.slice(start).filter(({ isOpen }) => isOpen);
    if (asked.length === 0) return [];
    const answered = new Set((await store.signals.all(run.id)).map(({ topic }) => topic));
    return asked.filter(({ key, request }) => !answered.has(answerTopic(key)) && !isLate(request));
  }

  async function requestAt(run: Execution, step: string): Promise<KnownRequest> {
    const open = isTerminal(run.state) ? [] : await openRequests(run);
    const wanted = open.find(({ request }) => request.step === step);
    if (wanted !== undefined) return wanted;
    const all = requestsIn(await store.checkpoints.all(run.id)).filter(
      ({ request }) => request.step === step,
    );
    const steps = open.map(({ request }) => request.step);
    if (all.length === 0)
      throw new Problem(
        'not_found',
        `${nameOf(run)} asks nothing at ${placeOf(run)} "${step}"${choices(step, steps)}`,
      );
    const isAnswered = all.some(({ isOpen }) => !isOpen);
    if (!isAnswered && isTerminal(run.state))
      throw new Problem('conflict', `${nameOf(run)} is ${run.state} and asks nothing any more`);
    if (!isAnswered && all.every(({ request }) => isLate(request)))
      throw new Problem('conflict', `the time to answer ${placeOf(run)} "${step}" of ${nameOf(run)} is over`);
    throw isDecided(run, step);
  }

  function isLate({ expiresAt }: ApprovalRequest): boolean {
    return expiresAt !== null && Date.parse(expiresAt) <= clock.now();
  }

  async function refuseStranger(
    run: Execution,
    { approvers, requireDifferentApprover, step }: ApprovalRequest,
    { by, roles = [] }: ApprovalAnswer,
  ): Promise<void> {
    const names = [...(by === undefined ? [] : [by]), ...roles.map((role) => `role:${role}`)];
    if (approvers.length > 0 && !names.some((name) => approvers.includes(name))) {
      const who = by === undefined ? 'who does not say a name in "by"' : `"${by}"`;
      throw new Problem('forbidden', `step "${step}" may not be decided by ${who}`);
    }
    if (!requireDifferentApprover) return;
    if (by === undefined)
      throw new Problem('forbidden', `step "${step}" must be decided by somebody who says a name in "by"`);
    if ((await starterOf(store, run)) === by)
      throw new Problem(
        'forbidden',
        `step "${step}" must be decided by another one than "${by}", who started the run`,
      );
  }
}

/** Who started a run, or the run it is part of; undefined when that was not said. */
async function starterOf(store: Store, run: Execution): Promise<Json | undefined> {
  const starter = (await store.checkpoints.all(run.id)).get(starterKey);
  if (starter !== undefined || run.parent === undefined) return starter;
  const parent = await store.executions.get(run.parent);
  return parent === undefined ? undefined : starterOf(store, parent);
}

/** What the run is told. Throws Problem `invalid_input` for what does not fit the form, `invalid_request` for half an answer. */
function payloadOf(request: ApprovalRequest, answer: ApprovalAnswer): Json {
  const { by = null, decision } = answer;
  if (request.kind === 'ask') {
    if (decision !== undefined)
      throw new Problem('invalid_request', `step "${request.step}" asks for an answer, not for a decision`);
    return { by, data: fitted(request, answer.data ?? {}) };
  }
  if (decision !== 'approved' && decision !== 'rejected')
    throw new Problem(
      'invalid_request',
      `${request.kind === 'tool' ? 'call' : 'step'} "${request.step}" needs a decision: "approved" or "rejected"`,
    );
  // Who rejects need not fill in the form.
  const mayBeEmpty = (decision === 'rejected' || request.kind === 'tool') && answer.data === undefined;
  return { decision, by, data: mayBeEmpty ? null : fitted(request, answer.data) };
}

function fitted({ form, step }: ApprovalRequest, data: Json | undefined): Json {
  if (form === null) {
    if (data === undefined || data === null) return null;
    throw new Problem('invalid_input', `step "${step}" has no form, so nothing can be filled in`);
  }
  const { value, faults } = compileSchema(form).check(data ?? (wantsMap(form) ? {} : null));
  if (faults.length === 0) return value;
  throw new Problem('invalid_input', `the answer to step "${step}": ${describeFaults(faults)}`, {
    details: { faults: faults.map(({ pointer, message }) => ({ pointer, message })) },
  });
}

function wantsMap(form: Json): boolean {
  return isObject(form) && (form['type'] === undefined || form['type'] === 'object');
}

function isDecided(execution: Execution, step: string): Problem {
  return new Problem(
    'conflict',
    `${placeOf(execution)} "${step}" of ${nameOf(execution)} has its answer already`,
  );
}

function placeOf({ kind }: Execution): string {
  return kind === 'run' ? 'step' : 'call';
}

function nameOf({ kind, id }: Execution): string {
  return `${kind === 'run' ? 'run' : 'submission'} "${id}"`;
}

/** Throws Problem `run_not_found`, `submission_not_found`. */
async function find(store: Store, id: string): Promise<Execution> {
  const execution = await store.executions.get(id);
  if (execution !== undefined) return execution;
  if (id.startsWith('sub_')) throw new Problem('submission_not_found', `no submission "${id}"`);
  throw new Problem('run_not_found', `no run "${id}"`);
}

/** What has not ended, the newest first; with `from` that one and those before it. */
async function* unfinished(
  store: Store,
  { workflow, runId, submissionId }: Pick<ApprovalFilter, 'workflow' | 'runId' | 'submissionId'>,
  from: string,
): AsyncGenerator<Execution> {
  if (runId !== undefined && submissionId !== undefined)
    throw new Problem('invalid_request', 'ask for the approvals of either a run or a submission');
  const isWanted = ({ state, kind, name }: Execution): boolean =>
    !isTerminal(state) && (workflow === undefined || (kind === 'run' && workflow === name));
  const id = runId ?? submissionId;
  if (id !== undefined) {
    const kind = runId === undefined ? 'submission' : 'run';
    const one = await store.executions.get(id);
    if (one?.kind !== kind) throw new Problem(`${kind}_not_found`, `no ${kind} "${id}"`);
    if (isWanted(one)) yield one;
    return;
  }
  const first = from === '' ? undefined : await find(store, from);
  if (first !== undefined && isWanted(first)) yield first;
  for (let before = first?.id; ;) {
    const page = await store.executions.list({
      // While no engine is at work, what waits is kept as queued.
      states: ['waiting', 'running', 'queued'],
      ...(workflow === undefined ? {} : { kind: 'run', name: workflow }),
      ...(before === undefined ? {} : { before }),
    });
    yield* page;
    before = page.at(-1)?.id;
    if (page.length < 100) return;
  }
}

function approvalOf({ id, kind, name, input }: Execution, request: ApprovalRequest): Approval {
  const { step, title, message, details, approvers, requireDifferentApprover, form, tool, agent } = request;
  const address = kind === 'submission' ? addressOf(input) : undefined;
  return {
    id: `${id}/${step}`,
    ...(kind === 'run' ? { runId: id, workflow: name } : { submissionId: id }),
    ...(agent === undefined ? {} : { agent }),
    ...(address === undefined ? {} : { instance: address.instance, session: address.session }),
    step,
    kind: request.kind,
    ...(tool === undefined ? {} : { tool }),
    title,
    ...(message === null ? {} : { message }),
    ...(details === null ? {} : { details }),
    approvers,
    requireDifferentApprover,
    ...(form === null ? {} : { form }),
    requestedAt: request.requestedAt,
    ...(request.expiresAt === null ? {} : { expiresAt: request.expiresAt }),
  };
}
