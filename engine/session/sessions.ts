import { sessionKey, type SessionAddress } from '../core/ids.ts';
import type { Message } from '../core/message.ts';
import { Problem } from '../core/problem.ts';
import type { Receipt } from '../ports/durable.ts';
import { checkAddress } from './address.ts';
import { createAdmission } from './submissions/admission.ts';
import { createArrivals } from './submissions/arrivals.ts';
import type { Conduct } from './conversation.ts';
import { createKeptSessions, type KeptSessions } from './kept/kept-sessions.ts';
import { createLiveSessions, type LiveSessions } from './live-sessions.ts';
import { createOutcomes } from './submissions/outcomes.ts';
import { described, describedAgent } from './skills/described.ts';
import type { SessionPorts } from './ports.ts';
import { prepareSubmission } from './submissions/prepare-submission.ts';
import type { Admitted, PromptOutcome, Submission } from './submissions/submission.ts';
import { defineSubmissions } from './submissions/submissions.ts';
import { takeTurn } from './submissions/turns.ts';
import { nothingHere } from './workspaces/grants.ts';
import { withFiles, type UseFiles } from './workspaces/use-files.ts';
import type { Workspace } from './workspaces/workspace.ts';

/** Makes a submission; a promise only where that needs something to be read. */
type Make = () => Submission | Promise<Submission>;

/** Prompts to sessions: one at a time a session, in the order they came. */
export interface Sessions {
  /**
   * Admits a prompt: resolves when it is committed; `done` settles when it ended.
   * Throws Problem `invalid_input`, `invalid_request`, `missing_model`, `unknown_role`, `session_busy`, `too_many_requests`,
   * `conflict`, `store_unavailable`.
   */
  submit(submission: Submission): Promise<Admitted>;
  /** The same for one that is still to be made: it is admitted behind all that came to its session before it. */
  arrive(address: SessionAddress, make: Make): Promise<Admitted>;
  /** The same where nobody waits for the outcome: gives the receipt alone. */
  hand(address: SessionAddress, make: Make): Promise<Receipt>;
  /** The same sessions for a version of the specs: what is asked through it is about the agents of that version. */
  on(version: SessionPorts): Sessions;
  /** A prompt as part of a run: its events go to the run, which also records its outcome. */
  inside(submission: Submission, conduct: Conduct, workspace?: Workspace): Promise<PromptOutcome>;
  history(address: SessionAddress): Promise<readonly Message[]>;
  /** What is stored of sessions, and what is done with it as a whole. */
  readonly kept: KeptSessions;
  /** Uses the files of an instance, beside whatever works in its sessions, and stores what was changed. */
  readonly files: UseFiles;
  /** Ends what runs and refuses what waits; false when it was idle. */
  abort(address: SessionAddress, reason?: string): Promise<boolean>;
  /** Lets go of the idle sessions in memory; they are read again at their next prompt. */
  letGo(): Promise<void>;
  /** Does work on what is stored of a session or instance, by its key, that nobody uses; see `LiveSessions`. */
  readonly alone: LiveSessions['alone'];
  /** Resolves when files are not used from outside; for prompts and the like, see the durable engine. */
  idle(): Promise<void>;
  /** Ends everything that runs, waits for it to stop, and closes the workspaces. After the durable engine was closed. */
  close(): Promise<void>;
}

/** The session room, ready for work. The durable engine must not have been started yet. */
export function createSessions(ports: SessionPorts): Sessions {
  const { durable } = ports;
  const live: LiveSessions = createLiveSessions(ports);
  const outcomes = createOutcomes(durable);
  const admit = createAdmission(ports, live, outcomes);
  const arrivals = createArrivals();
  const ofVersions = new WeakMap<SessionPorts, Sessions>();
  const working = new Set<Promise<unknown>>();
  /** Of these, those that no execution is about. */
  const inUse = new Set<Promise<unknown>>();
  let closed = false;
  defineSubmissions(ports, {
    run: (turn, conduct) => takeTurn(ports, live, turn, conduct, undefined),
    joined: async (address, id) => (await live.get(address).history()).joined(id),
    here: outcomes.here,
    ended: outcomes.ended,
  });

  const sessions: Sessions = {
    submit: (submission) => sessions.arrive(submission.address, () => submission),

    arrive: (address, make) => arrivals.arrive(sessionKey(address), madeBy(make), admitNow),
    hand: (address, make) =>
      arrivals.arrive(sessionKey(address), madeBy(make), async (submission) =>
        isWatched(submission) ? (await admitNow(submission)).receipt : admit(submission, false),
      ),

    async inside(given, conduct, workspace) {
      if (closed) throw new Problem('shutting_down', 'the engine is shutting down');
      checkAddress(given.address);
      const submission = await declared(given);
      const said = prepareSubmission(ports, submission);
      return track(takeTurn(ports, live, { ...submission, said }, conduct, workspace));
    },

    async history(address) {
      checkAddress(address);
      const messages = await (await live.get(address).history()).messages();
      await live.trim();
      return messages;
    },

    kept: createKeptSessions(ports, live, (address, reason) => sessions.abort(address, reason)),
    files: filesOn(ports),

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
    alone: live.alone,

    async idle() {
      while (inUse.size > 0) await Promise.allSettled([...inUse]);
    },

    async close() {
      closed = true;
      live.abort(new Problem('shutting_down', 'the engine is shutting down'));
      await Promise.allSettled([...working]);
      await live.close();
    },
    on(version) {
      const known = ofVersions.get(version) ?? sessionsOn(version);
      ofVersions.set(version, known);
      return known;
    },
  };
  return sessions;

  function sessionsOn(version: SessionPorts): Sessions {
    const of = (make: Make): Make => {
      return () => whenMade(make(), (submission) => about(submission, version));
    };
    return {
      ...sessions,
      submit: (submission) => sessions.submit(about(submission, version)),
      arrive: (address, make) => sessions.arrive(address, of(make)),
      hand: (address, make) => sessions.hand(address, of(make)),
      inside: (submission, conduct, workspace) =>
        sessions.inside(about(submission, version), conduct, workspace),
      files: filesOn(version),
    };
  }

  function madeBy(make: Make): Make {
    return () => {
      // What it is about is decided here, so that a reload comes before or after all of it.
      const on = ports.now();
      return whenMade(make(), (submission) => declared(about(submission, on)));
    };
  }

  function filesOn(version: SessionPorts): UseFiles {
    return (agent, address, use) =>
      track(
        describedAgent(version.now(), agent, address).then((own) => withFiles(live, own, address, use)),
        inUse,
      );
  }

  /** A submission to an agent about which everything is known; a promise only where code says it. */
  function declared(given: Submission): Submission | Promise<Submission> {
    return isDeclared(given) ? given : described(ports, given);
  }

  async function admitNow(submission: Submission): Promise<Admitted> {
    const receipt = await admit(submission);
    const done = track(outcomes.wait(receipt.id, submission.agent, submission.signal));
    done.catch(() => undefined);
    return { submissionId: receipt.id, receipt, done };
  }

  function track<T>(work: Promise<T>, also?: typeof working): Promise<T> {
    working.add(work);
    also?.add(work);
    const done = (): void => {
      working.delete(work);
      also?.delete(work);
    };
    work.then(done, done);
    return work;
  }
}

function whenMade(
  made: Submission | Promise<Submission>,
  then: (submission: Submission) => Submission | Promise<Submission>,
): Submission | Promise<Submission> {
  return made instanceof Promise ? made.then(then) : then(made);
}

/** A submission that is about a version of the specs, unless it is about another one already. */
function about(submission: Submission, on: SessionPorts): Submission {
  return submission.on === undefined ? { ...submission, on } : submission;
}

/** Whether it has more to it than what is stored: who asked can stop it, or it brought functions or values of its own. */
function isWatched({ signal, here = nothingHere }: Submission): boolean {
  const { tools, env, check } = here;
  return signal !== undefined || tools.size > 0 || Object.keys(env).length > 0 || check !== undefined;
}

/** Nothing is awaited for an agent that is declared: prompts are admitted in the order they come. */
function isDeclared({ agent }: Submission): boolean {
  return agent.module === undefined;
}
