import { setTimeout } from 'node:timers/promises';
import type { Approval, Engine } from '../../api.ts';
import { asProblem } from '../../core/problem.ts';
import type { Server } from '../../server/index.ts';
import type { Person } from '../person.ts';
import { printProblem } from '../report/failure.ts';
import type { Terminal } from '../terminal.ts';
import { lookAtFamily } from './family.ts';
import { givenUp } from './given-up.ts';
import { askerOf, howToAnswer } from './how-to-answer.ts';

/** How a command sees to what its work asks people. */
export interface Attendance {
  readonly terminal: Terminal;
  readonly project: string;
  /** Who answers here; without anybody it is said how to answer from elsewhere. */
  readonly person: Person | undefined;
  /** Whether to leave the work when it only waits for people. */
  readonly leaves: boolean;
  /** Told when questions are asked here, and when no more: other output would be in the way. */
  asking(isAsking: boolean): void;
  /** Told that the person gave up. */
  gaveUp(): void;
}

/** Milliseconds between two looks; where a look takes long, ten times as long. */
const lookMs = 200;

/**
 * Sees to what a run, the runs it calls, or a submission ask people, until the signal aborts. Gives what is open when the work is to be
 * left for that, else nothing.
 */
export async function attend(
  engine: Engine,
  id: string,
  attendance: Attendance,
  signal: AbortSignal,
): Promise<readonly Approval[]> {
  const { terminal, project, person, leaves } = attendance;
  const told = new Set<string>();
  let server: Server | undefined;
  let url = '';
  try {
    while (!signal.aborted) {
      const began = performance.now();
      const { questions, isWaiting } = await lookAtFamily(engine, id);
      const pauseMs = Math.max(lookMs, 10 * (performance.now() - began));
      const fresh = questions.filter(({ id }) => !told.has(id));
      if (leaves && isWaiting && questions.length > 0) return questions;
      if (!leaves && person !== undefined) {
        for (const question of fresh) if (!(await askHere(question, person))) told.add(question.id);
      }
      if (!leaves && person === undefined && fresh.length > 0) {
        if (server === undefined) {
          // The store has one owner, so that others can only answer through it.
          const { createServer } = await import('../../server/index.ts');
          server = createServer(engine, { host: '127.0.0.1', port: 0 });
          ({ url } = await server.listen());
        }
        for (const question of fresh) {
          told.add(question.id);
          const how = howToAnswer(question, { project, server: url });
          terminal.err.line(`"${question.step}" of ${askerOf(question)} waits for an answer: ${how}`);
        }
      }
      await setTimeout(pauseMs, undefined, { signal }).catch(() => undefined);
    }
    return [];
  } finally {
    await server?.close();
  }

  /** Asks until there is an answer that is taken; false when the person gave up. */
  async function askHere(question: Approval, { input, output }: Person): Promise<boolean> {
    const closing = new AbortController();
    const stop = AbortSignal.any([signal, closing.signal]);
    const watching = closeWith(question, closing, stop);
    attendance.asking(true);
    try {
      const { askApproval } = await import('./ask-approval.ts');
      const answer = await askApproval(question, { input, output, signal: stop });
      await engine.approvals.resolve(askerOf(question), question.step, answer);
    } catch (thrown) {
      if (thrown !== givenUp) printProblem(asProblem(thrown), terminal);
      else if (!stop.aborted) {
        attendance.gaveUp();
        return false;
      }
    } finally {
      closing.abort();
      await watching;
      attendance.asking(false);
    }
    return true;
  }

  /** Closes a question here that was answered elsewhere, or whose time is over. */
  async function closeWith(
    { id: wanted }: Approval,
    closing: AbortController,
    stop: AbortSignal,
  ): Promise<void> {
    while (!stop.aborted) {
      await setTimeout(lookMs, undefined, { signal: stop }).catch(() => undefined);
      if (stop.aborted) return;
      const { questions } = await lookAtFamily(engine, id).catch(() => ({ questions: undefined }));
      if (questions?.every((question) => question.id !== wanted) === true) closing.abort();
    }
  }
}
