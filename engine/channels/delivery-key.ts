import { createHash } from 'node:crypto';
import type { Channel } from '../program/channel.ts';
import type { Arrived } from './arrived.ts';
import type { Sight } from './sight.ts';

/** Names a delivery among all that its agent gets. */
export function keyOfDelivery(
  { name, dedupe }: Channel,
  sight: Sight,
  { arrived, fingerprint }: { readonly arrived: Arrived; readonly fingerprint: string },
): string {
  const { header, key } = dedupe;
  const given =
    header !== undefined
      ? arrived.one(header)
      : key === undefined
        ? undefined
        : 'render' in key
          ? key.render(sight)
          : key.evaluate(sight);
  const id = given === undefined || given === null ? '' : String(given).trim();
  const prefix = `channel:${name}:`;
  if (id === '') return `${prefix}sha256:${fingerprint}`;
  if (/^[\x21-\x7e]{1,150}$/.test(id)) return prefix + id;
  return `${prefix}long:${createHash('sha256').update(id).digest('hex')}`;
}
