import { idFault, sessionKey, type SessionAddress } from '../core/ids.ts';
import type { ImagePart, Message } from '../core/message.ts';
import { asProblem, fromData, Problem } from '../core/problem.ts';
import type { Receipt } from '../ports/durable.ts';
import type { Agent } from '../program/agent.ts';
import { converse, type Conduct } from './conversation.ts';
import { abortProblem, deadline } from './deadline.ts';
import { createLiveSessions, type LiveSessions } from './live-sessions.ts';
import type { OperationKind, OperationResult } from './operation.ts';
import type { SessionPorts } from './ports.ts';
import { prepare, type Ask, type Prepared } from './prepare.ts';
import { toInput } from './submission-input.ts';
import { defineSubmissions, storedResult } from './submissions.ts';
import type { Workspace } from './workspace.ts';

/** One prompt from outside. */
export interface Submission extends Ask {
  readonly agent: Agent;
  readonly address: SessionAddress;
  readonly images: readonly ImagePart[];
  readonly timeoutMs: number | undefined;
  readonly signal: AbortSignal | undefined;
  /** The same key with the same prompt is one submission; default none. */
  readonly idempotencyKey?: string;
  /** The version of the specs its agent is of; default the loaded one. */
  readonly on?: SessionPorts;
  /** What kind of work it is called; default `prompt`. */
  readonly kind?: OperationKind;
}

/** What a prompt gave. */
export type PromptOutcome = OperationResult & { readonly model: string };

/** An admitted submission. */
export interface Admitted {
  readonly submissionId: string;
  readonly receipt: Receipt;
  readonly done: Promise<PromptOutcome>;
}

/** Prompts to sessions: one at a time a session, in the order they came. */
export interface Sessions {
  /**
   * Admits a prompt: resolves when it is committed; `done` settles when it ended.
   * Throws Problem `invalid_input`, `invalid_request`, `missing_model`, `unknown_role`, `session_busy`, `too_many_requests`,
   * `conflict`, `store_unavailable`.
   */
  submit(submission: Submission): Promise<Admitted>;
  /** The same sessions for a version of the specs: what is asked through it is about the agents of that version. */
  on(version: SessionPorts): Sessions;
  /** A prompt as part of a run: its events go to the run, which also records its outcome. */
  inside(submission: Submission, conduct: Conduct, workspace?: Workspace): Promise<PromptOutcome>;
  history(address: SessionAddress): Promise<readonly Message[]>;
  /** Ends what runs and refuses what waits; false when the session was idle. */
  abort(address: SessionAddress, reason?: string): Promise<boolean>;
  /** Lets go of the idle sessions in memory; they are read again at their next prompt. */
  letGo(): Promise<void>;
  /** Whether a session, by its key, is in memory. */
  has(key: string): boolean;
  /** Resolves when no prompt is running or waiting. */
  idle(): Promise<void>;
  /** Ends everything that runs, waits for it to stop, and closes the workspaces. After the durable engine was closed. */
  close(): Promise<void>;
}

/** The session room, ready for work. The durable engine must not have been started yet. */
export function createSessions(ports: SessionPorts): Sessions {
  const { durable, clock } = ports;
  const live: LiveSessions = createLiveSessions(ports);
  const working = new Set<Promise<unknown>>();
  /** Results of prompts that somebody in this process waits for. */
  const results = new Map<string, Promise<PromptOutcome> | undefined>();
  let closed = false;
  defineSubmissions(ports, {
    run: (submission, prepared, conduct) => enter(submission, prepared, conduct, undefined),
    joined: async (address, id) => (await live.get(address).history()).joined(id),
    ended(id, result) {
      result.catch(() => undefined);
      if (results.has(id)) results.set(id, result);
    },
  });

  const sessions: Sessions = {
    async submit(submission) {
      const { agent, address, images, timeoutMs, idempotencyKey, signal } = submission;
      checkAddress(address);
      const own = submission.on ?? ports;
      const prepared = prepareRedacted(agent, submission);
      const key = sessionKey(address);
      const before = durable.pending(key);
      const isBusy = before.length > 0 || live.get(address).queue.length > 0;
      const isFull = before.length > agent.queueLimit;
      // What was admitted before gets its receipt, however busy the session is.
      if (((agent.busy === 'reject' && isBusy) || isFull) && !(await isKnown(agent, idempotencyKey)))
        throw isFull ? full(agent, address) : busy(address);
      const id = `sub_${clock.ulid()}`;
      results.set(id, undefined);
      try {
        const receipt = await durable.admit({
          id,
          kind: 'submission',
          name: agent.name,
          key,
          input: toInput(prepared, { address, images, timeoutMs }),
          hash: agent.hash,
          ...(own.specs === undefined ? {} : { specs: own.specs }),
          ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
        });
        if (agent.busy === 'replace' && receipt.created) {
          const reason = new Problem('aborted', 'a newer prompt replaced this one');
          await Promise.all(before.map((earlier) => durable.cancel(earlier, reason)));
        }
        if (receipt.id !== id) results.delete(id);
        const done = track(resultOf(receipt.id, agent, signal));
        done.catch(() => undefined);
        return { submissionId: receipt.id, receipt, done };
      } catch (thrown) {
        results.delete(id);
        throw thrown;
      }
    },

    inside(submission, conduct, workspace) {
      if (closed) throw new Problem('shutting_down', 'the engine is shutting down');
      checkAddress(submission.address);
      const prepared = prepareRedacted(submission.agent, submission);
      return track(enter(submission, prepared, conduct, workspace));
    },

    async history(address) {
      checkAddress(address);
      const { messages } = await live.get(address).history();
      await live.trim();
      return [...messages];
    },

    async abort(address, reason = 'the session was aborted') {
      const problem = new Problem('aborted', reason);
      const stopped = await Promise.all(
        durable.pending(sessionKey(address)).map((id) => durable.cancel(id, problem)),
      );
      const controllers = [...(live.find(address)?.controllers ?? [])];
      for (const controller of controllers) controller.abort(problem);
      return stopped.includes(true) || controllers.length > 0;
    },

    letGo: () => live.trim(0),
    has: live.has,

    async idle() {
      while (working.size > 0) await Promise.allSettled([...working]);
    },

    async close() {
      closed = true;
      live.abort(new Problem('shutting_down', 'the engine is shutting down'));
      await Promise.allSettled([...working]);
      await live.close();
    },
    on: (version) => ({
      ...sessions,
      submit: (submission) => sessions.submit({ on: version, ...submission }),
      inside: (submission, conduct, workspace) =>
        sessions.inside({ on: version, ...submission }, conduct, workspace),
    }),
  };
  return sessions;

  /** Whether a submission with this key was admitted before. */
  async function isKnown({ name }: Agent, idempotencyKey: string | undefined): Promise<boolean> {
    if (idempotencyKey === undefined) return false;
    const { executions } = ports.store;
    return (await executions.byIdempotencyKey('submission', name, idempotencyKey)) !== undefined;
  }

  /** Waits for the outcome of a submission; gives it up with the caller's signal. */
  async function resultOf(id: string, agent: Agent, signal: AbortSignal | undefined): Promise<PromptOutcome> {
    const cancel = (): void => {
      if (signal !== undefined) durable.cancel(id, abortProblem(signal)).catch(() => undefined);
    };
    signal?.addEventListener('abort', cancel, { once: true });
    if (signal?.aborted === true) cancel();
    try {
      const execution = await durable.result(id);
      const result = results.get(id);
      if (execution?.state === 'succeeded') return await (result ?? storedResult(execution, agent));
      // Who is told here and now hears the cause as well.
      const thrown = await result?.then(
        () => undefined,
        (problem: unknown) => asProblem(problem),
      );
      const error = fromData(execution?.error ?? shuttingDown);
      throw thrown?.code === error.code ? thrown : error;
    } finally {
      results.delete(id);
      signal?.removeEventListener('abort', cancel);
    }
  }

  /** A secret that came in with a text must not be stored with it, so the model is not told it either. */
  function prepareRedacted(agent: Agent, ask: Ask & Pick<Submission, 'on'>): Prepared {
    const prepared = prepare((ask.on ?? ports).program, agent, ask);
    const { message, input } = prepared;
    return {
      ...prepared,
      message: ports.redact.text(message),
      input: input === undefined ? undefined : ports.redact.json(input),
    };
  }

  /** Waits for the turn of a prompt in its session, and answers it. */
  async function enter(
    submission: Pick<Submission, 'agent' | 'address' | 'images' | 'timeoutMs' | 'kind' | 'on'>,
    prepared: Prepared,
    conduct: Conduct,
    workspace: Workspace | undefined,
  ): Promise<PromptOutcome> {
    const { agent, address } = submission;
    const session = live.get(address);
    const controller = new AbortController();
    session.controllers.add(controller);
    const stop = deadline(clock, undefined, [conduct.signal, controller.signal], 'the prompt');
    try {
      return await session.queue.run(stop.signal, async () => {
        const history = await session.history();
        conduct.withOutcome?.(() => history.committed());
        const work = converse(submission.on ?? ports, agent, address, prepared, {
          images: submission.images,
          history,
          workspace: workspace ?? live.workspace(agent, address),
          conduct: { ...conduct, signal: stop.signal },
          timeoutMs: submission.timeoutMs,
          kind: submission.kind ?? 'prompt',
        });
        // What was written until an abort belongs to the history too, but it is the abort that is told.
        if (conduct.withOutcome === undefined)
          await work.then(history.committed, () => history.committed().catch(() => undefined));
        const result = await work;
        return { ...result, model: nameOf(prepared) };
      });
    } finally {
      stop.cancel();
      session.controllers.delete(controller);
      await live.trim();
    }
  }

  function track<T>(work: Promise<T>): Promise<T> {
    working.add(work);
    const done = (): void => void working.delete(work);
    work.then(done, done);
    return work;
  }
}

const shuttingDown = { type: 'shutting_down', message: 'the engine is shutting down' };

function nameOf({ model }: Prepared): string {
  return `${model.provider}/${model.id}`;
}

function full({ queueLimit: limit }: Agent, { agent, instance, session }: SessionAddress): Problem {
  const what = limit === 1 ? 'a prompt waits' : `${limit} prompts wait`;
  return new Problem(
    'too_many_requests',
    limit === 0
      ? `session "${session}" of "${agent}/${instance}" is at work, and no prompt may wait`
      : `${what} in session "${session}" of "${agent}/${instance}"; no more are taken`,
    { details: { limit, retryAfterSeconds: 1 } },
  );
}

function busy({ agent, instance, session }: SessionAddress): Problem {
  return new Problem('session_busy', `session "${session}" of "${agent}/${instance}" is busy`);
}

function checkAddress({ instance, session }: SessionAddress): void {
  const instanceFault = idFault(instance);
  if (instanceFault !== undefined) throw new Problem('invalid_request', `the instance id ${instanceFault}`);
  const sessionFault = idFault(session);
  if (sessionFault !== undefined) throw new Problem('invalid_request', `the session name ${sessionFault}`);
}
