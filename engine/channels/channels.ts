import type { DeliveryAnswer, DropReason, EngineChannels } from '../api/channels.ts';
import { findAgent } from '../calls/agents.ts';
import { callSubmission } from '../calls/call-submission.ts';
import { defaultSession } from '../core/ids.ts';
import { isObject, type Json } from '../core/json.ts';
import { asProblem, Problem } from '../core/problem.ts';
import { choices } from '../core/suggest.ts';
import type { Channel } from '../program/channel.ts';
import { checkAddress, type SessionPorts, type Sessions } from '../session/index.ts';
import { arrivedOf, type Arrived } from './arrived.ts';
import { noCounts, type Counts } from './counts.ts';
import { keyOfDelivery } from './delivery-key.ts';
import { createInTurn } from '../core/in-turn.ts';
import { replyOf, sightOf, type Sight } from './sight.ts';
import { secretsOf, unsignedHandshake, verified } from './verified.ts';

/** A delivery whose sender is known. */
interface Verified {
  readonly arrived: Arrived;
  readonly fingerprint: string;
}

/** The channels of an engine: each delivery is admitted once, to an agent, or answered and counted. */
export function createChannels(ports: SessionPorts, sessions: Sessions): EngineChannels {
  const counted = new Map<string, Counts>();
  // The same delivery twice at once: the second is known only when the first is stored.
  const inTurn = createInTurn();
  const countsOf = (name: string): Counts => {
    const counts = counted.get(name) ?? noCounts();
    counted.set(name, counts);
    return counts;
  };

  return {
    list: () =>
      Object.values(ports.program.channels).map(({ name, description, agent, scheme }) => {
        const counts = countsOf(name);
        return { name, description, agent, scheme, ...counts, dropped: { ...counts.dropped } };
      }),

    check() {
      for (const channel of Object.values(ports.program.channels)) secretsOf(ports, channel);
    },

    async receive(name, delivery) {
      const on = ports.now();
      const channel = findChannel(on, name);
      const counts = countsOf(name);
      const arrived = arrivedOf(delivery, channel.formJson);
      let fingerprint: string;
      try {
        fingerprint = verified(on, channel, arrived);
      } catch (thrown) {
        const shaken = unsignedHandshake(on, channel, arrived);
        if (shaken !== undefined) {
          counts.handshakes += 1;
          return shaken;
        }
        if (asProblem(thrown).code === 'unauthorized') counts.refused += 1;
        throw thrown;
      }
      const answer = await takeOrDrop(on, channel, sightOf(on, channel, arrived), { arrived, fingerprint });
      count(counts, answer);
      return answer;
    },
  };

  /** Nothing that was sent can be taken by trying again where the channel or the delivery is at fault. */
  async function takeOrDrop(
    on: SessionPorts,
    channel: Channel,
    sight: Sight,
    known: Verified,
  ): Promise<DeliveryAnswer> {
    try {
      const handshake = channel.handshakes.find(
        ({ isUnsigned, when }) => !isUnsigned && when.evaluate(sight) === true,
      );
      if (handshake !== undefined)
        return { ...replyOf(handshake.reply, sight), outcome: { kind: 'handshake' } };
      if (channel.ignore?.evaluate(sight) === true) return dropped('own_message');
      if (channel.when !== undefined && channel.when.evaluate(sight) !== true) return dropped('when');
      return await take(on, channel, sight, known);
    } catch (thrown) {
      const problem = asProblem(thrown);
      if (problem.code === 'conflict') return dropped('other_body');
      if (!faults.has(problem.code)) throw problem;
      const message = `channel "${channel.name}" dropped a delivery: ${problem.message}`;
      countsOf(channel.name).lastFailure = {
        at: new Date(ports.clock.now()).toISOString(),
        message: ports.redact.text(problem.message),
      };
      ports.journal.report(new Problem(problem.code, message));
      return dropped('failed');
    }
  }

  /** Hands a delivery to its agent: a new message, or the receipt of the one it became before. */
  async function take(
    on: SessionPorts,
    channel: Channel,
    sight: Sight,
    known: Verified,
  ): Promise<DeliveryAnswer> {
    const agent = findAgent(on.program, channel.agent);
    const address = {
      agent: channel.agent,
      instance: channel.instance?.render(sight) ?? channel.name,
      session: channel.session?.render(sight) ?? defaultSession,
    };
    checkAddress(address);
    const input = channel.input?.evaluate(sight);
    const call = {
      ...{ agent, address, input },
      message:
        channel.message?.render(sight) ?? (input === undefined ? plainMessage(channel, sight.body) : ''),
      source: 'dispatch' as const,
      // Only the reply tool looks at it again.
      delivered: {
        channel: channel.name,
        ...(channel.respond === undefined
          ? { body: null, headers: {}, query: {} }
          : { body: sight.body, headers: sight.headers, query: sight.query }),
      },
    };
    const own = sessions.on(on);
    const idempotencyKey = keyOfDelivery(channel, sight, known);
    const receipt = await inTurn(idempotencyKey, () =>
      own.hand(address, () => callSubmission(on.program, own, call, { idempotencyKey })),
    );
    const outcome = { kind: 'accepted' as const, submissionId: receipt.id, isRepeated: !receipt.created };
    return { ...acceptedReply(channel, sight, receipt), outcome };
  }

  /** What was accepted stays so, whatever is wrong with the answer. */
  function acceptedReply(
    { name, reply }: Channel,
    sight: Sight,
    receipt: { readonly id: string; readonly acceptedAt: number },
  ): Omit<DeliveryAnswer, 'outcome'> {
    const usual = {
      status: 202,
      headers: {},
      body: { submissionId: receipt.id, acceptedAt: new Date(receipt.acceptedAt).toISOString() },
    };
    if (reply === undefined) return usual;
    try {
      return replyOf(reply, sight);
    } catch (thrown) {
      const problem = asProblem(thrown);
      ports.journal.report(
        new Problem(problem.code, `the reply of channel "${name}" cannot be made: ${problem.message}`, {
          cause: problem,
        }),
      );
      return usual;
    }
  }
}

/** What is wrong with a channel, or with what came: the same delivery would fail again. */
const faults: ReadonlySet<string> = new Set([
  'expression_failed',
  'template_failed',
  'invalid_input',
  'invalid_request',
]);

function findChannel({ program }: SessionPorts, name: string): Channel {
  const channel = Object.hasOwn(program.channels, name) ? program.channels[name] : undefined;
  if (channel !== undefined) return channel;
  throw new Problem('not_found', `no channel "${name}"${choices(name, Object.keys(program.channels))}`);
}

/** The body as JSON, without what lets its reader act for the sender. */
function plainMessage({ omit }: Channel, body: Json): string {
  if (typeof body === 'string') return body;
  const shown = isObject(body)
    ? Object.fromEntries(Object.entries(body).filter(([key]) => !omit.includes(key)))
    : body;
  return JSON.stringify(shown, null, 2);
}

function dropped(reason: DropReason): DeliveryAnswer {
  return { status: 200, headers: {}, body: { dropped: reason }, outcome: { kind: 'dropped', reason } };
}

function count(counts: Counts, { outcome }: DeliveryAnswer): void {
  if (outcome.kind === 'handshake') counts.handshakes += 1;
  else if (outcome.kind === 'dropped') counts.dropped[outcome.reason] += 1;
  else {
    counts.accepted += 1;
    if (outcome.isRepeated) counts.repeated += 1;
  }
}
