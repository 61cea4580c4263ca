import type { IncomingMessage } from 'node:http';
import type { Json } from '../../core/json.ts';
import { Problem } from '../../core/problem.ts';
import { hostBody, hostBytes, tooLarge } from './host-body.ts';
import { parseJson } from '../../core/parse-json.ts';
import { cutOff } from './received.ts';

/** What is read and thrown away beyond the limit, so that the refusal reaches a client that is still sending. */
const courtesyBytes = 4 * 1024 * 1024;

/**
 * The JSON body of a request, undefined when there is none. A body needs `Content-Type: application/json`; a request without
 * one needs no content type. Throws Problem `unsupported_media_type`, `payload_too_large`, `invalid_json`.
 */
export async function readBody(request: IncomingMessage, limit: number): Promise<Json | undefined> {
  const declared = Number(request.headers['content-length'] ?? 0);
  const hasBody = declared > 0 || request.headers['transfer-encoding'] !== undefined;
  const type = request.headers['content-type'];
  if (hasBody || type !== undefined) requireJson(type);
  if (!hasBody) return undefined;
  refuseEncoded(request);
  const read = hostBody(request, limit);
  if (read !== 'unread') return read.value;
  const bytes = await readBytes(request, limit, declared);
  return bytes.length === 0 ? undefined : parseJson(bytes);
}

/**
 * The bytes of a request, whatever they are. Throws Problem `payload_too_large`, and `unsupported_media_type` for bytes that are
 * compressed.
 */
export async function readRaw(request: IncomingMessage, limit: number): Promise<Uint8Array> {
  refuseEncoded(request);
  const read = hostBytes(request, limit);
  return read === 'unread' ? readBytes(request, limit, Number(request.headers['content-length'] ?? 0)) : read;
}

function refuseEncoded({ headers }: IncomingMessage): void {
  const transfer = headers['transfer-encoding'];
  if (transfer !== undefined && transfer.toLowerCase() !== 'chunked')
    throw new Problem(
      'unsupported_media_type',
      `transfer encoding "${transfer}" is not supported; expected "chunked"`,
    );
  const encoding = headers['content-encoding'];
  if (encoding === undefined || encoding.toLowerCase() === 'identity') return;
  throw new Problem(
    'unsupported_media_type',
    `content encoding "${encoding}" is not supported; send the body as it is`,
  );
}

function requireJson(type: string | undefined): void {
  // As nearly all clients say it.
  if (type === 'application/json') return;
  if (type === undefined) {
    throw new Problem('unsupported_media_type', 'the body needs the content type "application/json"');
  }
  const [mediaType = '', ...parameters] = type.split(';').map((part) => part.trim().toLowerCase());
  const charset = parameters.find((parameter) => parameter.startsWith('charset='))?.slice('charset='.length);
  if (mediaType !== 'application/json' || (charset !== undefined && !/^"?utf-?8"?$/.test(charset))) {
    throw new Problem(
      'unsupported_media_type',
      `content type "${type}" is not supported; expected "application/json"`,
    );
  }
}

function readBytes(request: IncomingMessage, limit: number, declared: number): Promise<Uint8Array> {
  if (declared > limit + courtesyBytes) return Promise.reject(tooLarge(limit));
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const cut = (): void => {
      if (!request.readableEnded) reject(cutOff());
    };
    // What has ended, or was cut off, before it is read tells of nothing any more.
    if (request.destroyed) return cut();
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= limit) chunks.push(chunk);
      else chunks.length = 0;
      if (size <= limit + courtesyBytes) return;
      reject(tooLarge(limit));
      request.destroy();
    });
    request.once('end', () => {
      const [first] = chunks;
      if (size > limit) reject(tooLarge(limit));
      else resolve(chunks.length === 1 && first !== undefined ? first : Buffer.concat(chunks));
    });
    request.once('error', cut);
    request.once('close', cut);
  });
}
