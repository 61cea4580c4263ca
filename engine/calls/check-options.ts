import type { CallControl } from '../api/call-options.ts';
import { imagesSchema } from '../core/image-types.ts';
import { isObject, type JsonObject } from '../core/json.ts';
import { Problem } from '../core/problem.ts';
import { choices } from '../core/suggest.ts';
import { compileSchema, describeFaults } from '../expr/index.ts';
import { thinkingLevels } from '../program/thinking-levels.ts';

/** What the calls of a session may be told, each by the parts of the option that are data; `true`: any value. */
export type CallName = 'prompt' | 'skill' | 'task' | 'shell' | 'compact';

const text = { type: 'string', minLength: 1 };
const names = { type: 'array', items: text };
const control = { timeoutMs: { type: 'number', exclusiveMinimum: 0 }, idempotencyKey: true };
const grants = { commands: names, secrets: names };
const asking = {
  ...control,
  ...grants,
  role: text,
  model: text,
  thinking: { type: 'string', enum: thinkingLevels },
  images: imagesSchema,
  retries: { type: 'integer', minimum: 0 },
  // Held against what they are where they are used.
  ...{ result: true, tools: true, files: true },
};
const schemas: Readonly<Record<CallName, JsonObject>> = {
  prompt: { ...asking, input: true },
  skill: { ...asking, args: true, cwd: text },
  task: { ...asking, input: true, agent: text, description: { type: 'string' }, cwd: text },
  shell: {
    ...control,
    ...grants,
    cwd: text,
    env: { type: 'object', additionalProperties: { type: 'string' } },
  },
  compact: {
    ...control,
    instructions: { type: 'string' },
    keepTokens: { type: 'number', minimum: 0 },
    model: text,
  },
};

/**
 * Refuses what a program says to a call and the call could not keep: words that are no option, and values of another kind than an
 * option has. TypeScript finds most of it; JavaScript, JSON and casts do not.
 * Throws Problem `invalid_request`, or `invalid_input` for a message that is no text.
 */
export function checkCall(call: CallName, message: unknown, options: unknown): void {
  if (message !== undefined && typeof message !== 'string')
    throw new Problem('invalid_input', `the message of "${call}" must be a text, got ${kindOf(message)}`);
  const given = checkKnown(`options of "${call}"`, options, [...Object.keys(schemas[call]), ...functions]);
  const { signal, onEvent, tools, files } = given as CallControl & Record<string, unknown>;
  if (signal !== undefined && !(signal instanceof AbortSignal))
    refuse(call, `"signal" must be an AbortSignal, got ${kindOf(signal)}`);
  if (onEvent !== undefined && typeof onEvent !== 'function')
    refuse(call, `"onEvent" must be a function, got ${kindOf(onEvent)}`);
  for (const [name, list] of Object.entries({ tools, files }))
    if (list !== undefined && !Array.isArray(list))
      refuse(call, `"${name}" must be a list, got ${kindOf(list)}`);
  for (const file of (files as readonly unknown[] | undefined) ?? [])
    if (!isFile(file)) refuse(call, 'a file is a path, { name, text } or { name, data }');
  const data = Object.entries(given).filter(
    ([key]) => schemas[call][key] !== true && !functions.includes(key),
  );
  const { faults } = check(call).check(Object.fromEntries(data));
  if (faults.length > 0) refuse(call, describeFaults(faults));
  for (const { image } of (given['images'] as readonly { image: string }[] | undefined) ?? [])
    if (!isImage(image))
      refuse(call, 'an "image" is neither base64 text nor an address; name a path under "files" instead');
}

/** Whether a text can be an image: base64, or an address that is one. */
function isImage(image: string): boolean {
  if (/^https?:\/\//i.test(image)) return URL.canParse(image);
  return /^data:|^[A-Za-z0-9+/_\s-]*={0,2}\s*$/.test(image);
}

/** What was given, without what is undefined. Throws Problem `invalid_request` for what is no map, or has a key that is not known. */
export function checkKnown(
  what: string,
  options: unknown,
  known: readonly string[],
): Readonly<Record<string, unknown>> {
  if (!isObject(options))
    throw new Problem('invalid_request', `${what} must be a map, got ${kindOf(options)}`);
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  for (const [key] of given)
    if (!known.includes(key))
      throw new Problem('invalid_request', `unknown key "${key}" in ${what}${choices(key, known)}`);
  return Object.fromEntries(given);
}

const functions = ['signal', 'onEvent'];
const checks = new Map<CallName, ReturnType<typeof compileSchema>>();

function check(call: CallName): ReturnType<typeof compileSchema> {
  const made = checks.get(call) ?? compileSchema({ type: 'object', properties: schemas[call] });
  checks.set(call, made);
  return made;
}

function isFile(file: unknown): boolean {
  if (typeof file === 'string') return true;
  if (typeof file !== 'object' || file === null || !('name' in file) || typeof file.name !== 'string')
    return false;
  if ('text' in file) return typeof file.text === 'string';
  return 'data' in file && file.data instanceof Uint8Array;
}

function refuse(call: CallName, fault: string): never {
  throw new Problem('invalid_request', `options of "${call}": ${fault}`);
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
