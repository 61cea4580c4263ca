import type { EventScope, NewEvent } from '../core/event.ts';
import { sessionKey, type SessionAddress } from '../core/ids.ts';
import { toJson } from '../core/json.ts';
import type { Problem } from '../core/problem.ts';
import { asProblem, readProblemData } from '../core/problem.ts';
import type { Outcome } from '../ports/store.ts';
import type { Agent } from '../program/agent.ts';
import type { LiveSession } from './live-sessions.ts';
import type { OperationResult } from './operation.ts';
import type { SessionPorts } from './ports.ts';
import type { Prepared } from './prepare.ts';

/** What the store knows of one submission, and its event log. */
export interface SubmissionRecord {
  readonly id: string;
  readonly scope: EventScope;
  /** Resolves when the submission is accepted work; rejects when it could not be stored. */
  readonly admitted: Promise<void>;
  emit(event: NewEvent): void;
  /** Stores the submission as accepted work. Rejects with the store's Problem. */
  admit(): Promise<void>;
  /** Its turn has come: marks it running when it had to wait. */
  begin(): Promise<void>;
  /** Records success; resolves when answer, outcome and events are committed. */
  succeed(result: OperationResult): Promise<void>;
  /** Records failure or cancellation and gives the Problem to throw. */
  fail(thrown: unknown): Promise<Problem>;
}

/** Opens the record of a new submission. @param waiting prompts of the session before it. */
export function openRecord(
  ports: SessionPorts,
  session: LiveSession,
  agent: Agent,
  address: SessionAddress,
  prepared: Prepared,
  waiting: number,
): SubmissionRecord {
  const { journal, store, clock, redact } = ports;
  const id = `sub_${clock.ulid()}`;
  const now = clock.now();
  const scope: EventScope = {
    submissionId: id,
    agent: address.agent,
    instanceId: address.instance,
    session: address.session,
  };
  const log = journal.open(id);
  let accept: () => void = () => undefined;
  let refuse: (reason: unknown) => void = () => undefined;
  const admitted = new Promise<void>((resolve, reject) => {
    accept = resolve;
    refuse = reject;
  });
  admitted.catch(() => undefined);

  return {
    id,
    scope,
    admitted,
    emit: (event) => void log.emit(event),
    async admit() {
      try {
        // Read first, so that the admission and the user's message can go into one commit. Prompts that wait read it too:
        // who waits for one promise goes on in order of arrival.
        await session.history();
        await store.executions.insert({
          id,
          kind: 'submission',
          name: agent.name,
          key: sessionKey(address),
          state: waiting > 0 ? 'queued' : 'running',
          input: {
            message: prepared.message,
            ...(prepared.input === undefined ? {} : { input: prepared.input }),
          },
          hash: agent.hash,
          attempts: waiting > 0 ? 0 : 1,
          createdAt: now,
          ...(waiting > 0 ? {} : { startedAt: now }),
        });
      } catch (thrown) {
        refuse(thrown);
        throw thrown;
      }
      if (waiting > 0) log.emit({ ...scope, type: 'submission_queued', data: { position: waiting } });
      accept();
    },
    async begin() {
      if (waiting === 0) return;
      await admitted;
      await store.executions.start(id, clock.now(), 1);
    },
    succeed: ({ output, usage }) => settle({ state: 'succeeded', output, usage, endedAt: clock.now() }),
    async fail(thrown) {
      const problem = asProblem(thrown);
      if (problem.code === 'internal_error') journal.report(problem);
      const error = readProblemData(redact.json(toJson(problem.toData()))) ?? problem.toData();
      const ended = problem.code === 'aborted' || problem.code === 'cancelled';
      await settle({ state: ended ? 'cancelled' : 'failed', error, endedAt: clock.now() });
      return problem;
    },
  };

  async function settle(outcome: Outcome): Promise<void> {
    const { state, error } = outcome;
    try {
      await admitted;
      // Asked for in one turn, so that the answer, the outcome and the events are one commit.
      await Promise.all([
        log.end({
          ...scope,
          type: 'submission_end',
          data: { state, ...(error === undefined ? {} : { error }) },
        }),
        store.executions.finish(id, outcome),
        session.history().then((history) => history.committed()),
      ]);
    } finally {
      await log.close();
    }
  }
}
