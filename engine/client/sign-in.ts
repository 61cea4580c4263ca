import { Problem } from '../core/problem.ts';
import type { ClientOptions } from './types/options.ts';

/** How requests and sockets say who asks. */
export interface SignIn {
  /**
   * The token, if there is one. Throws Problem `unauthorized`, which may pass, when the function that gives it fails, `invalid_request`
   * for one that no header can have.
   */
  token(): Promise<string | undefined>;
  /** Whether there may be another token than the one that was refused; `token` then asks for it. */
  renew(refused: string | undefined): Promise<boolean>;
  /** Headers of a request, in small letters, without that of the token. Throws Problem `invalid_request` when their function fails. */
  headers(): Promise<Readonly<Record<string, string>>>;
}

/** Asks for a token once, and once more for each one that is refused. */
export function createSignIn({ token, headers = {} }: Pick<ClientOptions, 'token' | 'headers'>): SignIn {
  let given: Promise<string | undefined> | undefined;

  /** A failure, and a token that cannot be sent, is not kept. */
  async function ask(give: () => string | Promise<string>): Promise<string | undefined> {
    try {
      // Not at once: `given` is set first, and a failure clears it.
      return carriable(await Promise.resolve().then(give).catch(refuse));
    } catch (thrown) {
      given = undefined;
      throw thrown;
    }
  }

  return {
    async token() {
      return typeof token === 'function' ? (given ??= ask(token)) : carriable(token);
    },
    async renew(refused) {
      if (typeof token !== 'function') return false;
      const known = given;
      const last = await known?.catch(() => undefined);
      // Another call may have asked for a new one meanwhile.
      if (last === refused && given === known) given = undefined;
      return true;
    },
    async headers() {
      try {
        const more = typeof headers === 'function' ? await headers() : headers;
        return Object.fromEntries(new Headers(more).entries());
      } catch (thrown) {
        throw new Problem('invalid_request', `there are no headers: ${reasonOf(thrown)}`, { cause: thrown });
      }
    },
  };
}

function refuse(thrown: unknown): never {
  throw new Problem('unauthorized', `there is no token: ${reasonOf(thrown)}`, {
    cause: thrown,
    retryable: true,
  });
}

/** A token without the ends of lines that files have. What is no text comes of functions that nobody checked the types of. */
function carriable(token: unknown): string | undefined {
  if (token === undefined) return undefined;
  if (typeof token !== 'string') throw new Problem('invalid_request', 'the token must be a text');
  const trimmed = token.trim();
  if (/^[\x20-\x7e]*$/.test(trimmed)) return trimmed;
  throw new Problem('invalid_request', 'the token has characters that no header can have');
}

function reasonOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
