import { expect } from 'chai';
import type { EngineEvent } from '../../../engine/core/event.ts';
import type { Json, JsonObject } from '../../../engine/core/json.ts';
import type { Message } from '../../../engine/core/message.ts';
import type { RunRecord } from '../../../engine/core/records/run.ts';
import type { SubmissionRecord } from '../../../engine/core/records/submission.ts';
import { isTerminal } from '../../../engine/core/status.ts';
import { expectWhole } from '../../engine/kills/crime.ts';
import type { Caller } from './caller.ts';
import type { Outside } from './outside.ts';
import { outputOf } from './project.ts';
import type { Accepted } from './traffic.ts';

/** What a judgement saw. */
export interface Seen {
  readonly runs: number;
  readonly submissions: number;
  /** Work that failed since crashes kept it from getting anywhere. */
  readonly interrupted: readonly string[];
  /** Prompts that failed since the store did not take what was to be recorded of them. */
  readonly refused: readonly string[];
}

/** What went on around a server. */
export interface Circumstances {
  /** Its clock was right all the time. */
  readonly isOnTime: boolean;
  /** Its store took all that it was given: else prompts, which do not wait for it as runs do, may fail for that. */
  readonly isStoreSound: boolean;
}

/**
 * Holds a server whose work has ended to what it accepted, as anybody can see it over HTTP.
 */
export async function judge(
  caller: Caller,
  accepted: readonly Accepted[],
  around: Outside,
  { isOnTime, isStoreSound }: Circumstances,
): Promise<Seen> {
  const runs = await all<RunRecord>(caller, '/runs', 'runs', 'runId');
  const submissions = await all<SubmissionRecord>(caller, '/submissions', 'submissions', 'submissionId');
  const interrupted: string[] = [];
  const refused: string[] = [];
  const isRefused = (record: RunRecord | SubmissionRecord): boolean =>
    !isStoreSound && 'submissionId' in record && record.error?.type === 'store_unavailable';
  const ended = new Map<string, RunRecord | SubmissionRecord>([
    ...runs.map((run) => [run.runId, run] as const),
    ...submissions.map((submission) => [submission.submissionId, submission] as const),
  ]);

  for (const [id, record] of ended) {
    expect(isTerminal(record.state), `${id} is ${record.state}`).to.equal(true);
    const events = await eventsOf(caller, id);
    const isCutOff = record.state === 'cancelled' || record.error?.type === 'interrupted';
    expectWhole(events, `${id}: ${JSON.stringify(record)}`, isCutOff);
    expect(events.at(-1)?.data, id).to.include({ state: record.state });
    if (!isRefused(record)) judgeApprovals(events, id);
    judgeTold(around, id, events);
  }
  for (const { id, n, ends, events } of accepted) {
    const record = ended.get(id);
    expect(record, `${n} (${id}) was accepted and is lost`).not.to.equal(undefined);
    if (record?.error?.type === 'interrupted') {
      interrupted.push(n);
      expectStuck(await eventsOf(caller, id), n);
    } else if (record !== undefined && isRefused(record)) refused.push(n);
    else expect(record?.state, `${n}: ${JSON.stringify(record?.error)}`).to.be.oneOf(ends);
    if (events !== undefined) expect(events, `stream of ${n}`).to.deep.equal(await eventsOf(caller, id));
  }
  judgeRuns(runs);
  if (isOnTime) judgeTicks(runs);
  judgeMessages(submissions, accepted, runs);
  await judgeConversations(caller, submissions);
  for (const [message, versions] of around.asked)
    expect([...versions], `versions that "${message}" was asked in`).to.have.length(1);
  return { runs: runs.length, submissions: submissions.length, interrupted, refused };
}

/** What was given up had been taken up again and again, and had not got any further since the last but one time. */
function expectStuck(events: readonly EngineEvent[], what: string): void {
  // A step of work that was given up fails like that.
  const types = events.map(({ type, data }) => ('error' in data ? 'failed' : type));
  const resumed = types.flatMap((type, place) => (type.endsWith('_resume') ? [place] : []));
  const since = types.slice(resumed.at(-2) ?? 0);
  expect(since, `${what} was given up and got further: ${types.join(' ')}`).not.to.include.oneOf([
    'step_end',
    'tool_end',
  ]);
}

/** Each run was admitted once; its parts are of one version of the specs. */
function judgeRuns(runs: readonly RunRecord[]): void {
  const inputs = runs.map(({ workflow, input }) => `${workflow} ${JSON.stringify(input)}`);
  expect(twice(inputs), 'admitted twice').to.deep.equal([]);
  for (const { workflow, input, output, state } of runs) {
    if (workflow !== 'everything' || state !== 'succeeded') continue;
    const { version } = output as { version: string };
    const { n } = input as { n: string };
    expect(output, n).to.deep.equal(outputOf(n, version));
  }
}

/** Each second from the first on has its run. */
function judgeTicks(runs: readonly RunRecord[]): void {
  const ticks = runs
    .filter(({ workflow }) => workflow === 'tick')
    .map(({ input }) => Date.parse((input as { at: string }).at) / 1000)
    .toSorted((a, b) => a - b);
  const first = ticks[0] ?? 0;
  expect(ticks, 'each second once').to.deep.equal(ticks.map((_, place) => first + place));
}

/** Each message was admitted once, and none that nobody sent. */
function judgeMessages(
  submissions: readonly SubmissionRecord[],
  accepted: readonly Accepted[],
  runs: readonly RunRecord[],
): void {
  expect(twice(submissions.map(({ message }) => message)), 'admitted twice').to.deep.equal([]);
  const senders = new Set([
    ...accepted.map(({ n }) => n),
    ...runs.flatMap(({ workflow, input }) =>
      workflow === 'everything' ? [`told-${(input as { n: string }).n}`] : [],
    ),
  ]);
  const senderOf = ({ message }: SubmissionRecord): string => message.split(' ')[0] ?? '';
  expect(submissions.map(senderOf).filter((sender) => !senders.has(sender))).to.deep.equal([]);
}

/** No turn is torn, no message is lost, and none comes twice or before one that was admitted earlier. */
async function judgeConversations(caller: Caller, submissions: readonly SubmissionRecord[]): Promise<void> {
  const conversations = new Map<string, SubmissionRecord[]>();
  for (const submission of submissions.toReversed()) {
    const { agent, instance, session } = submission;
    const path = `/agents/${agent}/${encodeURIComponent(instance)}/sessions/${encodeURIComponent(session)}`;
    conversations.set(path, [...(conversations.get(path) ?? []), submission]);
  }
  for (const [path, asked] of conversations) {
    const messages = await all<Message>(caller, path, 'messages');
    // What an abort leaves open is answered when the conversation goes on.
    judgeTurns(messages, path, asked.at(-1)?.state === 'succeeded');
    const said = messages.filter(({ role }) => role === 'user').map(textOf);
    expect(twice(said), path).to.deep.equal([]);
    const wanted = asked
      .filter(({ state, message }) => state === 'succeeded' || said.includes(message))
      .map(({ message }) => message);
    expect(said, path).to.deep.equal(wanted);
  }
}

/** Behind each message of tool calls stand their results, and nothing else has any; an answer follows a question or results. */
function judgeTurns(messages: readonly Message[], what: string, isWhole: boolean): void {
  let open: string[] = [];
  let before: Message['role'] | undefined;
  for (const message of messages) {
    if (message.role === 'tool')
      for (const { toolCallId } of message.content) {
        expect(open, `${what}: result of ${toolCallId}`).to.include(toolCallId);
        open = open.filter((id) => id !== toolCallId);
      }
    else expect(open, `${what}: calls without results`).to.deep.equal([]);
    if (message.role === 'assistant') {
      expect(before, `${what}: who spoke before an answer`).to.be.oneOf(['user', 'tool']);
      open = message.content.flatMap((part) => (part.type === 'tool_call' ? [part.toolCallId] : []));
    }
    before = message.role;
  }
  if (isWhole) expect(open, `${what}: calls without results`).to.deep.equal([]);
}

/** Each thing is asked once, and has one answer. */
function judgeApprovals(events: readonly EngineEvent[], id: string): void {
  const of = (type: EngineEvent['type']): string[] =>
    events.flatMap((event) =>
      event.type === type ? [`${event.stepPath ?? ''} ${event.toolCallId ?? ''}`] : [],
    );
  expect(twice(of('approval_requested')), `${id} asks twice`).to.deep.equal([]);
  expect(of('approval_resolved'), id).to.deep.equal(of('approval_requested'));
}

/** The end, and each question, was told under one id. */
function judgeTold(around: Outside, id: string, events: readonly EngineEvent[]): void {
  for (const { type, index } of events) {
    if (!['run_end', 'submission_end', 'approval_requested'].includes(type)) continue;
    const ids = around.told.filter(({ body }) => body['id'] === `${id}#${index}`).map((told) => told.id);
    expect(new Set(ids).size, `${type} of ${id} was told under so many ids`).to.equal(1);
  }
}

async function eventsOf(caller: Caller, id: string): Promise<EngineEvent[]> {
  const path = `/${id.startsWith('sub_') ? 'submissions' : 'runs'}/${encodeURIComponent(id)}/events`;
  const { status, body } = await caller.ask({ method: 'GET', path });
  expect(status, id).to.equal(200);
  return body['events'] as unknown as EngineEvent[];
}

/** All of a list: behind the last id of each page, or where the page says. */
async function all<Item>(caller: Caller, path: string, name: string, id?: keyof Item): Promise<Item[]> {
  const found: Item[] = [];
  for (let next: Json = null; ;) {
    const at: string =
      next === null ? '' : `&${id === undefined ? 'after' : 'before'}=${encodeURIComponent(String(next))}`;
    const { status, body }: { status: number; body: JsonObject } = await caller.ask({
      method: 'GET',
      path: `${path}?limit=1000${at}`,
    });
    expect(status, path).to.equal(200);
    found.push(...(body[name] as unknown as Item[]));
    next = body['next'] ?? null;
    if (next === null) return found;
  }
}

function twice(texts: readonly string[]): string[] {
  return texts.filter((text, place) => texts.indexOf(text) !== place);
}

function textOf({ content }: Message): string {
  return content.map((part) => (part.type === 'text' ? part.text : '')).join('');
}
