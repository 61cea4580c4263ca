import { createClient, type Client } from '../client/index.ts';
import { Problem } from '../core/problem.ts';

/**
 * A client of a server; signs in with the token of the variable `ENGINE_TOKEN`, where there is one.
 * Throws Problem `invalid_request` when that cannot be a token.
 */
export function clientAt(server: string): Client {
  const token = (process.env['ENGINE_TOKEN'] ?? '').trim();
  if (!/^[\x21-\x7e]*$/.test(token))
    throw new Problem(
      'invalid_request',
      'the variable ENGINE_TOKEN holds no token: there is a space, or a character that no header can carry',
    );
  return createClient({
    baseUrl: server,
    ...(token === '' ? {} : { token }),
  });
}
