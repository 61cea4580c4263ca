import { createHash } from 'node:crypto';
import { isObject, toJson, type Json, type JsonObject } from '../../core/json.ts';
import type { ModelRequest } from '../../ports/model.ts';

/** Takes secrets out of what is written. */
export type Redact = (value: Json) => Json;

/**
 * What a cassette knows a call by: provider, model, and everything the model is told, without secrets and without what is new in
 * each run. ULIDs (ids of runs, submissions, instances) become `<ulid>`, image data becomes its digest. Who asks is no part of it.
 */
export function normalise(request: ModelRequest, redact: Redact): JsonObject {
  const { model, system, messages, tools, outputSchema, thinking } = request;
  const settings = { ...model.settings, ...request.settings };
  const told = {
    provider: model.provider,
    model: model.id,
    ...(Object.keys(settings).length === 0 ? {} : { settings }),
    ...(thinking === undefined ? {} : { thinking }),
    ...(system === '' ? {} : { system }),
    messages,
    ...(tools.length === 0 ? {} : { tools }),
    ...(outputSchema === undefined ? {} : { outputSchema }),
  };
  return plain(redact(toJson(told))) as JsonObject;
}

/** The same for the same request, whatever the order of its keys. */
export function keyOf(request: Json): string {
  return createHash('sha256').update(canonical(request)).digest('hex');
}

/** Text as it is written, with nothing in it that differs from run to run or that a file cannot hold. */
function plain(value: Json): Json {
  if (typeof value === 'string') return value.toWellFormed().replace(ulids, '<ulid>');
  if (Array.isArray(value)) return value.map(plain);
  if (!isObject(value)) return value;
  if (value['type'] === 'image' && typeof value['image'] === 'string')
    return { ...value, image: imageName(value['image']) };
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]));
}

const ulids = /(?<![0-9A-Za-z])[0-7][0-9A-HJKMNP-TV-Z]{25}(?![0-9A-Za-z])/g;

function imageName(image: string): string {
  if (/^https?:\/\//i.test(image)) return image;
  return `sha256:${createHash('sha256').update(image).digest('hex')}`;
}

function canonical(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  if (!isObject(value)) return JSON.stringify(value);
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, inner]) => `${JSON.stringify(key)}:${canonical(inner)}`).join()}}`;
}
