import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { Readable } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import { Problem } from '../../core/problem.ts';
import { guardedLookup, writtenHostFault, type FindAddresses } from './http-host.ts';
import type { Outgoing } from '../../ports/telemetry.ts';
import type { RenderedRequest } from './http-request.ts';

/** What a server answered to one request; its body is still to be read, or destroyed. */
export interface RawAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** Without its content encoding. */
  readonly body: Readable;
}

/** Sends one request, without following redirects. */
export interface Sender {
  /**
   * @param isTrusted whether the author of the spec wrote the host out; others may not be private or local: Problem `tool_failed`.
   * Rejects with the error of the connection, or of the signal.
   */
  send(request: RenderedRequest, isTrusted: boolean, signal: AbortSignal): Promise<RawAnswer>;
}

/** Milliseconds that an unused connection is kept. */
const idleMs = 4_000;

/**
 * A sender with its own connections. Those to hosts that are not trusted are kept apart, so that none is used again whose address was
 * not looked at.
 * @param find finds the addresses of names; default the system does.
 * @param outgoing headers that tell where a request stands in a trace; default none.
 */
export function createSender(find?: FindAddresses, outgoing?: Outgoing): Sender {
  const kept = { keepAlive: true, timeout: idleMs };
  const guarded = { ...kept, lookup: guardedLookup(find) };
  const agents = {
    trusted: { http: new HttpAgent(kept), https: new HttpsAgent(kept) },
    guarded: { http: new HttpAgent(guarded), https: new HttpsAgent(guarded) },
  };
  return {
    async send(request, isTrusted, signal) {
      const fault = isTrusted ? undefined : writtenHostFault(request.url);
      if (fault !== undefined) throw new Problem('tool_failed', fault);
      const { http, https } = isTrusted ? agents.trusted : agents.guarded;
      const isSecure = request.url.protocol === 'https:';
      const told = outgoing?.(request.url) ?? {};
      return sendBy(isSecure ? httpsRequest : httpRequest, isSecure ? https : http, request, told, signal);
    },
  };
}

function sendBy(
  open: typeof httpRequest,
  agent: HttpAgent,
  { url, method, headers, body }: RenderedRequest,
  told: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<RawAnswer> {
  const bodyless = method === 'GET' || method === 'HEAD';
  const content = bodyless ? undefined : body;
  return new Promise((resolve, reject) => {
    const request = open(url, {
      agent,
      method,
      signal,
      headers: {
        ...Object.fromEntries(headers),
        ...told,
        ...(bodyless ? {} : { 'content-length': String(Buffer.byteLength(content ?? '')) }),
      },
    });
    request.once('error', reject);
    request.once('close', () => reject(new Error('the connection was closed without an answer')));
    // Nobody asked for another protocol.
    request.once('upgrade', (response, socket) => {
      socket.destroy();
      resolve({ status: response.statusCode ?? 0, headers: headersOf(response), body: Readable.from([]) });
    });
    request.once('response', (response) => {
      resolve({
        status: response.statusCode ?? 0,
        headers: headersOf(response),
        body: method === 'HEAD' ? response : decoded(response),
      });
    });
    request.end(content);
  });
}

function headersOf(response: IncomingMessage): Headers {
  const headers = new Headers();
  for (const [name, values = []] of Object.entries(response.headersDistinct))
    for (const value of values) headers.append(name, value);
  return headers;
}

/** No encoding is asked for, but some servers know of no other. */
function decoded(response: IncomingMessage): Readable {
  const encoding = response.headers['content-encoding']?.toLowerCase();
  const decoder =
    encoding === 'gzip' || encoding === 'x-gzip'
      ? createGunzip()
      : encoding === 'br'
        ? createBrotliDecompress()
        : encoding === 'deflate'
          ? createInflate()
          : undefined;
  if (decoder === undefined) return response;
  response.once('error', (error) => decoder.destroy(error));
  decoder.once('close', () => response.destroy());
  return response.pipe(decoder);
}
