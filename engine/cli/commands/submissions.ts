import { nextOf } from '../../core/next-of.ts';
import { Problem } from '../../core/problem.ts';
import type { ExecutionState } from '../../core/status.ts';
import { allEvents } from '../all-events.ts';
import { exitCodes } from '../exit-codes.ts';
import { followWork, type Followed, type FollowOptions } from '../follow-work.ts';
import { abortSubmissionAt, lookAtSubmissions, submissionIdOf } from '../open-submissions.ts';
import { eventRow } from '../report/event-line.ts';
import { table } from '../report/table.ts';
import { printable, type Terminal } from '../terminal.ts';
import { untilInterrupted } from '../until-interrupted.ts';
import { usageText } from '../usage-text.ts';
import type { WorkPlace } from '../use-store.ts';

/** Options of `engine submissions`. */
export interface SubmissionsOptions extends WorkPlace {
  readonly agent?: string;
  readonly instance?: string;
  readonly session?: string;
  readonly state?: readonly ExecutionState[];
  readonly limit: number;
  readonly before?: string;
  readonly events?: boolean;
  readonly json?: boolean;
}

/** Lists messages to agents, newest first; only reads, so that it works beside a running server. */
export async function listSubmissions(options: SubmissionsOptions, terminal: Terminal): Promise<number> {
  const { agent, instance, session, state, limit, before, json } = options;
  const { out, err } = terminal;
  const found = await lookAtSubmissions(options, terminal, (opened) =>
    opened.list({
      limit,
      ...(agent === undefined ? {} : { agent }),
      ...(instance === undefined ? {} : { instance }),
      ...(session === undefined ? {} : { session }),
      ...(state === undefined ? {} : { states: state }),
      ...(before === undefined ? {} : { before }),
    }),
  );
  const next = nextOf(found, limit, ({ submissionId }) => submissionId);
  if (json === true) out.line(JSON.stringify({ submissions: found, next }, null, 2));
  else if (found.length === 0) err.line('no submissions');
  else {
    const rows = found.map((one) => [
      ...[one.submissionId, one.agent, printable(one.instance), printable(one.session)],
      ...[one.state, one.acceptedAt],
    ]);
    out.line(table([['SUBMISSION', 'AGENT', 'INSTANCE', 'SESSION', 'STATE', 'ACCEPTED'], ...rows]));
    if (next !== null) err.line(`the newest ${limit}; older ones with --before ${next}`);
  }
  return exitCodes.ok;
}

/** Shows one message: its state and place in the queue, and its answer or failure. */
export async function showSubmission(
  word: string,
  options: SubmissionsOptions,
  terminal: Terminal,
): Promise<number> {
  const { record, events } = await lookAtSubmissions(options, terminal, async (opened) => {
    const id = await submissionIdOf(opened, word);
    const found = await opened.get(id);
    return { record: found, events: options.events === true ? await allEvents(opened, id) : undefined };
  });
  const { out } = terminal;
  if (options.json === true) {
    out.line(JSON.stringify({ ...record, ...(events === undefined ? {} : { events }) }, null, 2));
    return exitCodes.ok;
  }
  const { output, error, usage, position } = record;
  const rows: [string, string | undefined][] = [
    ['submission', record.submissionId],
    ['to', `${record.agent}/${printable(record.instance)}/${printable(record.session)}`],
    ['state', record.state],
    ['behind', position === undefined ? undefined : `${position} others`],
    ['accepted', record.acceptedAt],
    ['started', record.startedAt],
    ['ended', record.endedAt],
    ['usage', usage === undefined ? undefined : usageText(usage)],
    ['message', printable(record.message)],
    ['output', output === undefined ? undefined : printable(JSON.stringify(output))],
    ['error', error === undefined ? undefined : `${error.type}: ${printable(error.message)}`],
  ];
  out.line(table(rows.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]))));
  if (events !== undefined) {
    out.line();
    for (const event of events) out.line(eventRow(event, out));
  }
  return exitCodes.ok;
}

/** Prints the events of a message. */
export async function submissionLogs(
  word: string,
  options: SubmissionsOptions,
  terminal: Terminal,
): Promise<number> {
  const { submissionId, events } = await lookAtSubmissions(options, terminal, async (opened) => {
    const id = await submissionIdOf(opened, word);
    await opened.get(id);
    return { submissionId: id, events: await allEvents(opened, id) };
  });
  if (options.json === true) terminal.out.line(JSON.stringify({ submissionId, events }, null, 2));
  else for (const event of events) terminal.out.line(eventRow(event, terminal.out));
  return exitCodes.ok;
}

/**
 * Shows what happens with a message until it ends, then its answer; with `json` each event is a line of JSON. Ctrl-C ends only the showing.
 * @returns 0, or the exit code of its failure.
 */
export async function followSubmission(
  word: string,
  options: SubmissionsOptions,
  terminal: Terminal,
): Promise<number> {
  return untilInterrupted((signal) =>
    lookAtSubmissions(options, terminal, async (opened) =>
      followOpen(opened, await submissionIdOf(opened, word), options, terminal, signal),
    ),
  );
}

/** Ends a message that waits or is at work. */
export async function abortSubmission(
  word: string,
  options: SubmissionsOptions,
  terminal: Terminal,
): Promise<number> {
  const submissionId =
    word === 'latest'
      ? await lookAtSubmissions(options, terminal, (opened) => submissionIdOf(opened, word))
      : word;
  const aborted = await abortSubmissionAt(options, submissionId, terminal);
  if (options.json === true) terminal.out.line(JSON.stringify({ submissionId, aborted }, null, 2));
  else terminal.err.line(aborted ? `${submissionId} is aborted` : `${submissionId} had ended already`);
  return exitCodes.ok;
}

/** Shows what happens with an open message until it ends, then what came of it. @returns 0, or the exit code of its failure. */
export function followOpen(
  opened: Followed,
  submissionId: string,
  options: FollowOptions,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<number> {
  const failed = (state: ExecutionState): Problem => new Problem('aborted', `the submission is ${state}`);
  return followWork(opened, submissionId, options, failed, terminal, signal);
}
