import { idFault } from '../core/ids.ts';
import type { Json } from '../core/json.ts';
import { Problem } from '../core/problem.ts';
import { isTerminal } from '../core/status.ts';
import { eventTopic } from '../ports/topics.ts';
import type { Execution } from '../ports/store.ts';
import { versionOf, type SessionPorts } from '../session/index.ts';
import { checkEvent } from './check-event.ts';

/**
 * Sends an event to a run, which keeps it until a step waits for it; false when this key has sent one of this topic already.
 * Throws Problem `conflict` when the run has ended, `invalid_request` for what is no topic, `invalid_input` for data that no step
 * which may wait for the topic could take.
 */
export async function signalRun(
  ports: Pick<SessionPorts, 'durable' | 'store' | 'clock' | 'redact' | 'now'>,
  run: Execution,
  topic: string,
  payload: Json,
  idempotencyKey: string = ports.clock.ulid(),
): Promise<boolean> {
  const { durable, store, redact } = ports;
  const fault = idFault(topic);
  if (fault !== undefined) throw new Problem('invalid_request', `the topic ${fault}`);
  const signal = { topic: eventTopic(topic), payload: redact.json(payload), idempotencyKey };
  if (!isTerminal(run.state)) checkEvent(await stepsOf(ports, run), topic, signal.payload);
  if (await durable.signal(run.id, signal)) return true;
  const { state } = (await store.executions.get(run.id)) ?? run;
  if (!isTerminal(state)) return false;
  throw new Problem('conflict', `run "${run.id}" is ${state} and takes no more events`);
}

/** The steps that a run is on; none when they cannot be had, since a step passes over what does not fit it in any case. */
async function stepsOf(
  ports: Pick<SessionPorts, 'now'>,
  run: Execution,
): Promise<Parameters<typeof checkEvent>[0]> {
  try {
    const { program, specs } = await versionOf(ports, run);
    const workflow = Object.hasOwn(program.workflows, run.name) ? program.workflows[run.name] : undefined;
    const isSame = workflow?.hash === run.hash || (run.specs !== undefined && run.specs === specs);
    return isSame ? (workflow?.steps ?? []) : [];
  } catch (thrown) {
    if (thrown instanceof Problem) return [];
    throw thrown;
  }
}
