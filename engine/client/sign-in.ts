import { Problem } from '../core/problem.ts';
import type { ClientOptions } from './types/options.ts';

/** How requests and sockets say who asks. */
export interface SignIn {
  /** The token, if there is one. Throws Problem `unauthorized` when the function that gives it fails. */
  token(): Promise<string | undefined>;
  /** Whether there may be another token than the one that was refused; `token` then asks for it. */
  renew(refused: string | undefined): Promise<boolean>;
  /** Headers of a request, in small letters, without that of the token. */
  headers(): Promise<Readonly<Record<string, string>>>;
}

/** Asks for a token once, and once more for each one that is refused. */
export function createSignIn({ token, headers = {} }: Pick<ClientOptions, 'token' | 'headers'>): SignIn {
  let given: Promise<string> | undefined;

  async function ask(give: () => string | Promise<string>): Promise<string> {
    try {
      return await give();
    } catch (thrown) {
      given = undefined;
      const why = thrown instanceof Error ? thrown.message : String(thrown);
      throw new Problem('unauthorized', `there is no token: ${why}`, { cause: thrown });
    }
  }

  async function current(): Promise<string | undefined> {
    return typeof token === 'function' ? (given ??= ask(token)) : token;
  }

  return {
    token: current,
    async renew(refused) {
      if (typeof token !== 'function') return false;
      // Another call may have asked for a new one meanwhile.
      if ((await current()) === refused) given = undefined;
      return true;
    },
    async headers() {
      const more = typeof headers === 'function' ? await headers() : headers;
      return Object.fromEntries(new Headers(more).entries());
    },
  };
}
