import { idFault, type SessionAddress } from '../core/ids.ts';
import type { ImagePart, Message } from '../core/message.ts';
import { Problem } from '../core/problem.ts';
import type { Agent } from '../program/agent.ts';
import { converse, type Conduct } from './conversation.ts';
import { deadline } from './deadline.ts';
import { createLiveSessions, type LiveSessions } from './live-sessions.ts';
import type { OperationResult } from './operation.ts';
import type { SessionPorts } from './ports.ts';
import { prepare, type Ask, type Prepared } from './prepare.ts';
import { openRecord } from './submission-record.ts';
import type { Workspace } from './workspace.ts';

/** One prompt from outside. */
export interface Submission extends Ask {
  readonly agent: Agent;
  readonly address: SessionAddress;
  readonly images: readonly ImagePart[];
  readonly timeoutMs: number | undefined;
  readonly signal: AbortSignal | undefined;
}

/** An admitted submission. */
export interface Admitted {
  readonly submissionId: string;
  readonly done: Promise<OperationResult & { readonly model: string }>;
}

/** Prompts to sessions: one at a time a session, in the order they came. */
export interface Sessions {
  /**
   * Admits a prompt: resolves when it is committed; `done` settles when it ended.
   * Throws Problem `invalid_input`, `invalid_request`, `missing_model`, `unknown_role`, `session_busy`, `store_unavailable`.
   */
  submit(submission: Submission): Promise<Admitted>;
  /** A prompt as part of a run: its events go to the run, which also records its outcome. */
  inside(
    submission: Submission,
    conduct: Conduct,
    workspace?: Workspace,
  ): Promise<OperationResult & { readonly model: string }>;
  history(address: SessionAddress): Promise<readonly Message[]>;
  /** Ends what runs and refuses what waits; false when the session was idle. */
  abort(address: SessionAddress, reason?: string): boolean;
  /** Admits no more prompts from outside; those of runs at work go on. */
  drain(): void;
  /** Resolves when no prompt is running or waiting. */
  idle(): Promise<void>;
  /** Ends everything that runs, waits for its outcome to be recorded, and closes the workspaces. */
  close(): Promise<void>;
}

/** The session room, ready for work. */
export function createSessions(ports: SessionPorts): Sessions {
  const live: LiveSessions = createLiveSessions(ports);
  const working = new Set<Promise<unknown>>();
  let draining = false;
  let closed = false;

  return {
    async submit(submission) {
      const { agent, address } = submission;
      refuseWhen(draining);
      checkAddress(address);
      const prepared = prepareRedacted(agent, submission);
      const session = live.get(address);
      if (session.queue.length > 0) yieldTo(agent, address);
      const record = openRecord(ports, session, agent, address, prepared, session.queue.length);
      // The place in the queue is taken before the first await, so that order of admission is order of arrival.
      const done = track(
        enter(submission, prepared, record, undefined, () => record.begin()).then(
          async (result) => {
            await record.succeed(result);
            return result;
          },
          async (thrown: unknown) => {
            throw await record.fail(thrown);
          },
        ),
      );
      done.catch(() => undefined);
      await record.admit();
      return { submissionId: record.id, done };
    },

    inside(submission, conduct, workspace) {
      refuseWhen(closed);
      checkAddress(submission.address);
      const prepared = prepareRedacted(submission.agent, submission);
      const session = live.get(submission.address);
      const begin = (): Promise<void> => Promise.resolve();
      return track(
        enter({ ...submission, signal: conduct.signal }, prepared, conduct, workspace, begin).then(
          async (result) => {
            await (await session.history()).committed();
            return result;
          },
        ),
      );
    },

    async history(address) {
      checkAddress(address);
      const { messages } = await live.get(address).history();
      await live.trim();
      return [...messages];
    },

    abort(address, reason = 'the session was aborted') {
      const controllers = [...(live.find(address)?.controllers ?? [])];
      for (const controller of controllers) controller.abort(new Problem('aborted', reason));
      return controllers.length > 0;
    },

    drain() {
      draining = true;
    },

    async idle() {
      while (working.size > 0) await Promise.allSettled([...working]);
    },

    async close() {
      draining = true;
      closed = true;
      live.abort(new Problem('shutting_down', 'the engine is shutting down'));
      await Promise.allSettled([...working]);
      await live.close();
    },
  };

  /** A secret that came in with a text must not be stored with it, so the model is not told it either. */
  function prepareRedacted(agent: Agent, ask: Ask): Prepared {
    const prepared = prepare(ports.program, agent, ask);
    const { message, input } = prepared;
    return {
      ...prepared,
      message: ports.redact.text(message),
      input: input === undefined ? undefined : ports.redact.json(input),
    };
  }

  async function enter(
    submission: Submission,
    prepared: Prepared,
    conduct: Omit<Conduct, 'signal'>,
    workspace: Workspace | undefined,
    begin: () => Promise<void>,
  ): Promise<OperationResult & { readonly model: string }> {
    const { agent, address } = submission;
    const session = live.get(address);
    const controller = new AbortController();
    session.controllers.add(controller);
    const stop = deadline(ports.clock, undefined, [submission.signal, controller.signal], 'the prompt');
    try {
      return await session.queue.run(stop.signal, async () => {
        await begin();
        const result = await converse(ports, agent, address, prepared, {
          images: submission.images,
          history: await session.history(),
          workspace: workspace ?? live.workspace(agent, address),
          conduct: { ...conduct, signal: stop.signal },
          timeoutMs: submission.timeoutMs,
        });
        return { ...result, model: `${prepared.model.provider}/${prepared.model.id}` };
      });
    } finally {
      stop.cancel();
      session.controllers.delete(controller);
      await live.trim();
    }
  }

  function yieldTo(agent: Agent, address: SessionAddress): void {
    if (agent.busy === 'reject') {
      throw new Problem(
        'session_busy',
        `session "${address.session}" of "${address.agent}/${address.instance}" is busy`,
      );
    }
    if (agent.busy === 'replace') {
      for (const controller of live.get(address).controllers) {
        controller.abort(new Problem('aborted', 'a newer prompt replaced this one'));
      }
    }
  }

  function track<T>(work: Promise<T>): Promise<T> {
    working.add(work);
    const done = (): void => void working.delete(work);
    work.then(done, done);
    return work;
  }

  function refuseWhen(refusing: boolean): void {
    if (refusing) throw new Problem('shutting_down', 'the engine is shutting down');
  }
}

function checkAddress({ instance, session }: SessionAddress): void {
  const instanceFault = idFault(instance);
  if (instanceFault !== undefined) throw new Problem('invalid_request', `the instance id ${instanceFault}`);
  const sessionFault = idFault(session);
  if (sessionFault !== undefined) throw new Problem('invalid_request', `the session name ${sessionFault}`);
}
