import { isTooDeep, type Json } from '../../core/json.ts';
import { Problem } from '../../core/problem.ts';

/** Bytes of an answer that are read at most. */
const maxBytes = 1024 * 1024;

/** Characters of an error answer that are kept. */
const excerptLength = 1000;

/**
 * The body of a 2xx answer: JSON when its content type says so, null when empty, else text.
 * Throws Problem `tool_failed` for other states (with `details`), answers over 1 MiB, broken JSON and JSON nested deeper than 200 levels.
 */
export async function readResponse(who: string, response: Response): Promise<Json> {
  const { status } = response;
  const text = await readText(response, response.ok ? undefined : excerptLength);
  if (!response.ok) {
    throw new Problem('tool_failed', `${who}: the server answered ${status}`, {
      details: { status, ...(text === '' ? {} : { body: text ?? '' }) },
      retryable: status === 429 || status >= 500,
    });
  }
  if (text === undefined) {
    throw new Problem('tool_failed', `${who}: the answer is larger than 1 MiB`, {
      details: { status },
    });
  }
  if (text === '') return null;
  if (!/^application\/([a-z0-9.+-]+\+)?json\b/i.test(response.headers.get('content-type') ?? '')) return text;
  let value: Json;
  try {
    value = JSON.parse(text) as Json;
  } catch {
    throw new Problem('tool_failed', `${who}: the answer says it is JSON and is not`, {
      details: { status },
    });
  }
  if (!isTooDeep(value)) return value;
  throw new Problem('tool_failed', `${who}: the answer is nested deeper than 200 levels`, {
    details: { status },
  });
}

/** The text of a body, cut at `excerpt` characters when given; undefined when it is over the limit. */
async function readText(response: Response, excerpt: number | undefined): Promise<string | undefined> {
  if (response.body === null) return '';
  const decoder = new TextDecoder();
  const reader = response.body.getReader();
  let text = '';
  let bytes = 0;
  for (;;) {
    const { done, value } = (await reader.read()) as { done: boolean; value?: Uint8Array };
    if (done || value === undefined) return text + decoder.decode();
    bytes += value.byteLength;
    text += decoder.decode(value, { stream: true });
    const enough = excerpt !== undefined && text.length >= excerpt;
    if (!enough && bytes <= maxBytes) continue;
    await reader.cancel();
    return enough ? text.slice(0, excerpt) : undefined;
  }
}
