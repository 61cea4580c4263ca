import type { Json } from '../core/json.ts';
import type { CallbackState } from '../core/records/callback.ts';
import type { Documents } from '../ports/store.ts';
import type { Delivery } from './delivery.ts';

/**
 * Namespaces of the documents of deliveries: all of them, what they say, those that are due by callback and time, all by callback and
 * state, those of messages by session, and callbacks that are gone while something waits for them.
 */
export const namespaces = {
  all: 'callbacks',
  bodies: 'callbackbodies',
  due: 'callbacksdue',
  listed: 'callbackslisted',
  sessions: 'callbackssessions',
  gone: 'callbacksgone',
} as const;

/** Key under which a delivery stands among those that are due: those of one callback together, the first due first. */
export function dueKey({ callback, dueAt = 0, id }: Pick<Delivery, 'callback' | 'dueAt' | 'id'>): string {
  return `${callback}/${String(dueAt).padStart(15, '0')}/${id}`;
}

/** What a key of `dueKey` says. */
export function fromDueKey(key: string): {
  readonly callback: string;
  readonly dueAt: number;
  readonly id: string;
} {
  const [callback = '', dueAt = '', id = ''] = key.split('/');
  return { callback, dueAt: Number(dueAt), id };
}

/** What the keys of deliveries to a callback in a state begin with; their ids follow. */
export function listedPrefix(callback: string, state: CallbackState): string {
  return `${callback}/${state}/`;
}

/** What the keys of the deliveries of a session begin with; their ids follow. */
export function sessionPrefix(session: string): string {
  return `${session}/`;
}

/**
 * Asks for all writes that put a delivery in the place of what it was, so that they are one commit. Undefined before: it is new, and
 * its body is for the caller to write; undefined after: it is removed with its body.
 */
export async function replace(
  documents: Documents,
  before: Delivery | undefined,
  after: Delivery | undefined,
): Promise<void> {
  const old = before === undefined ? [] : placesOf(before);
  const own = after === undefined ? [] : placesOf(after);
  const isIn = (all: readonly Place[], [namespace, key]: Place): boolean =>
    all.some((one) => one[0] === namespace && one[1] === key);
  const id = (after ?? before)?.id ?? '';
  await Promise.all([
    ...old.filter((place) => !isIn(own, place)).map(([namespace, key]) => documents.delete(namespace, key)),
    ...own
      .filter((place) => !isIn(old, place))
      .map(([namespace, key]) => documents.set(namespace, key, true)),
    ...(after === undefined
      ? [documents.delete(namespaces.all, id), documents.delete(namespaces.bodies, id)]
      : [documents.set(namespaces.all, id, after as unknown as Json)]),
  ]);
}

type Place = readonly [namespace: string, key: string];

/** Where else a delivery is found. */
function placesOf(delivery: Delivery): readonly Place[] {
  const { id, callback, state, session, dueAt } = delivery;
  return [
    [namespaces.listed, `${listedPrefix(callback, state)}${id}`],
    ...(dueAt === undefined ? [] : [[namespaces.due, dueKey(delivery)] as const]),
    ...(session === undefined ? [] : [[namespaces.sessions, `${sessionPrefix(session)}${id}`] as const]),
  ];
}
