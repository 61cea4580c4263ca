import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { parseAllDocuments, stringify } from 'yaml';
import { isObject, type Json, type JsonObject } from '../../core/json.ts';
import { Problem } from '../../core/problem.ts';

/** One recorded call. */
export interface CassetteEntry {
  /** Which recording it is from: of calls that are the same, those of the last one hold. */
  readonly recording: string;
  /** Who asked, for readers. */
  readonly by: JsonObject;
  readonly request: JsonObject;
  readonly answer: JsonObject;
}

/** The entries of a cassette, in their order. Throws Problem `invalid_request` when there is none or it cannot be read. */
export function readCassette(file: string): readonly CassetteEntry[] {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (thrown) {
    const reason =
      (thrown as { code?: string }).code === 'ENOENT' ? 'there is no such file' : 'it cannot be read';
    throw new Problem('invalid_request', `no cassette "${file}": ${reason}; write one with "record"`, {
      cause: thrown,
    });
  }
  const documents = parseAllDocuments(text);
  const [head, ...rest] = Array.isArray(documents) ? documents : [];
  const fault = [head, ...rest].find((document) => (document?.errors.length ?? 0) > 0)?.errors[0];
  if (fault !== undefined) throw unreadable(file, (fault.message.split('\n', 1)[0] ?? '').replace(/:$/, ''));
  const first = head?.toJS({ maxAliasCount: 0 }) as Json;
  if (!isObject(first) || first['cassette'] !== version)
    throw unreadable(file, `it does not begin with "cassette: ${version}"`);
  return rest.map((document, index) => {
    const entry = document.toJS({ maxAliasCount: 0 }) as Json;
    if (isObject(entry) && isObject(entry['request']) && isObject(entry['answer']))
      return { recording: '', by: {}, ...entry } as unknown as CassetteEntry;
    throw unreadable(file, `call ${index + 1} has no "request" or no "answer"`);
  });
}

/**
 * Opens a cassette to write into: a new one is begun, one that is there is gone on with. Each entry is on disk when `add` returns.
 * Throws Problem `invalid_request` when the file is something else or cannot be written.
 */
export function openCassette(file: string): { add(entry: CassetteEntry): void } {
  if (existsSync(file)) readCassette(file);
  const write = (text: string): void => {
    try {
      appendFileSync(file, text);
    } catch (thrown) {
      throw new Problem('invalid_request', `the cassette "${file}" cannot be written`, { cause: thrown });
    }
  };
  mkdirSync(dirname(file), { recursive: true });
  if (!existsSync(file)) write(`cassette: ${version}\n`);
  return {
    add: (entry) => write(`---\n${stringify(entry, { lineWidth: 0, aliasDuplicateObjects: false })}`),
  };
}

const version = 1;

function unreadable(file: string, reason: string): Problem {
  return new Problem('invalid_request', `"${file}" is no cassette that can be read: ${reason}`);
}
