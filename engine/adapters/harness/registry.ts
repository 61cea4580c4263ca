import { isObject } from '../../core/json.ts';
import { Problem } from '../../core/problem.ts';
import type { Harness } from '../../ports/harness.ts';

/**
 * Makes a harness known, by a name, to every engine that this process starts from now on; the built-in ones stay. The same name again
 * takes the place of the first. Throws Problem `invalid_request`.
 *
 * @example registerHarness('my-loop', { name: 'my-loop', run: (task, context) => turnLoop.run(task, context) });
 */
export function registerHarness(name: string, harness: Harness): void {
  if (!/^[a-zA-Z][\w-]*$/.test(name))
    throw new Problem(
      'invalid_request',
      `"${name}" cannot be the name of a harness; use letters, digits, "_" and "-"`,
    );
  if (!isHarness(harness))
    throw new Problem('invalid_request', `harness "${name}" is no object with a "run" function`);
  registered.set(name, harness);
}

/** The harnesses that were registered, by name. */
export function registeredHarnesses(): Readonly<Record<string, Harness>> {
  return Object.fromEntries(registered);
}

/** Whether a value of unknown origin can be a harness. */
export function isHarness(value: unknown): value is Harness {
  return isObject(value) && typeof (value as { run?: unknown }).run === 'function';
}

const registered = new Map<string, Harness>();
