import type { DeliveryAnswer } from '../api/channels.ts';
import type { Json, JsonObject } from '../core/json.ts';
import type { Channel, ChannelReply } from '../program/channel.ts';
import type { SessionPorts } from '../session/index.ts';
import type { Arrived } from './arrived.ts';

/** What the texts of a channel see of a delivery. */
export interface Sight extends Record<string, unknown> {
  readonly body: Json;
  readonly headers: JsonObject;
  readonly query: JsonObject;
}

/** A delivery as the texts of its channel see it. Throws Problem `invalid_json`. */
export function sightOf(on: SessionPorts, { verify }: Channel, arrived: Arrived): Sight {
  return {
    body: arrived.body(),
    headers: arrived.headers(verify.header),
    query: arrived.query(),
    env: on.env,
  };
}

/** An answer to the sender. Throws Problem `expression_failed`. */
export function replyOf(
  { status, headers, body }: ChannelReply,
  sight: Sight,
): Omit<DeliveryAnswer, 'outcome'> {
  return {
    status,
    headers: Object.fromEntries(
      Object.entries(headers).flatMap(([name, value]) => {
        const text = value.evaluate(sight);
        return text === null ? [] : [[name.toLowerCase(), String(text).replaceAll(/[^\x20-\x7e]/g, '')]];
      }),
    ),
    body: body?.evaluate(sight),
  };
}
