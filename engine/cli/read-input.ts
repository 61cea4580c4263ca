import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { text as readAll } from 'node:stream/consumers';
import type { Json } from '../core/json.ts';
import { Problem } from '../core/problem.ts';
import { findJsonFault } from './json-fault.ts';
import { whyNot } from './report/why-not.ts';

/**
 * Text given to an option: as it is, `@file` for the text of a file, `-` for stdin, `@@…` for text that starts with `@`.
 * Throws Problem `invalid_request` when the file cannot be read.
 */
export async function readText(given: string, option: string): Promise<string> {
  if (given === '-') return readAll(process.stdin);
  if (given.startsWith('@@')) return given.slice(1);
  if (!given.startsWith('@')) return given;
  const file = given.slice(1);
  try {
    return (await readFile(file, 'utf8')).replace(/^\uFEFF/, '');
  } catch (thrown) {
    throw new Problem('invalid_request', `${option}: cannot read "${file}": ${whyNot(thrown)}`, {
      cause: thrown,
    });
  }
}

/** A file of this machine for a message, under its own name. Throws Problem `invalid_request` when it cannot be read. */
export async function readAttachment(
  path: string,
  option = '--file',
): Promise<{ readonly name: string; readonly data: Uint8Array }> {
  try {
    return { name: basename(path), data: await readFile(path) };
  } catch (thrown) {
    throw new Problem('invalid_request', `${option}: cannot read "${path}": ${whyNot(thrown)}`, {
      cause: thrown,
    });
  }
}

/**
 * JSON given to an option, read as `readText` does. Throws Problem `invalid_json` with the place of the fault.
 * @param hint what may have been meant, added to the message.
 */
export async function readJson(given: string, option: string, hint = ''): Promise<Json> {
  const text = await readText(given, option);
  try {
    return JSON.parse(text) as Json;
  } catch (thrown) {
    const { found, line, column } = findJsonFault(text);
    const what = given === '-' ? 'stdin' : given.startsWith('@') ? `"${given.slice(1)}"` : option;
    throw new Problem(
      'invalid_json',
      `${what} is not JSON: unexpected ${found} at line ${line}, column ${column}${hint}`,
      { cause: thrown },
    );
  }
}
