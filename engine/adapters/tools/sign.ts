import { createHash, createHmac } from 'node:crypto';
import { Problem } from '../../core/problem.ts';
import type { Sign } from '../../program/tool.ts';
import type { RenderedRequest } from './http-request.ts';

/** The headers of a signature by Standard Webhooks. They fit one place and one body. */
export const signatureHeaders: readonly string[] = ['webhook-id', 'webhook-timestamp', 'webhook-signature'];

/**
 * A request with its signature by Standard Webhooks, of the bytes that are sent, now; one for each secret. Its id is the one given, or
 * made of the key of the call, so that it is the same in every attempt. Throws Problem `missing_secret` for a secret that is not set or is not base64.
 * @param who whose request it is, for messages: `tool "rates"`.
 * @param secretOf the value of a secret.
 */
export function signed(
  who: string,
  request: RenderedRequest,
  sign: Sign,
  by: ({ readonly idempotencyKey: string } | { readonly messageId: string }) & {
    secretOf(name: string): string | undefined;
  },
): RenderedRequest {
  const id = 'messageId' in by ? by.messageId : idOf(by.idempotencyKey);
  const timestamp = String(Math.floor(Date.now() / 1000));
  const isBodyless = request.method === 'GET' || request.method === 'HEAD';
  const content = `${id}.${timestamp}.${isBodyless ? '' : (request.body ?? '')}`;
  const signatures = sign.secrets.map((name) => {
    const key = signingKey(who, name, by.secretOf(name));
    return `v1,${createHmac('sha256', key).update(content).digest('base64')}`;
  });
  const headers = new Headers(request.headers);
  headers.set('webhook-id', id);
  headers.set('webhook-timestamp', timestamp);
  headers.set('webhook-signature', signatures.join(' '));
  return { ...request, headers, secretHeaders: [...request.secretHeaders, ...signatureHeaders] };
}

function idOf(idempotencyKey: string): string {
  return `msg_${createHash('sha256').update(idempotencyKey).digest('hex').slice(0, 32)}`;
}

/** The bytes of a secret to sign with. Throws Problem `missing_secret` when it is not set or is not base64. */
export function signingKey(who: string, name: string, secret: string | undefined): Buffer {
  if (secret === undefined) throw new Problem('missing_secret', `${who}: the secret "${name}" is not set`);
  const text = secret.startsWith('whsec_') ? secret.slice('whsec_'.length) : secret;
  if (/^[A-Za-z0-9+/]+={0,2}$/.test(text)) return Buffer.from(text, 'base64');
  throw new Problem('missing_secret', `${who}: the secret "${name}" must be base64, behind "whsec_"`);
}
