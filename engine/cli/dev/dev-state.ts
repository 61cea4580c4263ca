import type { Engine } from '../../api.ts';
import type { Diagnostic } from '../../core/diagnostic.ts';
import type { ProblemData } from '../../core/problem.ts';
import type { Program } from '../../program/program.ts';
import type { Reloaded } from '../../api.ts';

/** A finding as `/__engine/status` tells it. */
export interface DevFinding {
  readonly level: Diagnostic['level'];
  readonly rule: string;
  readonly file: string;
  readonly line: number | null;
  readonly column: number | null;
  readonly message: string;
  readonly suggestions: readonly string[];
  readonly hint?: string;
}

/** The last time that edits went live. */
export interface DevReload extends Pick<Reloaded, 'added' | 'changed' | 'removed'> {
  readonly at: string;
  /** From the first edit of a file to the moment that new work is about the new Program. */
  readonly ms: number;
}

/** What `engine dev` knows of the project it serves. */
export interface DevState {
  readonly project: string;
  /** The last look found no error, and what it found is at work. */
  ok: boolean;
  findings: readonly DevFinding[];
  /** Why the Program of the last look could not be taken up although it has no findings, such as a secret that is not set. */
  problem?: ProblemData;
  /** Since when the Program at work is. */
  since?: string;
  reloads: number;
  lastReload?: DevReload;
  needsRestart: readonly string[];
  /** Called at every change; they throw nothing. */
  readonly watchers: Set<() => void>;
}

/** What is known before the first look. */
export function createDevState(project: string): DevState {
  return { project, ok: false, findings: [], reloads: 0, needsRestart: [], watchers: new Set() };
}

/** Tells those who wait that the state is another one. */
export function tellChange({ watchers }: DevState): void {
  for (const watcher of [...watchers]) watcher();
}

/** Resolves at the next change, or when the signal aborts. */
export function nextChange({ watchers }: DevState, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      watchers.delete(done);
      signal.removeEventListener('abort', done);
      resolve();
    };
    if (signal.aborted) return resolve();
    watchers.add(done);
    signal.addEventListener('abort', done);
  });
}

/** Diagnostics as findings. */
export function devFindings(diagnostics: readonly Diagnostic[]): readonly DevFinding[] {
  return diagnostics.map(({ level, rule, file, range, message, suggestions = [], hint }) => ({
    level,
    rule,
    file,
    line: range?.start.line ?? null,
    column: range?.start.column ?? null,
    message,
    suggestions,
    ...(hint === undefined ? {} : { hint }),
  }));
}

/** The body of `GET /__engine/status`. Without an engine nothing is served yet. */
export async function devStatus(state: DevState, engine?: Engine): Promise<object> {
  const { project, ok, findings, problem, since = null, reloads, lastReload = null, needsRestart } = state;
  const program = engine?.program;
  return {
    ok,
    project,
    name: program?.name ?? null,
    hash: program?.hash ?? null,
    since,
    reloads,
    lastReload,
    needsRestart,
    findings,
    ...(problem === undefined ? {} : { problem }),
    ...(program === undefined ? {} : servedBy(program)),
    sessions: engine === undefined ? [] : await sessionsAtWork(engine),
    runs: engine === undefined ? [] : await runsAtWork(engine),
  };
}

function servedBy(program: Program): object {
  const { agents, delegates, workflows, tools, skills, roles, sandboxes, channels, schedules } = program;
  const profiles = Object.keys(delegates).filter((name) => !Object.hasOwn(agents, name));
  const named = { agents, workflows, tools, skills, roles, sandboxes, channels, schedules };
  const names = Object.entries(named).map(([kind, all]) => [kind, Object.keys(all).sort()] as const);
  return {
    ...Object.fromEntries(names),
    profiles: profiles.sort(),
    mcpServers: Object.keys(program.mcpServers).sort(),
  };
}

const unfinished = ['running', 'waiting', 'queued'] as const;

async function sessionsAtWork(engine: Engine): Promise<readonly object[]> {
  const found = await engine.executions({ kind: 'submission', states: unfinished, limit: 100 });
  return Promise.all(
    found.map(async ({ id }) => {
      const { agent, instance, session, state } = await engine.submissions.get(id);
      return { submissionId: id, agent, instance, session, state };
    }),
  );
}

async function runsAtWork(engine: Engine): Promise<readonly object[]> {
  const found = await engine.executions({ kind: 'run', states: unfinished, limit: 100 });
  return found.map(({ id, name, state }) => ({ runId: id, workflow: name, state }));
}
