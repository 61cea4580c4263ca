import type { JSONWebKeySet, JWTVerifyGetKey } from 'jose';
import { isObject, type Json } from '../../core/json.ts';
import { Problem } from '../../core/problem.ts';

/** Milliseconds after which keys are fetched anew, while the old ones go on. */
const freshMs = 10 * 60_000;

/** Milliseconds after a fetch that failed in which there is no other. */
const failedMs = 30_000;

/** Fetches for tokens that name an unknown key: so many at once, and one more after each pause. */
const burst = 2;
const pauseMs = 15_000;

/** Milliseconds the issuer has to answer. */
const patienceMs = 5_000;

/** Largest set of keys, in bytes. */
const maxBytes = 256 * 1024;

/**
 * The public keys of an issuer: fetched when a token first wants one, and again when they are old or a token names one that is not
 * there. For the same unknown one that is once in 15 s, for all unknown ones together twice at once and then every 15 s; what
 * failed is not tried again for 30 s. While the issuer does not answer, the keys it gave before go on. The function throws what
 * `jose` throws for a key that is not there, and Problem `issuer_unavailable` while there are no keys at all.
 */
export function createIssuerKeys(url: string, now: () => number = Date.now): JWTVerifyGetKey {
  let keys: JWTVerifyGetKey | undefined;
  let fetchedAt = -Infinity;
  let failedAt = -Infinity;
  let loading: Promise<void> | undefined;
  let failure: unknown;
  const mayLook = createAllowance(now);
  /** When keys were looked for that the issuer did not have, the last one last. */
  const missed = new Map<string, number>();

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
      const wanted = JSON.stringify([header.kid, header.alg]);
      const hasLooked = keys === known && (await look(wanted));
      // Others may have fetched them meanwhile.
      if (keys === known) throw thrown;
      try {
        return await keys(header, token);
      } catch (again) {
        if (hasLooked && isMissing(again)) miss(wanted);
        throw again;
      }
    }
  };

  /**
   * An issuer that has just changed its keys is asked at once, though not for every token that names an unknown one. Gives whether it
   * was asked for this one; a fetch that is under way may have begun before the change.
   */
  async function look(wanted: string): Promise<boolean> {
    const isUnderWay = loading !== undefined;
    const wasMissed = now() - (missed.get(wanted) ?? -Infinity) < pauseMs;
    const asks = !isUnderWay && !wasMissed && now() - failedAt >= failedMs && mayLook();
    if (isUnderWay || asks) await refresh();
    return asks;
  }

  function miss(wanted: string): void {
    missed.delete(wanted);
    missed.set(wanted, now());
    for (const [oldest] of missed) if (missed.size > mostMissed) missed.delete(oldest);
  }

  /** One fetch for all who wait for it; none soon after one that failed. Never rejects. */
  function refresh(): Promise<void> {
    if (loading === undefined && now() - failedAt >= failedMs)
      loading = load(now()).finally(() => (loading = undefined));
    return loading ?? Promise.resolve();
  }

  async function load(begun: number): Promise<void> {
    try {
      const [{ createLocalJWKSet }, set] = await Promise.all([import('jose'), fetchKeys(url)]);
      keys = createLocalJWKSet(set);
      fetchedAt = now();
      failure = undefined;
    } catch (thrown) {
      failedAt = begun;
      failure = thrown;
    }
  }
}

/** Unknown keys that are remembered. */
const mostMissed = 1_000;

/** Says yes so many times at once, and once more after each pause. */
function createAllowance(now: () => number): () => boolean {
  let left = burst;
  let at = now();
  return () => {
    const gained = Math.floor((now() - at) / pauseMs);
    left = Math.min(burst, left + gained);
    at = left === burst ? now() : at + gained * pauseMs;
    if (left === 0) return false;
    left -= 1;
    return true;
  };
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
