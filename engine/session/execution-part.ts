import { isObject, type Json } from '../core/json.ts';
import { sessionKey, type SessionAddress } from '../core/ids.ts';
import { Problem } from '../core/problem.ts';
import type { Program } from '../program/program.ts';

/** Somebody who started work of the project, by a tool call or a dispatch. */
export interface Caller {
  /** Id of the run or submission. */
  readonly id: string;
  /** Keys of the sessions that wait until the work is done. */
  readonly sessions: readonly string[];
}

/** The execution that work is part of. */
export interface ExecutionPart {
  /** Who called it, the outermost first, and itself as the last. */
  readonly callers: readonly Caller[];
  /** The value that is recorded under a key; without one it runs `work` and records what that gives before it resolves. */
  record(key: string, work: () => Promise<Json>): Promise<Json>;
}

/** The same for what is done in a session. */
export function inSession(part: ExecutionPart, address: SessionAddress): ExecutionPart {
  const { callers, record } = part;
  const last = callers.at(-1);
  if (last === undefined) return part;
  const sessions = [...new Set([...last.sessions, sessionKey(address)])];
  return { record, callers: [...callers.slice(0, -1), { ...last, sessions }] };
}

/** Callers of work that nobody waits for. */
export function withoutWaiting(callers: readonly Caller[]): readonly Caller[] {
  return callers.map(({ id }) => ({ id, sessions: [] }));
}

/** Callers as they were stored. */
export function callersIn(stored: Json | undefined): readonly Caller[] {
  if (!Array.isArray(stored)) return [];
  return (stored as readonly Json[]).flatMap((entry): Caller[] => {
    if (!isObject(entry) || typeof entry['id'] !== 'string') return [];
    const sessions = Array.isArray(entry['sessions']) ? (entry['sessions'] as readonly Json[]) : [];
    return [{ id: entry['id'], sessions: sessions.filter((key) => typeof key === 'string') }];
  });
}

/** Throws Problem `limit_reached` when agents and workflows have called each other as deep as tasks may be. */
export function checkDepth({ settings }: Program, callers: readonly Caller[]): void {
  const deepest = Math.max(1, settings.maxTaskDepth);
  if (callers.length <= deepest) return;
  throw new Problem(
    'limit_reached',
    `agents and workflows have called each other ${deepest} deep, and may not any deeper ("defaults.maxTaskDepth")`,
    { details: { limit: 'maxTaskDepth', used: callers.length, allowed: deepest } },
  );
}
