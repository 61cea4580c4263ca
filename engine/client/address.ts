import { Problem } from '../core/problem.ts';

/**
 * The address of a server without a slash at its end; in a page it may be one from where the page is, and an empty one is the origin of
 * the page. Throws Problem `invalid_request` for what is none.
 */
export function addressOf(baseUrl: string): string {
  const page = (globalThis as { location?: { readonly href: string } }).location?.href;
  const url = parsed(baseUrl, page);
  if (url !== undefined && (url.username !== '' || url.password !== ''))
    throw new Problem(
      'invalid_request',
      `"${url.host}" cannot be called by a user name in its address; send it in "headers", as "authorization"`,
    );
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.search !== '' || url.hash !== '')
    throw new Problem(
      'invalid_request',
      `"${baseUrl}" is no address of a server; write one like "http://127.0.0.1:8000"`,
    );
  return url.href.replace(/\/+$/, '');
}

function parsed(text: string, from: string | undefined): URL | undefined {
  try {
    return new URL(text === '' ? '/' : text, from);
  } catch {
    return undefined;
  }
}
