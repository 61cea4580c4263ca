import { expect } from 'chai';
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { openSqliteStore } from '../../../engine/adapters/store/sqlite.ts';
import type { EngineEvent } from '../../../engine/core/event.ts';
import { isTerminal } from '../../../engine/core/status.ts';
import type { Execution, Store } from '../../../engine/ports/store.ts';
import { receive, secret, type Receiver } from '../../callbacks/kit.ts';
import { projectOf, temporaryFolder } from '../../fakes/project.ts';
import { outputOf, partOf, project } from './project.ts';

/** How one process of the victim ended. */
export interface Ending {
  /** Whether it was killed, and not done before. */
  readonly killed: boolean;
  /** Whether anything without an outcome was stored when it died. */
  readonly atWork: boolean;
  /** Milliseconds between its being ready and its end. */
  readonly ms: number;
}

/** One store, and the processes that live and die over it. */
export interface Crime {
  /**
   * Lets a process work at a new round until a failpoint kills it, or somebody some milliseconds after it is ready; then looks at what is
   * stored. Without a death it works until nothing is left.
   */
  strike(death?: { readonly failpoint: string } | { readonly afterMs: number }): Promise<Ending>;
  /** Holds the store and the witness to what is promised, when nothing is left unfinished. */
  judge(): Promise<void>;
}

/** What the tool wrote of one call. */
interface Witness {
  readonly item: string;
  readonly runId?: string;
  readonly stepPath?: string;
  readonly attempt: number;
  readonly idempotencyKey: string;
}

/** A new store for a victim. `program` is the victim's bundle. */
export function commitCrime(program: string): Crime {
  const folder = projectOf(project);
  const place = temporaryFolder();
  const path = join(place, 'engine.sqlite');
  const witnessFile = join(place, 'witness');
  const accepted = new Set<string>();
  /** How often the committed steps had been at work when they were first seen committed, by run and path. */
  const committed = new Map<string, number>();
  let rounds = 0;
  let listening: Promise<Receiver> | undefined;

  const witnesses = (): Witness[] => {
    const text = existsSync(witnessFile) ? readFileSync(witnessFile, 'utf8').trim() : '';
    return text === '' ? [] : text.split('\n').map((line) => JSON.parse(line) as Witness);
  };

  return {
    async strike(death) {
      const round = death === undefined ? '' : `${(rounds += 1)}`;
      const { ENGINE_FAILPOINT: _, ...env } = process.env;
      // It is out of order now and then.
      listening ??= receive((response, count) => void response.writeHead(count % 7 === 3 ? 500 : 200).end());
      const { url } = await listening;
      const victim = spawn(process.execPath, [program, folder, path, round], {
        stdio: ['ignore', 'pipe', 'inherit'],
        env: {
          ...env,
          ...{ WITNESS: witnessFile, RECEIVER: url, HOOK: secret },
          ...(death !== undefined && 'failpoint' in death ? { ENGINE_FAILPOINT: death.failpoint } : {}),
        },
      });
      const exited = new Promise<NodeJS.Signals | null>((resolve) =>
        victim.once('exit', (_code, signal) => resolve(signal)),
      );
      let ready: number | undefined;
      let timer: NodeJS.Timeout | undefined;
      let failure: unknown;
      for await (const line of createInterface({ input: victim.stdout })) {
        const said = readLine(line);
        if (typeof said['accepted'] === 'string') accepted.add(said['accepted']);
        if (said['failed'] !== undefined) failure = said;
        if (said['ready'] !== true) continue;
        ready = performance.now();
        if (death !== undefined && 'afterMs' in death)
          timer = setTimeout(() => victim.kill('SIGKILL'), death.afterMs);
      }
      const killed = (await exited) === 'SIGKILL';
      clearTimeout(timer);
      const ms = ready === undefined ? 0 : performance.now() - ready;
      expect(failure, `the engine failed: ${JSON.stringify(failure)}`).to.equal(undefined);
      return { killed, atWork: await inspect(), ms };
    },

    async judge() {
      const store = await openSqliteStore({ path, readOnly: true });
      try {
        const executions = await allOf(store);
        const ids = executions.map(({ id }) => id);
        expect(
          [...accepted].filter((id) => !ids.includes(id)),
          'accepted and lost',
        ).to.deep.equal([]);
        for (const execution of executions) await judgeOne(store, execution);
        judgeTold(ids, (await listening)?.got ?? []);
      } finally {
        await store.close();
      }
      judgeWitnesses();
    },
  };

  /** Remembers what is committed; says whether anything is unfinished. */
  async function inspect(): Promise<boolean> {
    // Killed before the tables were made.
    if (accepted.size === 0) return false;
    const store = await openSqliteStore({ path, readOnly: true });
    try {
      const executions = await allOf(store);
      const counts = countOf(witnesses());
      for (const { id, kind } of executions) {
        if (kind !== 'run') continue;
        for (const key of (await store.checkpoints.all(id)).keys()) {
          const step = `${id} ${key}`;
          if (!committed.has(step)) committed.set(step, counts.get(step) ?? 0);
        }
      }
      return executions.some(({ state }) => !isTerminal(state));
    } finally {
      await store.close();
    }
  }

  function judgeWitnesses(): void {
    const all = witnesses();
    const counts = countOf(all);
    for (const [step, count] of committed)
      expect(counts.get(step) ?? 0, `${step} was committed and ran again`).to.equal(count);
    const prompts = all.filter(({ runId }) => runId === undefined);
    for (const session of ['x', 'y']) {
      const order = prompts
        .map(({ item }) => item.split('/'))
        .filter(([of]) => of === session)
        .map(([, round, number]) => Number(round) * 10 + Number(number));
      expect(order, `order of session ${session}`).to.deep.equal(order.toSorted((a, b) => a - b));
      // The tool is not declared idempotent: what it did once it never does again.
      expect(new Set(order).size, `calls of session ${session}`).to.equal(order.length);
    }
    for (const [step, keys] of keysOf(all)) expect(keys, `keys of ${step}`).to.have.length(1);
  }
}

/** Everything that ended was told, under one id however often. */
function judgeTold(ended: readonly string[], got: Receiver['got']): void {
  const told = new Map<string, Set<string>>();
  for (const { id, body } of got) {
    const about = String(body['executionId']);
    told.set(about, (told.get(about) ?? new Set()).add(id));
  }
  for (const id of ended) expect(told.get(id)?.size, `${id} was told under so many ids`).to.equal(1);
}

async function judgeOne(store: Store, execution: Execution): Promise<void> {
  const { id, kind, state, input } = execution;
  expect(state, `${id}: ${JSON.stringify(execution.error)}`).to.equal('succeeded');
  const round = (input as { round?: number }).round ?? 0;
  if (kind === 'run')
    expect(execution.output, id).to.deep.equal(execution.name === 'part' ? partOf(round) : outputOf(round));
  else expect(execution.output, id).to.equal('worked');
  const events = await store.events.read(id, { after: 0, limit: 10_000 });
  expectWhole(events, id);
}

/**
 * Numbered without holes, one start, one end that is the last, time that does not go back, and every step ends as often as it starts, but
 * for work that was killed. With `isCutOff` steps may be left open: nobody came back to them after a kill.
 */
export function expectWhole(events: readonly EngineEvent[], what: string, isCutOff = false): void {
  const types = events.map(({ type }) => type);
  expect(
    events.map(({ index }) => index),
    what,
  ).to.deep.equal(events.map((_, place) => place + 1));
  const times = events.map(({ timestamp }) => timestamp);
  expect(times, what).to.deep.equal(times.toSorted());
  expect(types.filter((type) => type === 'run_start').length, what).to.be.lessThan(2);
  const ends = types.filter((type) => type === 'run_end' || type === 'submission_end');
  expect(ends, what).to.deep.equal([types.at(-1)]);
  const open = new Set<string>();
  for (const { type, stepPath = '', data } of events) {
    if (type === 'step_start') {
      if (open.has(stepPath)) expect(work, `${what}: ${stepPath} starts twice`).to.include(data.verb);
      open.add(stepPath);
    }
    if (type === 'step_end')
      expect(open.delete(stepPath), `${what}: ${stepPath} ends without a start`).to.equal(true);
  }
  if (!isCutOff) expect([...open], what).to.deep.equal([]);
}

/** Verbs of steps that begin again when they were cut off. */
const work = ['tool', 'http', 'code', 'agent', 'prompt', 'set', 'wait', 'dispatch', 'approval', 'workflow'];

async function allOf(store: Store): Promise<readonly Execution[]> {
  const found: Execution[] = [];
  for (;;) {
    const before = found.at(-1)?.id;
    const page = await store.executions.list({ limit: 1000, ...(before === undefined ? {} : { before }) });
    found.push(...page);
    if (page.length < 1000) return found;
  }
}

/** Calls by run and path. */
function countOf(witnesses: readonly Witness[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { runId, stepPath } of witnesses)
    counts.set(`${runId} ${stepPath}`, (counts.get(`${runId} ${stepPath}`) ?? 0) + 1);
  return counts;
}

/** The keys that each step of a run saw. */
function keysOf(witnesses: readonly Witness[]): Map<string, string[]> {
  const keys = new Map<string, Set<string>>();
  for (const { runId, stepPath, item, idempotencyKey } of witnesses) {
    if (runId === undefined) continue;
    const step = `${runId} ${stepPath} ${item}`;
    keys.set(step, (keys.get(step) ?? new Set()).add(idempotencyKey));
  }
  return new Map([...keys].map(([step, all]) => [step, [...all]]));
}

/** A line of a process that may have been killed while it wrote. */
function readLine(line: string): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(line) as Readonly<Record<string, unknown>>;
  } catch {
    return {};
  }
}
