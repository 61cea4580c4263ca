import type { ChannelVerify } from '../program/channel.ts';

/** The bytes of a secret that signatures are checked with; undefined for a secret that cannot be one. */
export function keyOf(
  { algorithm, secretPrefix }: Pick<ChannelVerify, 'algorithm' | 'secretPrefix'>,
  secret: string,
): Buffer | undefined {
  if (secret === '') return undefined;
  if (algorithm === 'ed25519')
    return /^[0-9a-fA-F]{64}$/.test(secret) ? Buffer.from(secret, 'hex') : undefined;
  if (secretPrefix === undefined) return Buffer.from(secret);
  const text = secret.startsWith(secretPrefix) ? secret.slice(secretPrefix.length) : secret;
  return /^[A-Za-z0-9+/]+={0,2}$/.test(text) ? Buffer.from(text, 'base64') : undefined;
}

/** What a secret must be, for messages. */
export function keyForm({
  algorithm,
  secretPrefix,
}: Pick<ChannelVerify, 'algorithm' | 'secretPrefix'>): string {
  if (algorithm === 'ed25519') return 'the public key: 64 hex digits';
  return secretPrefix === undefined ? 'a text' : `base64, behind "${secretPrefix}"`;
}
