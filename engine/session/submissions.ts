import type { EventScope, NewEvent } from '../core/event.ts';
import { idFault, sessionKey, type SessionAddress } from '../core/ids.ts';
import { toJson, type Json } from '../core/json.ts';
import type { ImagePart, Message } from '../core/message.ts';
import { asProblem, Problem, readProblemData, type ProblemData } from '../core/problem.ts';
import type { Agent } from '../program/agent.ts';
import { converse, type Conduct } from './conversation.ts';
import { deadline } from './deadline.ts';
import { createLiveSessions, type LiveSessions } from './live-sessions.ts';
import type { OperationResult } from './operation.ts';
import type { SessionPorts } from './ports.ts';
import { prepare, type Ask, type Prepared } from './prepare.ts';
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
      const prepared = prepare(ports.program, agent, submission);
      const session = live.get(address);
      if (session.queue.length > 0) yieldTo(agent, address);
      const submissionId = `sub_${ports.clock.ulid()}`;
      const now = ports.clock.now();
      const waiting = session.queue.length;
      const scope: EventScope = {
        submissionId,
        agent: address.agent,
        instanceId: address.instance,
        session: address.session,
      };
      const log = ports.journal.open(submissionId);
      // The place in the queue is taken before the first await, so that order of admission is order of arrival.
      const admission = createAdmission();
      const conduct = { scope, admitted: admission.made, emit: (event: NewEvent) => void log.emit(event) };
      const done = track(
        enter(submission, prepared, conduct, undefined, begin).then(
          async (result) => {
            await settle('succeeded', { output: result.output, usage: result.usage });
            return result;
          },
          async (thrown: unknown) => {
            const problem = asProblem(thrown);
            if (problem.code === 'internal_error') ports.journal.report(problem);
            const error = readProblemData(ports.redact.json(toJson(problem.toData()))) ?? problem.toData();
            await settle(
              problem.code === 'aborted' || problem.code === 'cancelled' ? 'cancelled' : 'failed',
              { error },
            );
            throw problem;
          },
        ),
      );
      done.catch(() => undefined);
      try {
        // Read first, so that the admission and the user's message can go into one commit. Prompts that wait read it too:
        // who waits for one promise goes on in order of arrival.
        await session.history();
        await ports.store.executions.insert({
          id: submissionId,
          kind: 'submission',
          name: agent.name,
          key: sessionKey(address),
          state: waiting > 0 ? 'queued' : 'running',
          input: {
            message: prepared.message,
            ...(prepared.input === undefined ? {} : { input: prepared.input }),
          },
          hash: agent.hash,
          createdAt: now,
          ...(waiting > 0 ? {} : { startedAt: now }),
        });
        if (waiting > 0) log.emit({ ...scope, type: 'submission_queued', data: { position: waiting } });
        admission.accept();
      } catch (thrown) {
        admission.refuse(thrown);
        throw thrown;
      }
      return { submissionId, done };

      async function begin(): Promise<void> {
        if (waiting === 0) return;
        await admission.made;
        await ports.store.executions.start(submissionId, ports.clock.now());
      }

      async function settle(
        state: 'succeeded' | 'failed' | 'cancelled',
        outcome: { output?: Json; usage?: OperationResult['usage']; error?: ProblemData },
      ): Promise<void> {
        try {
          await admission.made;
          const end = { state, ...(outcome.error === undefined ? {} : { error: outcome.error }) };
          // Asked for in one turn, so that the answer, the outcome and the events are one commit.
          await Promise.all([
            log.end({ ...scope, type: 'submission_end', data: end }),
            ports.store.executions.finish(submissionId, { state, endedAt: ports.clock.now(), ...outcome }),
            session.history().then((history) => history.committed()),
          ]);
        } finally {
          await log.close();
        }
      }
    },

    inside(submission, conduct, workspace) {
      refuseWhen(closed);
      checkAddress(submission.address);
      const prepared = prepare(ports.program, submission.agent, submission);
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

/** Whether a submission became accepted work. */
function createAdmission(): {
  /** Rejects when it could not be stored. */
  readonly made: Promise<void>;
  accept(): void;
  refuse(reason: unknown): void;
} {
  let accept: () => void = () => undefined;
  let refuse: (reason: unknown) => void = () => undefined;
  const made = new Promise<void>((resolve, reject) => {
    accept = resolve;
    refuse = reject;
  });
  made.catch(() => undefined);
  return { made, accept, refuse };
}

function checkAddress({ instance, session }: SessionAddress): void {
  const instanceFault = idFault(instance);
  if (instanceFault !== undefined) throw new Problem('invalid_request', `the instance id ${instanceFault}`);
  const sessionFault = idFault(session);
  if (sessionFault !== undefined) throw new Problem('invalid_request', `the session name ${sessionFault}`);
}
