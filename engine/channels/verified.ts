import type { DeliveryAnswer } from '../api/channels.ts';
import { isObject } from '../core/json.ts';
import { Problem } from '../core/problem.ts';
import type { Channel } from '../program/channel.ts';
import type { SessionPorts } from '../session/index.ts';
import type { Arrived } from './arrived.ts';
import { keyForm, keyOf } from './key.ts';
import { replyOf, sightOf } from './sight.ts';
import { checkSignature, checkTime } from './signature.ts';

/** Checks who sent a delivery, and when; gives its fingerprint. Throws Problem `unauthorized`, `missing_secret`, `invalid_json`. */
export function verified(on: SessionPorts, channel: Channel, arrived: Arrived): string {
  const { verify } = channel;
  const now = on.clock.now();
  const secrets = secretsOf(on, channel);
  const url = verify.url?.render({ env: on.env }) ?? '';
  const [address = ''] = url.split('?');
  const fingerprint = checkSignature(verify, secrets, arrived, {
    now,
    url: arrived.search === '' ? url : `${address}?${arrived.search}`,
  });
  if (verify.timestampField === undefined) return fingerprint;
  const body = arrived.body();
  const at = isObject(body) ? body[verify.timestampField] : undefined;
  if (typeof at !== 'number')
    throw new Problem('unauthorized', `the delivery is refused: its "${verify.timestampField}" is missing`);
  checkTime(verify, at, now);
  return fingerprint;
}

/** What is answered to a service that looks whether somebody is there before there is a secret; undefined for any other delivery. */
export function unsignedHandshake(
  on: SessionPorts,
  channel: Channel,
  arrived: Arrived,
): DeliveryAnswer | undefined {
  const unsigned = channel.handshakes.filter(({ isUnsigned }) => isUnsigned);
  if (unsigned.length === 0 || arrived.one(channel.verify.header) !== undefined) return undefined;
  try {
    const sight = sightOf(on, channel, arrived);
    const handshake = unsigned.find(({ when }) => when.evaluate(sight) === true);
    if (handshake === undefined) return undefined;
    const told = String(handshake.tell?.evaluate(sight) ?? '').replaceAll(/[^\x20-\x7e]/g, '?');
    if (told !== '')
      on.journal.report(new Problem('unauthorized', `channel "${channel.name}": ${told.slice(0, 400)}`));
    return { ...replyOf(handshake.reply, sight), outcome: { kind: 'handshake' } };
  } catch {
    // What is not signed is told nothing more.
    return undefined;
  }
}

/** The values of the secrets of a channel; there is no checking with an empty one. Throws Problem `missing_secret`. */
export function secretsOf(on: SessionPorts, { name, secrets, verify }: Channel): readonly string[] {
  return secrets.map((secret) => {
    const value = on.secrets.get(secret) ?? '';
    if (value !== '' && keyOf(verify, value) !== undefined) return value;
    const why = value === '' ? 'is not set' : `must be ${keyForm(verify)}`;
    throw new Problem(
      'missing_secret',
      `channel "${name}" cannot check who sends: the secret "${secret}" ${why}`,
      { details: { channel: name, secret } },
    );
  });
}
