import { sessionKey, type SessionAddress } from '../../core/ids.ts';
import { Problem } from '../../core/problem.ts';
import type { NewExecution, Receipt } from '../../ports/durable.ts';
import type { Agent } from '../../program/agent.ts';
import { busy, checkAddress, named } from '../address.ts';
import { checkDepth } from '../execution-part.ts';
import { noGrants } from '../workspaces/grants.ts';
import type { LiveSessions } from '../live-sessions.ts';
import { hasOwners, ownersOf } from '../owners.ts';
import type { Outcomes } from './outcomes.ts';
import type { SessionPorts } from '../ports.ts';
import { prepareSubmission } from './prepare-submission.ts';
import { toInput } from './submission-input.ts';
import type { Submission } from './submission.ts';
import type { Delivered } from '../tool-calls/reply-tool.ts';
import { promptWork } from '../work.ts';

/**
 * Admits a submission to its session, as the agent's policy for busy sessions says; resolves when it is committed.
 * @param isWatched somebody in this process will wait for its outcome; default true.
 */
export type Admit = (submission: Submission, isWatched?: boolean) => Promise<Receipt>;

/** Admissions not committed yet, by agent and idempotency key. */
type Admitting = Map<string, Promise<Receipt>>;

/** What admits the submissions of an engine. */
export function createAdmission(ports: SessionPorts, live: LiveSessions, outcomes: Outcomes): Admit {
  const admitting: Admitting = new Map();
  return (submission, isWatched = true) => admit(ports, live, outcomes, { admitting, submission, isWatched });
}

async function admit(
  ports: SessionPorts,
  live: LiveSessions,
  outcomes: Outcomes,
  {
    admitting,
    submission,
    isWatched,
  }: { readonly admitting: Admitting; readonly submission: Submission; readonly isWatched: boolean },
): Promise<Receipt> {
  const { durable } = ports;
  const { agent, address, images, timeoutMs, idempotencyKey, grants = noGrants } = submission;
  const { callers = [], parent, delivered } = submission;
  const { work = promptWork, source = work.kind === 'compact' ? 'prompt' : work.kind } = submission;
  checkAddress(address);
  const own = submission.on ?? ports;
  checkDepth(own.program, callers);
  const isShared = own.program.settings.server.auth !== undefined || hasOwners(ports.store);
  const owner = isShared ? await ownerOf(ports, address, parent) : undefined;
  const said = prepareSubmission(ports, submission);
  const key = sessionKey(address);
  const before = durable.count(key);
  const earlier = agent.busy === 'replace' ? durable.pending(key) : [];
  const isBusy = before > 0 || live.get(address).queue.length > 0;
  const isFull = before > agent.queueLimit;
  const isPart = parent !== undefined || callers.length > 0;
  const id = `sub_${ports.clock.ulid()}`;
  const request: NewExecution = {
    id,
    kind: 'submission',
    name: agent.name,
    key,
    input: toInput(said, {
      ...{ address, work, source, images, timeoutMs, grants, callers },
      ...(delivered === undefined ? {} : { delivered: redactDelivered(ports, delivered) }),
    }),
    hash: agent.hash,
    ...(own.specs === undefined ? {} : { specs: own.specs }),
    ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
    ...(parent === undefined ? {} : { parent }),
    ...(owner === undefined ? {} : { owner }),
  };
  if ((agent.busy === 'reject' && isBusy) || isFull) {
    // What was admitted before gets its receipt, however busy the session is.
    if (idempotencyKey !== undefined)
      await admitting.get(sameOf(agent, idempotencyKey))?.catch(() => undefined);
    const known = await durable.known(request, isPart);
    if (known === undefined) throw isFull ? full(agent, address) : busy(address);
    return known;
  }
  if (isWatched) outcomes.expect(id, submission.here);
  try {
    const committing = durable.admit(request, [], isPart, true);
    if (idempotencyKey !== undefined) remember(admitting, sameOf(agent, idempotencyKey), committing);
    const receipt = await committing;
    const isPrompt = work.kind === 'prompt' || work.kind === 'skill';
    if (agent.busy === 'replace' && isPrompt && receipt.created) {
      const reason = new Problem('aborted', 'a newer prompt replaced this one');
      await Promise.all(earlier.map((one) => durable.cancel(one, reason)));
    }
    if (receipt.id !== id) outcomes.drop(id);
    return receipt;
  } catch (thrown) {
    outcomes.drop(id);
    throw thrown;
  }
}

function redactDelivered({ redact }: SessionPorts, { channel, ...rest }: Delivered): Delivered {
  return { channel, ...(redact.json(rest) as unknown as Omit<Delivered, 'channel'>) };
}

/** Whose a submission is: the owner's of its instance, else of what called for it. */
async function ownerOf(
  { store }: SessionPorts,
  { agent, instance }: SessionAddress,
  parent: string | undefined,
): Promise<string | undefined> {
  const owner = await ownersOf(store).of(agent, instance);
  return owner ?? (parent === undefined ? undefined : (await store.executions.get(parent))?.owner);
}

function sameOf({ name }: Agent, idempotencyKey: string): string {
  return `${name} ${idempotencyKey}`;
}

function remember(admitting: Admitting, same: string, committing: Promise<Receipt>): void {
  admitting.set(same, committing);
  const forget = (): void => {
    if (admitting.get(same) === committing) admitting.delete(same);
  };
  committing.then(forget, forget);
}

function full({ queueLimit: limit }: Agent, address: SessionAddress): Problem {
  const what = limit === 1 ? 'a prompt waits' : `${limit} prompts wait`;
  return new Problem(
    'too_many_requests',
    limit === 0
      ? `${named(address)} is at work, and no prompt may wait`
      : `${what} in ${named(address)}; no more are taken`,
    { details: { limit, retryAfterSeconds: 1 } },
  );
}
