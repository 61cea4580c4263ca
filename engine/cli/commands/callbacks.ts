import type { CallbackDetails, CallbackFilter, CallbackRecord, CallbackState } from '../../api.ts';
import { nextOf } from '../../core/next-of.ts';
import { asProblem, Problem } from '../../core/problem.ts';
import { clientAt } from '../client-at.ts';
import { exitCodes } from '../exit-codes.ts';
import { count } from '../report/summary.ts';
import { table } from '../report/table.ts';
import { printable, type Terminal } from '../terminal.ts';
import { actOnStore, adviseServer, lookAtStore, toldBy, type WorkPlace } from '../use-store.ts';

/** Options of `engine callbacks`. */
export interface CallbacksOptions extends WorkPlace {
  readonly callback?: string;
  /** Only what was given up; of `redeliver` all of it. */
  readonly failed?: boolean;
  readonly state?: readonly CallbackState[];
  readonly limit: number;
  readonly before?: string;
  readonly json?: boolean;
}

/** Lists deliveries to callbacks, newest first; only reads, so that it works beside a running server. */
export async function listCallbacks(options: CallbacksOptions, terminal: Terminal): Promise<number> {
  const { callback, failed = false, limit, before, json } = options;
  const states = failed ? (['failed'] as const) : options.state;
  const { out, err } = terminal;
  const filter: CallbackFilter = {
    limit,
    ...(callback === undefined ? {} : { callback }),
    ...(states === undefined ? {} : { states }),
    ...(before === undefined ? {} : { before }),
  };
  const found = await listAt(options, filter, terminal);
  const next = nextOf(found, limit, ({ id }) => id);
  if (json === true) out.line(JSON.stringify({ callbacks: found, next }, null, 2));
  else if (found.length === 0) err.line('no deliveries');
  else {
    const rows = found.map((one) => [
      ...[one.id, one.callback, one.event, printable(one.executionId)],
      ...[one.state, String(one.attempts), one.nextAt ?? one.endedAt ?? ''],
    ]);
    out.line(table([['DELIVERY', 'CALLBACK', 'EVENT', 'OF', 'STATE', 'ATTEMPTS', 'NEXT OR ENDED'], ...rows]));
    if (next !== null) err.line(`the newest ${limit}; older ones with --before ${next}`);
  }
  return exitCodes.ok;
}

/** Shows one delivery: what is sent, and what came of each attempt. */
export async function showCallback(
  id: string,
  options: CallbacksOptions,
  terminal: Terminal,
): Promise<number> {
  const found = await getAt(options, id, terminal);
  const { out } = terminal;
  if (options.json === true) {
    out.line(JSON.stringify(found, null, 2));
    return exitCodes.ok;
  }
  const rows: [string, string | undefined][] = [
    ['delivery', found.id],
    ['callback', found.callback],
    ['event', found.event],
    ['of', printable(found.executionId)],
    ['state', found.state],
    ['created', found.createdAt],
    ['next', found.nextAt],
    ['ended', found.endedAt],
    ['why', found.error === undefined ? undefined : printable(found.error.message)],
    ['body', printable(JSON.stringify(found.body))],
    ...found.tries.map(({ at, status, error, durationMs }): [string, string] => [
      at,
      `${status === undefined ? '' : `${status}, `}${durationMs} ms${error === undefined ? '' : `: ${printable(error.message)}`}`,
    ]),
  ];
  out.line(table(rows.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]))));
  return exitCodes.ok;
}

/**
 * Delivers once more what is named, or all that was given up. Exit code 1 when some of it could not be. Without a server it waits a while
 * for it to be taken, and the exit code is also 1 when some of it was not.
 */
export async function redeliverCallbacks(
  id: string | undefined,
  options: CallbacksOptions,
  terminal: Terminal,
): Promise<number> {
  const { server, project, callback, failed = false } = options;
  if (failed === (id !== undefined))
    throw new Problem('invalid_request', 'name a delivery, or ask for all that were given up with --failed');
  const redeliver = async (at: RedeliverPlace): Promise<number> => {
    const wanted = failed ? await failedAt(at, callback) : [id ?? ''];
    let done: CallbackRecord[] = [];
    const faults: Problem[] = [];
    for (const id of wanted)
      await at.redeliver(id).then(
        (record) => done.push(record),
        (thrown: unknown) => faults.push(asProblem(thrown)),
      );
    const [fault] = faults;
    if (fault !== undefined && wanted.length === 1) throw fault;
    if (at.outcomes !== undefined) done = [...(await at.outcomes(done.map(({ id }) => id)))];
    const missed = at.outcomes === undefined ? [] : done.filter(({ state }) => state !== 'succeeded');
    if (options.json === true)
      terminal.out.line(
        JSON.stringify({ callbacks: done, errors: faults.map((one) => one.toData()) }, null, 2),
      );
    else {
      for (const { message } of faults) terminal.err.line(printable(message));
      for (const { id, state, error } of missed)
        terminal.err.line(
          `delivery "${id}" is ${state}${error === undefined ? '' : `: ${printable(error.message)}`}`,
        );
      terminal.out.line(`${count(done.length - missed.length, 'callback')} told again`);
    }
    return fault === undefined && missed.length === 0 ? exitCodes.ok : exitCodes.failed;
  };
  if (server !== undefined) {
    const { callbacks } = clientAt(server);
    return redeliver({
      list: async ({ states, ...filter }) =>
        (await callbacks.list({ ...filter, ...(states === undefined ? {} : { state: states }) })).callbacks,
      redeliver: (id) => callbacks.redeliver(id),
    });
  }
  return actOnStore(project, {}, terminal, (engine) => {
    const { callbacks } = engine;
    return redeliver({
      ...callbacks,
      async outcomes(ids) {
        await toldBy(engine);
        return Promise.all(ids.map((id) => callbacks.get(id)));
      },
    });
  }).catch(adviseServer);
}

interface RedeliverPlace {
  list(filter: CallbackFilter): Promise<readonly CallbackRecord[]>;
  redeliver(id: string): Promise<CallbackRecord>;
  /** What became of deliveries, where they are made by this process. */
  outcomes?(ids: readonly string[]): Promise<readonly CallbackRecord[]>;
}

/** All that were given up, the oldest first. */
async function failedAt({ list }: RedeliverPlace, callback: string | undefined): Promise<readonly string[]> {
  const found: string[] = [];
  for (;;) {
    const before = found.at(-1);
    const page = await list({
      states: ['failed'],
      limit: 1000,
      ...(callback === undefined ? {} : { callback }),
      ...(before === undefined ? {} : { before }),
    });
    found.push(...page.map(({ id }) => id));
    if (page.length < 1000) return found.reverse();
  }
}

function listAt(
  { server, project }: WorkPlace,
  { states, ...filter }: CallbackFilter,
  terminal: Terminal,
): Promise<readonly CallbackRecord[]> {
  if (server === undefined)
    return lookAtStore(project, 'deliveries', terminal, ({ callbacks }) =>
      callbacks.list({ ...filter, ...(states === undefined ? {} : { states }) }),
    );
  return clientAt(server)
    .callbacks.list({ ...filter, ...(states === undefined ? {} : { state: states }) })
    .then(({ callbacks }) => callbacks);
}

function getAt({ server, project }: WorkPlace, id: string, terminal: Terminal): Promise<CallbackDetails> {
  if (server !== undefined) return clientAt(server).callbacks.get(id);
  return lookAtStore(project, 'deliveries', terminal, ({ callbacks }) => callbacks.get(id));
}
