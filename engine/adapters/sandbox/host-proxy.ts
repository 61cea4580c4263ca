import {
  createServer,
  request as requestFrom,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  type ServerResponse,
} from 'node:http';
import { connect } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Sandbox as SandboxSpec } from '../../program/sandbox.ts';
import { guardedLookup, writtenHostFault, type FindAddresses } from '../tools/http-host.ts';
import { hostFault } from './policy-places.ts';

/** A way to the hosts that a sandbox allows, for programs that have no other network. */
export interface HostProxy {
  close(): Promise<void>;
}

/** Connections at a time. */
const mostConnections = 128;
const connectMs = 30_000;

/**
 * A proxy for HTTP, and for anything else by `CONNECT`, on a Unix socket. A host must be allowed by the lists of the spec; one that only a
 * pattern allows may have no private or local address, and connections are made to the addresses that were looked at.
 * @param socket path of the socket, which is made.
 * @param find finds the addresses of names; default the system does.
 */
export async function openHostProxy(
  network: SandboxSpec['network'],
  socket: string,
  find?: FindAddresses,
): Promise<HostProxy> {
  const lookup = guardedLookup(find);
  const open = new Set<Duplex>();
  const server = createServer((request, response) => {
    try {
      passOn(request, response);
    } catch {
      // What Node does not send on: a header or a method that it does not take.
      response.destroy();
    }
  });
  server.maxConnections = mostConnections;

  /** Why an address may not be reached, or what its name is looked up by. */
  function way(url: URL): { readonly fault: string } | { readonly lookup?: typeof lookup } {
    const fault = hostFault(network, url);
    if (fault !== undefined) return { fault };
    const named = network.allow.filter((pattern) => !pattern.includes('*'));
    if (hostFault({ allow: named, deny: [] }, url) === undefined) return {};
    const local = writtenHostFault(url);
    return local === undefined ? { lookup } : { fault: `${local}; write it out under "network.allow"` };
  }

  function passOn(request: IncomingMessage, response: ServerResponse): void {
    const refuse = (status: number, text: string): void => {
      if (response.headersSent) response.destroy();
      else response.writeHead(status, { 'content-type': 'text/plain', connection: 'close' }).end(`${text}\n`);
    };
    const url = urlOf(request.url);
    if (url?.protocol !== 'http:') return refuse(400, 'this is a proxy for http, and for "CONNECT"');
    const found = way(url);
    if ('fault' in found) return refuse(403, found.fault);
    const upstream = requestFrom(
      url,
      { ...found, method: request.method, headers: passedOn(request), agent: false },
      (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      },
    );
    upstream.on('error', (error) => refuse(502, error.message));
    request.on('error', () => upstream.destroy());
    response.on('close', () => upstream.destroy());
    request.pipe(upstream);
  }

  server.on('connect', (request, client, head) => {
    open.add(client);
    client.on('close', () => open.delete(client));
    client.on('error', () => undefined);
    const refuse = (status: string, text: string): void => {
      client.end(`HTTP/1.1 ${status}\r\ncontent-type: text/plain\r\nconnection: close\r\n\r\n${text}\n`);
    };
    const url = urlOf(`https://${request.url ?? ''}`);
    if (url === undefined || url.pathname !== '/' || url.username !== '')
      return refuse('400 Bad Request', 'after "CONNECT" comes a host and a port');
    const found = way(url);
    if ('fault' in found) return refuse('403 Forbidden', found.fault);
    const upstream = connect({
      ...found,
      host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
      port: Number(url.port === '' ? 443 : url.port),
      timeout: connectMs,
    });
    let isOpen = false;
    upstream.once('connect', () => {
      isOpen = true;
      upstream.setTimeout(0);
      client.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      if (head.length > 0) upstream.write(head);
      upstream.pipe(client);
      client.pipe(upstream);
    });
    upstream.on('timeout', () => upstream.destroy(new Error('the host does not answer')));
    upstream.on('error', (error) => {
      if (isOpen) client.destroy();
      else refuse('502 Bad Gateway', error.message);
    });
    client.on('close', () => upstream.destroy());
    upstream.on('close', () => client.end());
  });

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(socket, resolve);
  });
  // A sandbox that nobody closed keeps no program from ending.
  server.unref();
  return {
    close: () =>
      new Promise((resolve) => {
        for (const client of open) client.destroy();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Headers for the next server: without those between the program and the proxy, and without a name that the address does not have. */
function passedOn(request: IncomingMessage): OutgoingHttpHeaders {
  const headers: OutgoingHttpHeaders = {};
  for (const [name, values] of Object.entries(request.headersDistinct))
    if (!dropped.test(name)) headers[name] = values?.length === 1 ? values[0] : values;
  return headers;
}

const dropped = /^(host|proxy-.*|connection|keep-alive|te|trailer|transfer-encoding|upgrade)$/;

function urlOf(text: string | undefined): URL | undefined {
  return text !== undefined && URL.canParse(text) ? new URL(text) : undefined;
}
