import type { ServerResponse } from 'node:http';

/**
 * Headers of every answer: nothing is kept, guessed to be a page, framed, or allowed to load anything, should a browser show it.
 */
export const safeHeaders: Readonly<Record<string, string>> = {
  'Cache-Control': 'no-store',
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
};

/** Gives an answer these headers, unless its head is out already. */
export function setSafeHeaders(response: ServerResponse): void {
  if (response.headersSent) return;
  for (const [name, value] of entries) response.setHeader(name, value);
}

const entries = Object.entries(safeHeaders);
