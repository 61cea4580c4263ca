import type { JSONWebKeySet, JWTVerifyGetKey } from 'jose';
import { isObject, type Json } from '../../core/json.ts';
import { Problem } from '../../core/problem.ts';

/** Milliseconds after which keys are fetched anew, while the old ones go on. */
const freshMs = 10 * 60_000;

/** Milliseconds between two fetches of the same cause, whether they succeed or not. */
const coolDownMs = 30_000;

/** Milliseconds the issuer has to answer. */
const patienceMs = 5_000;

/** Largest set of keys, in bytes. */
const maxBytes = 256 * 1024;

/**
 * The public keys of an issuer: fetched when a token first wants one, and again when they are old or a token names one that is not
 * there, each at most every 30 s; what failed is not tried again before. While the issuer does not answer, the keys it gave before go on. The function throws what `jose` throws for a
 * key that is not there, and Problem `issuer_unavailable` while there are no keys at all.
 */
export function createIssuerKeys(url: string, now: () => number = Date.now): JWTVerifyGetKey {
  let keys: JWTVerifyGetKey | undefined;
  let fetchedAt = -Infinity;
  let triedAt = -Infinity;
  let missedAt = -Infinity;
  let loading: Promise<void> | undefined;
  let failure: unknown;

  return async (header, token) => {
    if (keys === undefined) await refresh();
    else if (now() - fetchedAt > freshMs) void refresh();
    if (keys === undefined)
      throw new Problem(
        'issuer_unavailable',
        'the keys to check the token with cannot be had at the moment',
        {
          cause: failure,
        },
      );
    const known = keys;
    try {
      return await known(header, token);
    } catch (thrown) {
      if (!isMissing(thrown)) throw thrown;
      if (keys === known) await refreshForMissing();
      // Others may have fetched them meanwhile.
      if (keys === known) throw thrown;
      return keys(header, token);
    }
  };

  /** An issuer that has just changed its keys is asked at once, though not for every token that names an unknown one. */
  function refreshForMissing(): Promise<void> {
    if (loading === undefined && failure === undefined && now() - missedAt >= coolDownMs) {
      triedAt = -Infinity;
      missedAt = now();
    }
    return refresh();
  }

  /** One fetch for all who wait for it; none within the cool-down. Never rejects. */
  function refresh(): Promise<void> {
    if (loading === undefined && now() - triedAt >= coolDownMs) {
      triedAt = now();
      loading = load().finally(() => (loading = undefined));
    }
    return loading ?? Promise.resolve();
  }

  async function load(): Promise<void> {
    try {
      const [{ createLocalJWKSet }, set] = await Promise.all([import('jose'), fetchKeys(url)]);
      keys = createLocalJWKSet(set);
      fetchedAt = now();
      failure = undefined;
    } catch (thrown) {
      failure = thrown;
    }
  }
}

function isMissing(thrown: unknown): boolean {
  return thrown instanceof Error && 'code' in thrown && thrown.code === 'ERR_JWKS_NO_MATCHING_KEY';
}

async function fetchKeys(url: string): Promise<JSONWebKeySet> {
  const response = await fetch(url, {
    headers: { accept: 'application/jwk-set+json, application/json' },
    // Keys of another place than the config says are no keys.
    redirect: 'error',
    signal: AbortSignal.timeout(patienceMs),
  });
  const set = JSON.parse(await boundedText(response)) as Json;
  if (!response.ok) throw new Error(`the issuer answered with ${response.status}`);
  if (!isObject(set) || !Array.isArray(set['keys'])) throw new Error('the issuer gave no set of keys');
  return { keys: set['keys'].filter(isObject) };
}

async function boundedText({ body }: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body ?? []) {
    bytes += (chunk as Uint8Array).length;
    // Leaving the loop ends the transfer.
    if (bytes > maxBytes) throw new Error(`the issuer's keys are more than ${maxBytes} bytes`);
    chunks.push(chunk as Uint8Array);
  }
  return Buffer.concat(chunks).toString('utf8');
}
