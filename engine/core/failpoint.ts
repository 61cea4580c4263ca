import { Problem } from './problem.ts';
import { choices } from './suggest.ts';

/** The boundaries of durable work at which a test may have the process die, fail, stall or stop. */
export const failpoints = [
  'admit.before_commit',
  'admit.after_commit',
  'recover.before',
  'recover.after',
  'step.before_exec',
  'step.after_exec',
  'step.after_commit',
  'wait.sleep.before',
  'wait.sleep.after',
  'wait.signal.before',
  'wait.signal.after',
  'child.spawn',
  'child.join',
  'turn.before_model',
  'turn.mid_stream',
  'turn.after_model',
  'tool.before_exec',
  'tool.after_exec',
  'tool.after_record',
  'event.append',
  'commit.before',
  'commit.after',
  'settle.before',
  'settle.after',
  'callback.before_send',
  'callback.after_send',
  'migrate.each',
  'shutdown.drain',
  'shutdown.close',
] as const;

/** Name of a boundary. */
export type Failpoint = (typeof failpoints)[number];

/** What can be done to a process at a boundary. `kill` and `stop` take effect before they return. */
export interface FailpointActs {
  kill(): void;
  stop(): void;
  delay(ms: number): Promise<void>;
}

/**
 * Marks a boundary. Nothing happens and nothing is waited for unless a test armed it in this process: then the process is killed or
 * stopped here, this throws, or the result is a wait.
 */
export function failpoint(name: Failpoint): Promise<void> | undefined {
  return armed === undefined ? undefined : armed(name);
}

/**
 * Arms boundaries, in place of those that were; the empty text disarms all. The text is `name:hit=n:action=what`, several joined by
 * `;`: at the n-th time (default 1) that the boundary is reached, `kill`, `throw`, `stop`, or `delay:<milliseconds>`.
 * Throws Problem `invalid_request` for a text that is none.
 */
export function armFailpoints(text: string, acts: FailpointActs): void {
  const traps = text.split(';').flatMap((part) => (part.trim() === '' ? [] : [readTrap(part.trim())]));
  if (traps.length === 0) {
    armed = undefined;
    return;
  }
  const reached = new Map<Failpoint, number>();
  armed = (name) => {
    const times = (reached.get(name) ?? 0) + 1;
    reached.set(name, times);
    const trap = traps.find((one) => one.name === name && one.hit === times);
    if (trap === undefined) return undefined;
    if (trap.action === 'delay') return acts.delay(trap.ms);
    if (trap.action === 'throw') throw new Error(`failpoint "${name}"`);
    acts[trap.action]();
    return undefined;
  };
}

let armed: ((name: Failpoint) => Promise<void> | undefined) | undefined;

interface Trap {
  readonly name: Failpoint;
  readonly hit: number;
  readonly action: 'kill' | 'throw' | 'stop' | 'delay';
  readonly ms: number;
}

function readTrap(text: string): Trap {
  const [, name = '', hit = '1', action = '', ms = '0'] = form.exec(text) ?? [];
  const known = failpoints.find((failpoint) => failpoint === name);
  if (known !== undefined && action !== '')
    return { name: known, hit: Number(hit), action: action as Trap['action'], ms: Number(ms) };
  if (action === '')
    throw new Problem(
      'invalid_request',
      `"${text}" is no failpoint; write "name:hit=1:action=kill", or "throw", "stop", "delay:100"`,
    );
  throw new Problem('invalid_request', `no failpoint "${name}"${choices(name, failpoints)}`);
}

const form = /^([^:]+)(?::hit=(\d+))?:action=(kill|throw|stop|delay(?=:))(?::(\d+))?$/;
