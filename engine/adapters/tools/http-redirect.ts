import { Problem } from '../../core/problem.ts';
import type { RenderedRequest } from './http-request.ts';
import { signatureHeaders } from './sign.ts';

const redirects = new Set([301, 302, 303, 307, 308]);
const credentials = ['authorization', 'cookie', 'proxy-authorization'];

/** Where an answer redirects to, or null. */
export function redirectTarget(response: {
  readonly status: number;
  readonly headers: Headers;
}): string | null {
  return redirects.has(response.status) ? response.headers.get('location') : null;
}

/**
 * The request that follows a redirect. Credentials and headers that carry secrets stay behind when the origin changes;
 * 303, and 301 or 302 after POST, become GET without a body. Throws Problem `tool_failed` when the target is no http url.
 */
export function redirectRequest(
  who: string,
  request: RenderedRequest,
  status: number,
  location: string,
): RenderedRequest {
  const url = URL.canParse(location, request.url.href) ? new URL(location, request.url) : undefined;
  if (url === undefined || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    throw new Problem('tool_failed', `${who}: redirected to something that is not an http url`);
  }
  url.username = '';
  url.password = '';
  const headers = new Headers(request.headers);
  if (url.origin !== request.url.origin) {
    for (const name of [...credentials, ...request.secretHeaders]) headers.delete(name);
  }
  const becomesGet = status === 303 || ((status === 301 || status === 302) && request.method === 'POST');
  if (!becomesGet || request.method === 'HEAD') return { ...request, url, headers };
  // What was signed is not sent.
  for (const name of ['content-type', ...signatureHeaders]) headers.delete(name);
  return { ...request, url, headers, method: 'GET', body: undefined };
}
