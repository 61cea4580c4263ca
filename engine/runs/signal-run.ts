import { idFault } from '../core/ids.ts';
import type { Json } from '../core/json.ts';
import { Problem } from '../core/problem.ts';
import { isTerminal } from '../core/status.ts';
import { eventTopic } from '../ports/topics.ts';
import type { Execution } from '../ports/store.ts';
import type { SessionPorts } from '../session/index.ts';

/**
 * Sends an event to a run, which keeps it until a step waits for it; false when this key has sent one of this topic already.
 * Throws Problem `conflict` when the run has ended, `invalid_request` for what is no topic.
 */
export async function signalRun(
  { durable, store, clock, redact }: Pick<SessionPorts, 'durable' | 'store' | 'clock' | 'redact'>,
  run: Execution,
  topic: string,
  payload: Json,
  idempotencyKey: string = clock.ulid(),
): Promise<boolean> {
  const fault = idFault(topic);
  if (fault !== undefined) throw new Problem('invalid_request', `the topic ${fault}`);
  const signal = { topic: eventTopic(topic), payload: redact.json(payload), idempotencyKey };
  if (await durable.signal(run.id, signal)) return true;
  const { state } = (await store.executions.get(run.id)) ?? run;
  if (!isTerminal(state)) return false;
  throw new Problem('conflict', `run "${run.id}" is ${state} and takes no more events`);
}
