import { urlOf } from '../adapters/tools/http-request.ts';
import { signingKey } from '../adapters/tools/sign.ts';
import { isLoopback } from '../core/loopback.ts';
import { asProblem, Problem } from '../core/problem.ts';
import type { Secrets } from '../ports/secrets.ts';
import type { Callback } from '../program/callback.ts';

/** What the addresses and signatures of callbacks are made of. */
export interface TargetPorts {
  readonly env: Readonly<Record<string, string>>;
  readonly secrets: Secrets;
}

/** Whose request it is, for messages. */
export function whoOf({ name }: Pick<Callback, 'name'>): string {
  return `callback "${name}"`;
}

/**
 * The address of a callback. Its author wrote it out, so that it may be a private one; what would be read on the way is refused.
 * Throws Problem `invalid_project`.
 */
export function addressOf(callback: Callback, { env }: TargetPorts): URL {
  const who = whoOf(callback);
  let url: URL;
  try {
    url = urlOf(who, callback.url.render({ env }));
  } catch (thrown) {
    const unset = [...callback.url.source.matchAll(/env\.(\w+)/g)].flatMap(([, name = '']) =>
      env[name] === undefined ? [name] : [],
    );
    const why =
      unset.length === 0
        ? asProblem(thrown).message
        : `${who}: the environment variable "${unset.join('", "')}" is not set`;
    throw new Problem('invalid_project', why, { cause: thrown });
  }
  if (url.protocol !== 'https:' && !isLoopback(url.hostname))
    throw new Problem(
      'invalid_project',
      `${who}: "${url.origin}" is read by everybody on the way; use https`,
    );
  return url;
}

/** Throws Problem `missing_secret` for a callback that could not be signed, and what `addressOf` throws. */
export function checkTarget(callback: Callback, ports: TargetPorts): void {
  for (const name of callback.sign.secrets) signingKey(whoOf(callback), name, ports.secrets.get(name));
  addressOf(callback, ports);
}
