import { isObject, toJson, type Json, type JsonObject, type JsonSchema } from '../../core/json.ts';
import type { SessionAddress } from '../../core/ids.ts';
import type { ImagePart } from '../../core/message.ts';
import type { ModelChoice, ModelSettings, Thinking } from '../../program/model.ts';
import { callersIn, type Caller } from '../execution-part.ts';
import { noGrants, type Grants } from '../workspaces/grants.ts';
import type { Ask, Prepared } from '../prepare.ts';
import type { Delivered } from '../tool-calls/reply-tool.ts';
import { promptWork, type Source, type Work } from '../work.ts';

/** What a submission stores of itself: all that its work needs, also in another process. */
export interface StoredAsk {
  readonly address: SessionAddress;
  readonly work: Work;
  readonly source: Source;
  readonly ask: Ask;
  readonly images: readonly ImagePart[];
  readonly timeoutMs: number | undefined;
  readonly grants: Grants;
  readonly callers: readonly Caller[];
  readonly delivered?: Delivered;
}

/** What is said in a session, and how if a model shall answer. */
export type Said = Pick<Prepared, 'message'> & Partial<Prepared>;

/** The input of a submission's execution: message and input as they are asked, and how, under `options`. */
export function toInput(said: Said, stored: Omit<StoredAsk, 'ask'>): Json {
  const { message, input, model, role, settings, thinking, schema, retries } = said;
  const { address, work, source, grants, callers, delivered, images, timeoutMs } = stored;
  const { agent, instance, session } = address;
  const hasGrants = Object.values(grants).some(({ length }) => length > 0);
  return {
    message,
    ...(input === undefined ? {} : { input: toJson(input) }),
    options: defined({
      agent,
      instance,
      session,
      model: model && modelJson(model),
      role: role?.name,
      modelSettings: settings && toJson(settings),
      thinking: thinking && toJson(thinking),
      schema: schema && toJson(schema),
      retries,
      images: images.length === 0 ? [] : toJson(images),
      timeoutMs,
      work: work.kind === 'prompt' ? undefined : toJson(work),
      source: source === 'prompt' ? undefined : source,
      grants: hasGrants ? toJson(grants) : undefined,
      callers: callers.length === 0 ? undefined : toJson(callers),
      delivered: delivered && toJson(delivered),
    }),
  };
}

/** An object as it reads back from JSON, whose values do already. */
function defined(values: Readonly<Record<string, Json | undefined>>): JsonObject {
  const found: Record<string, Json> = {};
  for (const name in values) {
    const value = values[name];
    if (value !== undefined) found[name] = value;
  }
  return found;
}

/** Models of a Program are asked for again and again, and never change. */
const modelJsons = new WeakMap<ModelChoice, Json>();

function modelJson(model: ModelChoice): Json {
  const known = modelJsons.get(model) ?? toJson(model);
  modelJsons.set(model, known);
  return known;
}

/** What was asked, from the input of a submission's execution; undefined when it was stored before options were. */
export function fromInput(stored: Json): StoredAsk | undefined {
  const { message, input, options } = isObject(stored) ? stored : {};
  if (!isObject(options)) return undefined;
  const {
    agent,
    instance,
    session,
    model,
    role,
    modelSettings,
    thinking,
    schema,
    retries,
    images,
    timeoutMs,
    work = promptWork,
    source = 'prompt',
    grants = noGrants,
    callers,
    delivered,
  } = options as unknown as StoredOptions;
  return {
    address: { agent, instance, session },
    work,
    source,
    ask: {
      message: String(message),
      input: input,
      model,
      role,
      modelSettings: modelSettings ?? {},
      thinking,
      schema,
      retries,
    },
    images,
    timeoutMs,
    grants,
    callers: callersIn(callers),
    ...(delivered === undefined ? {} : { delivered }),
  };
}

/** The input without what it comes from, and who asked: a delivery that is sent again has other headers. */
export function withoutSource(stored: Json): Json {
  if (!isObject(stored) || !isObject(stored['options'])) return stored;
  const { source: _source, callers: _callers, delivered, ...options } = stored['options'];
  if (!isObject(delivered)) return { ...stored, options };
  const { channel = null, body = null } = delivered;
  return { ...stored, options: { ...options, delivered: { channel, body } } };
}

/** The session that a submission went to, from its input. */
export function addressOf(stored: Json): SessionAddress | undefined {
  const options = isObject(stored) ? stored['options'] : undefined;
  if (!isObject(options)) return undefined;
  const { agent, instance, session } = options as unknown as StoredOptions;
  return { agent, instance, session };
}

/** What a submission said, from its input. */
export function messageOf(stored: Json): string {
  const message = isObject(stored) ? stored['message'] : undefined;
  return typeof message === 'string' ? message : '';
}

interface StoredOptions extends SessionAddress {
  readonly model: ModelChoice | undefined;
  readonly role: string | undefined;
  readonly modelSettings: ModelSettings | undefined;
  readonly thinking: Thinking | undefined;
  readonly schema: JsonSchema | undefined;
  readonly retries?: number;
  readonly images: readonly ImagePart[];
  readonly timeoutMs: number | undefined;
  readonly work?: Work;
  readonly source?: Source;
  readonly grants?: Grants;
  readonly callers?: Json;
  readonly delivered?: Delivered;
}
