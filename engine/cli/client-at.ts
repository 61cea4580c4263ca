import { createClient, type Client } from '../client/index.ts';

/** A client of a server; signs in with the token of the variable `ENGINE_TOKEN`, where there is one. */
export function clientAt(server: string): Client {
  const token = process.env['ENGINE_TOKEN'] ?? '';
  return createClient({
    baseUrl: server,
    ...(token === '' ? {} : { token }),
  });
}
