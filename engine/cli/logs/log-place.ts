import { statSync } from 'node:fs';
import type { Engine } from '../../api.ts';
import type { Client } from '../../client/index.ts';
import type { EngineEvent } from '../../core/event.ts';
import { workflowOfRun } from '../../core/ids.ts';
import { asProblem } from '../../core/problem.ts';
import { isTerminal } from '../../core/status.ts';
import { createEngine } from '../../engine.ts';
import type { Program } from '../../program/program.ts';
import { asMany } from '../as-many.ts';
import { clientAt } from '../client-at.ts';
import { openProgram } from '../open-program.ts';
import type { Terminal } from '../terminal.ts';
import type { WorkPlace } from '../use-store.ts';

/** A run or submission in short. */
export interface Noted {
  readonly id: string;
  /** Of the workflow or agent. */
  readonly name: string;
  readonly kind: 'run' | 'submission';
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly hasEnded: boolean;
}

/** Where events are: at a server, or in the store of a project. */
export interface LogPlace {
  /** The newest runs and submissions, newest first, of each kind at most `limit`. */
  list(limit: number): Promise<readonly Noted[]>;
  /** Stored events after an index, at most 1000 at once. Throws Problem `run_not_found`, `submission_not_found`. */
  events(
    id: string,
    page: { readonly after: number; readonly limit: number },
  ): Promise<readonly EngineEvent[]>;
  /** Names of the agents or workflows that may be called now. */
  names(kind: 'agent' | 'workflow'): Promise<readonly string[]>;
  close(): Promise<void>;
}

/** Opens the place of events; looks only, so that it works beside the engine that owns the store. */
export async function openLogPlace({ server, project }: WorkPlace, terminal: Terminal): Promise<LogPlace> {
  if (server !== undefined) return atServer(clientAt(server));
  const program = await openProgram(project, terminal);
  if (program.settings.store.type === 'memory')
    terminal.err.line(
      'events are kept in memory (store.type in engine.yaml), so those of other processes are not seen; name a server',
    );
  const current = await openToRead(program);
  return {
    async list(limit) {
      const engine = await current();
      const found = await Promise.all([
        engine.executions({ kind: 'run', limit }),
        engine.executions({ kind: 'submission', limit }),
      ]);
      return newestFirst(
        found.flat().map(({ id, name, kind, createdAt, state }) => ({
          ...{ id, name, kind, at: createdAt },
          hasEnded: isTerminal(state),
        })),
      );
    },
    async events(id, page) {
      const { runs, submissions } = await current();
      return (isRun(id) ? runs : submissions).events(id, page);
    },
    // Profiles tell of what they do in tasks.
    names: (kind) => Promise.resolve(Object.keys(kind === 'agent' ? program.delegates : program.workflows)),
    close: async () => (await current()).close(),
  };
}

/** An engine that reads, opened once more as soon as there is a store: whoever follows may be there before the first work. */
async function openToRead(program: Program): Promise<() => Promise<Engine>> {
  const { type, path } = program.settings.store;
  const isMade = (): boolean =>
    type === 'memory' || (statSync(path, { throwIfNoEntry: false })?.size ?? 0) > 0;
  let sees = isMade();
  let engine = await createEngine({ program, readOnly: true });
  return async () => {
    if (sees || !isMade()) return engine;
    try {
      const next = await createEngine({ program, readOnly: true });
      await engine.close();
      engine = next;
      sees = true;
    } catch (thrown) {
      // It is being made at this moment.
      if (asProblem(thrown).code !== 'store_unavailable') throw thrown;
    }
    return engine;
  };
}

function atServer({ runs, submissions, agents, workflows }: Client): LogPlace {
  return {
    async list(limit) {
      const [started, sent] = await Promise.all([
        asMany('runs', { limit }, (page) => runs.list(page)),
        asMany('submissions', { limit }, (page) => submissions.list(page)),
      ]);
      return newestFirst([
        ...started.map(({ runId: id, workflow: name, createdAt, state }) => ({
          ...{ id, name, kind: 'run' as const, at: Date.parse(createdAt) },
          hasEnded: isTerminal(state),
        })),
        ...sent.map(({ submissionId: id, agent: name, acceptedAt, state }) => ({
          ...{ id, name, kind: 'submission' as const, at: Date.parse(acceptedAt) },
          hasEnded: isTerminal(state),
        })),
      ]);
    },
    async events(id, page) {
      const { events } = await (isRun(id) ? runs : submissions).events(id, page);
      return events;
    },
    async names(kind) {
      if (kind === 'workflow') return (await workflows.list()).map(({ name }) => name);
      const listed = (await agents.list()).map(({ name }) => name);
      const described = await Promise.all(listed.map((name) => agents.get(name)));
      return [...new Set([...listed, ...described.flatMap(({ subagents }) => subagents)])];
    },
    close: () => Promise.resolve(),
  };
}

function isRun(id: string): boolean {
  return workflowOfRun(id) !== undefined;
}

function newestFirst(all: readonly Noted[]): readonly Noted[] {
  return all.toSorted((a, b) => b.at - a.at);
}
