import { Problem } from '../core/problem.ts';
import { choices } from '../core/suggest.ts';
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
}

function isOption(name: string): name is keyof ServerOptions {
  return Object.hasOwn(kinds, name);
}

function isFunction(value: unknown): string | undefined {
  return typeof value === 'function' ? undefined : 'a function';
}
