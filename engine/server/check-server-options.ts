import { Problem } from '../core/problem.ts';
import { choices } from '../core/suggest.ts';
import { usualRequestMs, type Timeouts } from './http/http-server.ts';
import type { ServerOptions } from './server.ts';

/** What the value of each option must be; one that is missing here does not compile. */
const kinds: Readonly<Record<keyof ServerOptions, (value: unknown) => string | undefined>> = {
  host: (value) => (typeof value === 'string' && value !== '' ? undefined : 'a name or an address'),
  port: (value) =>
    Number.isInteger(value) && Number(value) >= 0 && Number(value) <= 65_535
      ? undefined
      : 'a whole number from 0 to 65535',
  insecure: (value) => (typeof value === 'boolean' ? undefined : 'true or false'),
  callerOf: isFunction,
  bodyBytes: (value) => (Number.isInteger(value) && Number(value) > 0 ? undefined : 'a number of bytes'),
  timeouts: (value) => (typeof value === 'object' && value !== null ? undefined : 'an object'),
  basePath: (value) =>
    typeof value === 'string' && (value === '' || /^\/[\w.~/-]*$/.test(value))
      ? undefined
      : 'a path, such as "/engine"',
  routes: (value) => (Array.isArray(value) ? undefined : 'a list of routes'),
  log: isFunction,
  onRequest: isFunction,
};

/**
 * Refuses what a program in JavaScript may say and a server could not keep. Throws Problem `invalid_request`.
 * @param engine what shall be served.
 */
export function checkServerOptions(engine: unknown, options: object): void {
  if (typeof engine !== 'object' || engine === null || !('program' in engine))
    throw new Problem(
      'invalid_request',
      engine instanceof Promise
        ? 'createServer needs an engine, got a promise; await it'
        : 'createServer needs an engine, such as createEngine gives',
    );
  for (const [name, value] of Object.entries(options)) {
    if (!isOption(name))
      throw new Problem(
        'invalid_request',
        `unknown key "${name}" in options of createServer${choices(name, Object.keys(kinds))}`,
      );
    const wanted = value === undefined ? undefined : kinds[name](value);
    if (wanted !== undefined)
      throw new Problem('invalid_request', `options of createServer: "${name}" must be ${wanted}`);
  }
  if ('timeouts' in options && options.timeouts !== undefined) checkTimeouts(options.timeouts as object);
}

const timeouts: Readonly<Record<keyof Timeouts, true>> = { headersMs: true, requestMs: true, idleMs: true };

/** Longest time a timer can wait, in milliseconds. */
const maxTimerMs = 2 ** 31 - 1;

function checkTimeouts(given: Timeouts): void {
  for (const [name, value] of Object.entries(given) as [string, unknown][]) {
    if (!Object.hasOwn(timeouts, name))
      throw new Problem(
        'invalid_request',
        `unknown key "${name}" in "timeouts" of createServer${choices(name, Object.keys(timeouts))}`,
      );
    if (
      value !== undefined &&
      !(Number.isInteger(value) && Number(value) >= 0 && Number(value) <= maxTimerMs)
    )
      throw new Problem(
        'invalid_request',
        `"timeouts" of createServer: "${name}" must be milliseconds, 1 to ${maxTimerMs}, or 0 for no limit`,
      );
  }
  const { headersMs = 0, requestMs = usualRequestMs } = given;
  if (requestMs > 0 && headersMs > requestMs)
    throw new Problem(
      'invalid_request',
      '"timeouts" of createServer: "headersMs" must not be more than "requestMs", which is for headers and body together',
    );
}

function isOption(name: string): name is keyof ServerOptions {
  return Object.hasOwn(kinds, name);
}

function isFunction(value: unknown): string | undefined {
  return typeof value === 'function' ? undefined : 'a function';
}
