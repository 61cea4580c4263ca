import { isTooDeep, type Json } from '../../core/json.ts';
import { Problem } from '../../core/problem.ts';
import type { Outgoing } from './http-follow.ts';
import type { RawAnswer } from './http-send.ts';

/** Bytes of an answer that are read at most where nothing else is said. */
const defaultBytes = 1024 * 1024;

/** Characters of an error answer that are kept. */
const excerptLength = 1000;

/**
 * The body of a 2xx answer: JSON when its content type says so, null when empty, else text.
 * Throws Problem `tool_failed` for other states (with `details`), answers over the limit, broken JSON and JSON nested deeper than 200 levels.
 */
export async function readResponse(
  { who, isRepeatable, maxBytes = defaultBytes, isText = false }: Outgoing,
  answer: RawAnswer,
): Promise<Json> {
  const { status, headers } = answer;
  const isOk = status >= 200 && status < 300;
  const text = await readText(answer, maxBytes, isOk ? undefined : excerptLength);
  if (!isOk) {
    throw new Problem('tool_failed', `${who}: the server answered ${status}`, {
      details: { status, ...(text === '' ? {} : { body: text ?? '' }) },
      retryable: status === 429 || (status >= 500 && isRepeatable),
    });
  }
  const refused = (fault: string): Problem =>
    new Problem('tool_failed', `${who}: the answer ${fault}`, { details: { status } });
  if (text === undefined) throw refused(`is larger than ${maxBytes / 1024 / 1024} MiB`);
  if (text === '' && !isText) return null;
  if (isText || !/^application\/([a-z0-9.+-]+\+)?json\b/i.test(headers.get('content-type') ?? ''))
    return text;
  let value: Json;
  try {
    value = JSON.parse(text) as Json;
  } catch {
    throw refused('says it is JSON and is not');
  }
  if (isTooDeep(value)) throw refused('is nested deeper than 200 levels');
  return value;
}

/** The text of a body, cut at `excerpt` characters when given; undefined when it is over the limit. */
async function readText(
  { body }: RawAnswer,
  maxBytes: number,
  excerpt: number | undefined,
): Promise<string | undefined> {
  const decoder = new TextDecoder();
  let text = '';
  let bytes = 0;
  // Leaving the loop destroys the stream, and with it the connection.
  for await (const chunk of body as AsyncIterable<Uint8Array>) {
    bytes += chunk.byteLength;
    text += decoder.decode(chunk, { stream: true });
    if (excerpt !== undefined && text.length >= excerpt) return text.slice(0, excerpt);
    if (bytes > maxBytes) return undefined;
  }
  return text + decoder.decode();
}
