import type { EngineEvent, EventScope } from '../../core/event.ts';
import { isObject, type Json } from '../../core/json.ts';
import type { Usage } from '../../core/message.ts';
import { packUsage, unpackUsage } from './usage-row.ts';

/**
 * An event as its row has it: what its row says already is left out, and what is in every event has a place instead of a name. That is
 * a third of its size, and most of what a turn leaves on the disk is events.
 */
export function packEvent(event: EngineEvent): string {
  const { v, id, index, executionId, timestamp, type, data } = event;
  const time = Date.parse(timestamp);
  const places: Packed[3][number][] = [];
  let isRegular = id === `${executionId}#${index}` && timestamp === new Date(time).toISOString();
  for (const name in event) {
    if (inEveryEvent.has(name)) continue;
    const place = placeOf.get(name);
    if (place === undefined) isRegular = false;
    else fill(places, place, event[name as keyof EventScope], executionId);
  }
  if (!isRegular) return JSON.stringify(event);
  return JSON.stringify([v, type, time, places, packData(data)]);
}

/** The event of a row, from its body as JSON. */
export function unpackEvent(executionId: string, index: number, body: Json): EngineEvent {
  // Written whole, or before events were packed.
  if (!Array.isArray(body)) return body as unknown as EngineEvent;
  const [v, type, time, places, data] = body as unknown as Packed;
  const scope = places.flatMap((value, place) =>
    value === null ? [] : [[scopePlaces[place] ?? '', value === own ? executionId : value] as const],
  );
  return {
    v,
    id: `${executionId}#${index}`,
    index,
    timestamp: new Date(time).toISOString(),
    executionId,
    ...Object.fromEntries(scope),
    type,
    data: unpackData(data),
  } as unknown as EngineEvent;
}

type Packed = readonly [
  v: 1,
  type: string,
  time: number,
  places: readonly (string | typeof own | null)[],
  data: Json,
];

/** Stands for the id of the execution itself. */
const own = 0;

/** Never change the order: add at the end. */
const scopePlaces = [
  'runId',
  'submissionId',
  'agent',
  'instanceId',
  'session',
  'operationId',
  'turnId',
  'toolCallId',
  'taskId',
  'stepPath',
  'parentId',
] as const satisfies readonly (keyof EventScope)[];

const inEveryEvent: ReadonlySet<string> = new Set('v id index executionId timestamp type data'.split(' '));

const placeOf: ReadonlyMap<string, number> = new Map(scopePlaces.map((name, place) => [name, place]));

/** Puts a value of the scope at its place; the places in front that have none yet hold nothing. */
function fill(
  places: Packed[3][number][],
  place: number,
  value: string | undefined,
  executionId: string,
): void {
  if (value === undefined) return;
  while (places.length <= place) places.push(null);
  places[place] = value === executionId ? own : value;
}

function packData(data: EngineEvent['data']): unknown {
  const usage = (data as { usage?: Usage }).usage;
  return usage === undefined ? data : { ...data, usage: packUsage(usage) };
}

function unpackData(data: Json): Json {
  if (!isObject(data) || data['usage'] === undefined) return data;
  return { ...data, usage: unpackUsage(data['usage']) as unknown as Json };
}
