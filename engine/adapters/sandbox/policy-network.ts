import type { SecureFetch } from 'just-bash';
import { Problem } from '../../core/problem.ts';
import type { Sandbox as SandboxSpec } from '../../program/sandbox.ts';
import { createSender } from '../tools/http-send.ts';
import { hostFault } from './policy-places.ts';

/** Redirects that one request follows. */
const maxRedirects = 10;

/**
 * Fetches for commands of a virtual sandbox: only hosts of the allowlist, looked up again at every redirect. A name that only a pattern
 * allows may lead to no private or local address. What was sent with a request does not follow it to another host.
 */
export function allowlistedFetch(spec: Pick<SandboxSpec, 'network' | 'limits'>): SecureFetch {
  const sender = createSender();
  const { network, limits } = spec;

  async function hop(url: URL, options: NonNullable<Parameters<SecureFetch>[1]>, signal: AbortSignal) {
    const isHttp = url.protocol === 'http:' || url.protocol === 'https:';
    const fault = isHttp ? hostFault(network, url) : `"${url.protocol}" is not allowed`;
    if (fault !== undefined) throw new Error(fault);
    const isNamed = network.allow.some((pattern) => !pattern.includes('*') && fitsExactly(pattern, url));
    const request = {
      url,
      method: options.method ?? 'GET',
      headers: new Headers(options.headers),
      body: options.body,
      secretHeaders: [],
    };
    try {
      return await sender.send(request, isNamed, signal);
    } catch (thrown) {
      throw thrown instanceof Problem
        ? new Error(
            `${thrown.message.replace(' and not written out in its url', '')}; write it out under "network.allow"`,
          )
        : thrown;
    }
  }

  async function run(address: string, options: NonNullable<Parameters<SecureFetch>[1]>) {
    const timeout = AbortSignal.timeout(Math.min(options.timeoutMs ?? limits.timeoutMs, limits.timeoutMs));
    const signal = options.signal === undefined ? timeout : AbortSignal.any([timeout, options.signal]);
    let url = new URL(address);
    let current = options;
    const most = Math.min(options.maxRedirects ?? maxRedirects, maxRedirects);
    for (let redirects = 0; ; redirects += 1) {
      const answer = await hop(url, current, signal);
      const target = answer.headers.get('location');
      const goesOn = [301, 302, 303, 307, 308].includes(answer.status) && target !== null;
      if (!goesOn || options.followRedirects === false) {
        const body = await readBody(answer.body, limits.fileBytes);
        return {
          status: answer.status,
          statusText: '',
          headers: Object.fromEntries(answer.headers),
          body,
          url: url.href,
        };
      }
      answer.body.destroy();
      if (redirects >= most) throw new Error(`more than ${most} redirects`);
      const next = new URL(target, url);
      current = redirected(current, answer.status, next.host === url.host);
      url = next;
    }
  }

  return (address, options = {}) => run(address, options);
}

function redirected(
  options: NonNullable<Parameters<SecureFetch>[1]>,
  status: number,
  isSameHost: boolean,
): NonNullable<Parameters<SecureFetch>[1]> {
  const asGet = status === 303 || ((status === 301 || status === 302) && options.method === 'POST');
  const { body, ...rest } = options;
  const headers = isSameHost ? new Headers(options.headers) : new Headers();
  return {
    ...rest,
    headers,
    ...(asGet ? { method: 'GET' } : {}),
    ...(asGet || !isSameHost || body === undefined ? {} : { body }),
  };
}

async function readBody(stream: AsyncIterable<Uint8Array>, most: number): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of stream) {
    bytes += part.byteLength;
    if (bytes > most) throw new Error(`the answer is larger than ${most} bytes`);
    parts.push(part);
  }
  return Buffer.concat(parts);
}

function fitsExactly(pattern: string, url: URL): boolean {
  return hostFault({ allow: [pattern], deny: [] }, url) === undefined;
}
