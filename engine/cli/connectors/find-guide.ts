import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { packageUrl } from '../../core/package-url.ts';
import { Problem } from '../../core/problem.ts';
import { choices } from '../../core/suggest.ts';
import { readGuide, type Guide } from './guide.ts';

const folder = fileURLToPath(new URL('specs/connectors/', packageUrl));

/** Largest guide, in bytes. */
const largest = 262_144;
/** Milliseconds that an address may take. */
const patienceMs = 10_000;
const maxRedirects = 3;

/** The guides that come with the engine, ordered by name. */
export async function shippedGuides(): Promise<readonly Guide[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.md')).sort();
  return Promise.all(
    names.map(async (name) => readGuide(await readFile(join(folder, name), 'utf8'), `"${name}"`)),
  );
}

/** A guide, and whether it comes with the engine. */
export interface FoundGuide {
  readonly guide: Guide;
  readonly isShipped: boolean;
}

/**
 * The guide that a word names: one of the engine, an address (https, or http of this machine), or a file.
 * Throws Problem `not_found` with the choices, `invalid_request` for what is no guide or cannot be read.
 */
export async function findGuide(word: string): Promise<FoundGuide> {
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(word))
    return { guide: readGuide(await download(word), `"${word}"`), isShipped: false };
  if (/[/\\]|\.md$/i.test(word))
    return { guide: readGuide(await readBounded(word), `"${word}"`), isShipped: false };
  const guides = await shippedGuides();
  const guide = guides.find(({ name }) => name === word.toLowerCase());
  if (guide !== undefined) return { guide, isShipped: true };
  const names = guides.map(({ name }) => name);
  throw new Problem(
    'not_found',
    `no guide "${word}"${choices(word, names)} (or an address, or the path of a Markdown file)`,
  );
}

async function readBounded(path: string): Promise<string> {
  try {
    const { size } = await stat(path);
    if (size <= largest) return await readFile(path, 'utf8');
  } catch (thrown) {
    throw new Problem('not_found', `there is no file "${path}" that can be read`, { cause: thrown });
  }
  throw new Problem('invalid_request', `"${path}" is larger than ${largest} bytes`);
}

async function download(address: string): Promise<string> {
  const signal = AbortSignal.timeout(patienceMs);
  let url = admitted(address);
  for (let redirects = 0; ; redirects += 1) {
    let response: Response;
    try {
      response = await fetch(url, {
        redirect: 'manual',
        signal,
        headers: { accept: 'text/markdown, text/plain' },
      });
    } catch (thrown) {
      throw unreadable(url, signal.aborted ? `no answer in ${patienceMs / 1000} s` : 'no connection', thrown);
    }
    const next = response.headers.get('location');
    if (response.status >= 300 && response.status < 400 && next !== null) {
      await response.body?.cancel();
      if (redirects >= maxRedirects) throw unreadable(url, `more than ${maxRedirects} redirects`);
      url = admitted(new URL(next, url).href);
      continue;
    }
    if (!response.ok) throw unreadable(url, `status ${response.status}`);
    return textOf(response, url);
  }
}

function admitted(address: string): URL {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  const isHere = ['127.0.0.1', '[::1]', 'localhost'].includes(url?.hostname ?? '');
  if (url !== undefined && (url.protocol === 'https:' || (url.protocol === 'http:' && isHere))) return url;
  throw new Problem(
    'invalid_request',
    `"${address}" is not read: a guide comes from an https address, or from this machine`,
  );
}

async function textOf({ body }: Response, url: URL): Promise<string> {
  const parts: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const part of body ?? []) {
      size += part.byteLength;
      if (size > largest) break;
      parts.push(part);
    }
  } catch (thrown) {
    throw unreadable(url, 'the answer broke off', thrown);
  }
  if (size > largest) throw unreadable(url, `larger than ${largest} bytes`);
  return Buffer.concat(parts).toString('utf8');
}

function unreadable(url: URL, why: string, cause?: unknown): Problem {
  return new Problem('invalid_request', `"${url.href}" cannot be read: ${why}`, { cause });
}
