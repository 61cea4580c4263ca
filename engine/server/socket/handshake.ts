import type { IncomingMessage } from 'node:http';
import { Problem } from '../../core/problem.ts';

/** The version of WebSocket (RFC 6455). */
const version = '13';

/** Why a request for a WebSocket is none that can be answered. */
export interface HandshakeFault {
  readonly status: number;
  readonly problem: Problem;
  readonly headers: Readonly<Record<string, string>>;
}

/** Whether a request offers to speak WebSocket, however wrong. */
export function isForSocket({ headers }: Pick<IncomingMessage, 'headers'>): boolean {
  return (headers.upgrade ?? '').split(',').some((name) => name.trim().toLowerCase() === 'websocket');
}

/** What is wrong with a request for a WebSocket; undefined when nothing is. */
export function handshakeFault({
  method,
  headers,
}: Pick<IncomingMessage, 'method' | 'headers'>): HandshakeFault | undefined {
  if (headers.host === undefined)
    return {
      status: 400,
      problem: new Problem('invalid_request', 'the request names no host'),
      headers: {},
    };
  if (method !== 'GET')
    return {
      status: 405,
      problem: new Problem('method_not_allowed', `a WebSocket is opened with GET, not with ${method ?? ''}`),
      headers: { Allow: 'GET' },
    };
  const asked = headers['sec-websocket-version'];
  if (asked !== version)
    return {
      status: 426,
      problem: new Problem(
        'invalid_request',
        asked === undefined
          ? `the header "Sec-WebSocket-Version: ${version}" is missing`
          : `version "${asked}" of WebSocket is not spoken here; use ${version}`,
      ),
      headers: { Upgrade: 'websocket', 'Sec-WebSocket-Version': version },
    };
  if (/^[+/0-9A-Za-z]{22}==$/.test(headers['sec-websocket-key'] ?? '')) return undefined;
  return {
    status: 400,
    problem: new Problem('invalid_request', 'the header "Sec-WebSocket-Key" must be 16 bytes in base64'),
    headers: {},
  };
}
