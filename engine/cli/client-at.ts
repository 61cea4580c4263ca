import { createClient, type Client } from '../client/index.ts';

/** A client of a server; signs in with the token, by default that of the variable `ENGINE_TOKEN`, where there is one. */
export function clientAt(server: string, token = process.env['ENGINE_TOKEN'] ?? ''): Client {
  return createClient({
    baseUrl: server,
    ...(token === '' ? {} : { token }),
  });
}
