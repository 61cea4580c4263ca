import { parseDuration } from '../../core/duration.ts';
import type { EngineEvent } from '../../core/event.ts';
import { workflowOfRun } from '../../core/ids.ts';
import { Problem } from '../../core/problem.ts';
import { choices } from '../../core/suggest.ts';
import { storedTypes } from '../../server/index.ts';
import { allEvents } from '../all-events.ts';
import { exitCodes } from '../exit-codes.ts';
import { endingSignals } from '../hang-up.ts';
import { watchInterrupts } from '../interrupt.ts';
import { openLogPlace, type LogPlace } from '../logs/log-place.ts';
import { inTime, tail } from '../logs/tail.ts';
import { eventLine } from '../report/event-line.ts';
import type { Terminal } from '../terminal.ts';
import type { WorkPlace } from '../use-store.ts';

/** How many runs and submissions of each kind are looked through for the name of what is no longer in the project. */
const mostListed = 100;

/** Options of `engine logs`. */
export interface AllLogsOptions extends WorkPlace {
  readonly follow?: boolean;
  /** A duration such as `10m`, or an ISO time. */
  readonly since?: string;
  readonly types?: string;
  readonly agent?: string;
  readonly workflow?: string;
  /** How many runs and submissions of each kind, without `since`. */
  readonly limit: number;
  readonly json?: boolean;
}

/**
 * Prints events of one run or submission, or of all, in the order of their times; with `follow` also those that come, until they end or
 * the command is interrupted. Reads only.
 */
export async function allLogs(
  word: string | undefined,
  options: AllLogsOptions,
  terminal: Terminal,
): Promise<number> {
  const { follow = false, limit, json = false } = options;
  const since = sinceOf(options.since);
  const counts = filterOf(options);
  let shown = 0;
  const show = (event: EngineEvent): void => {
    if (!counts(event)) return;
    shown += 1;
    terminal.out.line(json ? JSON.stringify(event) : eventLine(event, terminal.out));
  };
  const interrupt = watchInterrupts(endingSignals());
  const place = await openLogPlace(options, terminal);
  try {
    await checkNames(place, options);
    const only = word === undefined ? undefined : await idOf(place, word);
    if (!follow) {
      const ids = only === undefined ? (await place.list(limit)).map(({ id }) => id) : [only];
      const found = await Promise.all(ids.map((id) => allEvents(place, id)));
      for (const event of inTime(found.flat())) if (Date.parse(event.timestamp) >= (since ?? 0)) show(event);
      if (shown === 0 && !json) terminal.err.line('no such events');
      return exitCodes.ok;
    }
    const from = since ?? (only === undefined ? Date.now() : 0);
    const what = { since: from, ...(only === undefined ? {} : { only }) };
    for await (const event of tail(place, what, interrupt.signal)) show(event);
    return exitCodes.ok;
  } finally {
    interrupt.release();
    await place.close();
  }
}

/** The id that a word stands for: itself, or `latest` the newest run or submission. Throws Problem `run_not_found` for what is no id. */
async function idOf({ list }: LogPlace, word: string): Promise<string> {
  if (word.startsWith('sub_') || workflowOfRun(word) !== undefined) return word;
  if (word !== 'latest')
    throw new Problem(
      'run_not_found',
      `no run and no submission "${word}"; their ids begin with "workflow:" and "sub_", and "latest" is the newest`,
    );
  const [newest] = await list(1);
  if (newest !== undefined) return newest.id;
  throw new Problem('run_not_found', 'there is no run and no submission yet');
}

/**
 * Refuses a name that nothing has: no agent or workflow of now, and none of before that was removed.
 * Throws Problem `agent_not_found`, `workflow_not_found`.
 */
async function checkNames(
  place: LogPlace,
  names: { readonly agent?: string; readonly workflow?: string },
): Promise<void> {
  for (const kind of ['agent', 'workflow'] as const) {
    const name = names[kind];
    if (name === undefined) continue;
    const known = await place.names(kind);
    if (known.includes(name)) continue;
    const before = await place.list(mostListed);
    if (before.some((noted) => noted.name === name && (noted.kind === 'submission') === (kind === 'agent')))
      continue;
    throw new Problem(`${kind}_not_found`, `--${kind}: there is no ${kind} "${name}"${choices(name, known)}`);
  }
}

function sinceOf(given: string | undefined): number | undefined {
  if (given === undefined) return undefined;
  const ago = parseDuration(given);
  if (ago !== undefined) return Date.now() - ago;
  const time = /^\d{4}-\d\d-\d\d/.test(given) ? Date.parse(given) : NaN;
  if (!Number.isNaN(time)) return time;
  throw new Problem(
    'invalid_request',
    `--since: expected a duration such as 10m, or a time such as 2026-01-31T12:00:00Z; found "${given}"`,
  );
}

function filterOf({ types, agent, workflow }: AllLogsOptions): (event: EngineEvent) => boolean {
  const wanted = types === undefined ? undefined : new Set(types.split(',').map((type) => type.trim()));
  for (const type of wanted ?? [])
    if (!storedTypes.some((known) => known === type))
      throw new Problem('invalid_request', `--types: no events "${type}"${choices(type, storedTypes)}`);
  return (event) =>
    (wanted === undefined || wanted.has(event.type)) &&
    (agent === undefined || event.agent === agent) &&
    (workflow === undefined || (event.runId !== undefined && workflowOfRun(event.runId) === workflow));
}
