import { createHash } from 'node:crypto';
import { isObject, type Json, type JsonObject } from '../../core/json.ts';
import { textOf } from './http-request.ts';

/**
 * A body of `multipart/form-data`: each key a part, each item of a list a part of its own, maps as JSON. The same fields always give
 * the same bytes.
 * @param files keys whose texts are contents of files.
 */
export function multipartOf(
  fields: JsonObject,
  files: readonly string[],
): { readonly type: string; readonly body: string } {
  const boundary = `part-${createHash('sha256').update(JSON.stringify(fields)).digest('hex').slice(0, 32)}`;
  const parts = Object.entries(fields).flatMap(([name, value]) =>
    (Array.isArray(value) ? (value as readonly Json[]) : [value]).map((item) =>
      partOf(name, item, files.includes(name)),
    ),
  );
  const body = [...parts.map((part) => `--${boundary}\r\n${part}\r\n`), `--${boundary}--\r\n`].join('');
  return { type: `multipart/form-data; boundary=${boundary}`, body };
}

function partOf(name: string, value: Json, isFile: boolean): string {
  const label = `name="${quoted(name)}"${isFile ? `; filename="${quoted(name)}"` : ''}`;
  const type = isFile ? 'application/octet-stream' : isObject(value) ? 'application/json' : undefined;
  const head = `content-disposition: form-data; ${label}${type === undefined ? '' : `\r\ncontent-type: ${type}`}`;
  return `${head}\r\n\r\n${textOf(value)}`;
}

/** As browsers write names. */
function quoted(name: string): string {
  return name.toWellFormed().replaceAll('"', '%22').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}
