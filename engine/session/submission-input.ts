import { isObject, toJson, type Json, type JsonSchema } from '../core/json.ts';
import type { SessionAddress } from '../core/ids.ts';
import type { ImagePart } from '../core/message.ts';
import type { ModelChoice, ModelSettings, Thinking } from '../program/model.ts';
import type { Ask, Prepared } from './prepare.ts';

/** What a submission stores of itself: all that its work needs, also in another process. */
export interface StoredAsk {
  readonly address: SessionAddress;
  readonly ask: Ask;
  readonly images: readonly ImagePart[];
  readonly timeoutMs: number | undefined;
}

/** The input of a submission's execution: message and input as they are asked, and how, under `options`. */
export function toInput(prepared: Prepared, stored: Omit<StoredAsk, 'ask'>): Json {
  const { message, input, model, role, settings, thinking, schema } = prepared;
  return toJson({
    message,
    ...(input === undefined ? {} : { input }),
    options: {
      ...stored.address,
      model,
      role: role?.name,
      modelSettings: settings,
      thinking,
      schema,
      images: stored.images,
      timeoutMs: stored.timeoutMs,
    },
  });
}

/** What was asked, from the input of a submission's execution; undefined when it was stored before options were. */
export function fromInput(stored: Json): StoredAsk | undefined {
  const { message, input, options } = isObject(stored) ? stored : {};
  if (!isObject(options)) return undefined;
  const { agent, instance, session, model, role, modelSettings, thinking, schema, images, timeoutMs } =
    options as unknown as StoredOptions;
  return {
    address: { agent, instance, session },
    ask: {
      message: String(message),
      input: input,
      model,
      role,
      modelSettings,
      thinking,
      schema,
    },
    images,
    timeoutMs,
  };
}

/** The session that a submission went to, from its input. */
export function addressOf(stored: Json): SessionAddress | undefined {
  return fromInput(stored)?.address;
}

/** What a submission said, from its input. */
export function messageOf(stored: Json): string {
  const message = isObject(stored) ? stored['message'] : undefined;
  return typeof message === 'string' ? message : '';
}

interface StoredOptions extends SessionAddress {
  readonly model: ModelChoice;
  readonly role: string | undefined;
  readonly modelSettings: ModelSettings;
  readonly thinking: Thinking | undefined;
  readonly schema: JsonSchema | undefined;
  readonly images: readonly ImagePart[];
  readonly timeoutMs: number | undefined;
}
