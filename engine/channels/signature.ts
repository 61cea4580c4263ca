import { createHash, createHmac, createPublicKey, timingSafeEqual, verify as verifyWith } from 'node:crypto';
import { Problem } from '../core/problem.ts';
import type { ChannelVerify } from '../program/channel.ts';
import { keyOf } from './key.ts';
import type { Arrived } from './arrived.ts';

/** Signatures of one header that are looked at. */
const mostSignatures = 16;

/**
 * Checks that a delivery was signed with one of the secrets, a short while ago. Throws Problem `unauthorized`, which says what is wrong
 * and nothing of what would be right.
 * @returns a fingerprint of the bytes that are signed: the same for the same delivery.
 */
export function checkSignature(
  how: ChannelVerify,
  secrets: readonly string[],
  arrived: Arrived,
  context: { readonly url: string; readonly now: number },
): string {
  const given = arrived.one(how.header) ?? refuse(`the header "${how.header}" is missing`);
  if (how.algorithm === 'none') {
    if (!secrets.some((secret) => isSame(Buffer.from(given), Buffer.from(secret)))) refuse(unfit);
    return fingerprintOf([arrived.bytes]);
  }
  const parts = partsOf(how, given);
  const timestamp = timestampOf(how, parts, arrived, context.now);
  const payload = payloadOf(how, arrived, { timestamp, url: context.url });
  const signatures = signaturesOf(how, parts);
  if (!secrets.some((secret) => fitsAny(how, secret, payload, signatures))) refuse(unfit);
  return fingerprintOf(payload);
}

/** Throws Problem `unauthorized` for a time that is too far from now. */
export function checkTime(how: Pick<ChannelVerify, 'toleranceMs'>, at: number, now: number): void {
  if (Math.abs(now - at) > how.toleranceMs)
    refuse(`the delivery is from another time than now, by more than ${how.toleranceMs / 1000} s`);
}

const unfit = 'the signature does not fit';

function refuse(what: string): never {
  throw new Problem('unauthorized', `the delivery is refused: ${what}`);
}

function partsOf({ separator }: ChannelVerify, given: string): readonly string[] {
  return separator === undefined ? [given] : given.split(separator).map((part) => part.trim());
}

function signaturesOf({ prefix, separator }: ChannelVerify, parts: readonly string[]): readonly string[] {
  const found = parts.filter((part) => part.startsWith(prefix)).map((part) => part.slice(prefix.length));
  if (found.length === 0) refuse(separator === undefined ? unfit : 'the header holds no signature');
  return found.slice(0, mostSignatures);
}

/** The time of sending as it is written; undefined where the signature has none. Throws for one that is not now. */
function timestampOf(
  how: ChannelVerify,
  parts: readonly string[],
  arrived: Arrived,
  now: number,
): string | undefined {
  const { timestampHeader, timestampPrefix } = how;
  if (timestampHeader === undefined && timestampPrefix === undefined) return undefined;
  const found =
    timestampPrefix === undefined
      ? [arrived.one(timestampHeader ?? '') ?? '']
      : parts
          .filter((part) => part.startsWith(timestampPrefix))
          .map((part) => part.slice(timestampPrefix.length));
  const [text = ''] = found;
  if (found.length !== 1 || !/^\d{1,12}$/.test(text)) refuse('its time is missing or no number of seconds');
  checkTime(how, Number(text) * 1000, now);
  return text;
}

type Payload = readonly (string | Uint8Array)[];

function payloadOf(
  { payload, idHeader }: ChannelVerify,
  arrived: Arrived,
  { timestamp, url }: { readonly timestamp: string | undefined; readonly url: string },
): Payload {
  return payload.split(/(\{(?:timestamp|id|url|form|body)\})/).map((part) => {
    switch (part) {
      case '{timestamp}':
        return timestamp ?? refuse('its time is missing');
      case '{id}':
        return arrived.one(idHeader ?? '') ?? refuse(`the header "${idHeader ?? ''}" is missing`);
      case '{url}':
        return url;
      case '{form}':
        return arrived.form()?.signed ?? hashedInAddress(payload, arrived);
      case '{body}':
        return arrived.bytes;
      default:
        return part;
    }
  });
}

/** Of a body that is no form Twilio signs the hash, which it writes into the address; so the address must be signed too. */
function hashedInAddress(payload: string, { bytes, search }: Arrived): string {
  if (!payload.includes('{url}')) refuse('the body is no form, which is what is signed');
  const given = new URLSearchParams(search).getAll('bodySHA256');
  const hash = createHash('sha256').update(bytes).digest();
  if (given.length !== 1 || !isSame(Buffer.from(given[0] ?? '', 'hex'), hash))
    refuse('the body is no form, and its hash is not in the address');
  return '';
}

function fitsAny(
  how: ChannelVerify,
  secret: string,
  payload: Payload,
  signatures: readonly string[],
): boolean {
  const key = keyOf(how, secret);
  if (key === undefined) return false;
  const decoded = signatures.flatMap((signature) => decode(how.encoding, signature) ?? []);
  if (how.algorithm === 'ed25519') {
    const publicKey = createPublicKey({ key: Buffer.concat([spki, key]), format: 'der', type: 'spki' });
    const signed = Buffer.concat(payload.map((part) => Buffer.from(part)));
    return decoded.some(
      (signature) => signature.length === 64 && verifyWith(null, signed, publicKey, signature),
    );
  }
  const hmac = createHmac(how.algorithm, key);
  for (const part of payload) hmac.update(part);
  const expected = hmac.digest();
  return decoded.some((signature) => isSame(signature, expected));
}

/** What stands before the 32 bytes of an Ed25519 key. */
const spki = Buffer.from('302a300506032b6570032100', 'hex');

/** Undefined for what is written in another way than it must be: capitals in hex, other lengths, other letters. */
function decode(encoding: 'hex' | 'base64', text: string): Buffer | undefined {
  if (encoding === 'hex' && !/^(?:[0-9a-f]{2})+$/.test(text)) return undefined;
  const bytes = Buffer.from(text, encoding);
  return bytes.toString(encoding) === text ? bytes : undefined;
}

function isSame(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && timingSafeEqual(one, other);
}

function fingerprintOf(payload: Payload): string {
  const hash = createHash('sha256');
  for (const part of payload) hash.update(part);
  return hash.digest('hex');
}
