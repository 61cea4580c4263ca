import { isObject, isTooDeep, type Json, type JsonObject } from '../../core/json.ts';
import { Problem } from '../../core/problem.ts';

/** Longest text of a result that is taken over, in characters. */
const longestText = 4 * 1024 * 1024;
/** Longest text of an error. */
const longestError = 8_000;

/**
 * What a tool gave: its structured result whole, or else its texts, with a line for each thing that is no text. Throws Problem
 * `tool_failed` when it says that it failed.
 */
export function resultOf(who: string, given: unknown): Json {
  const result = given as Json;
  if (!isObject(result) || isTooDeep(result))
    throw new Problem('tool_failed', `${who}: its result cannot be read`);
  const content = result['content'];
  const text = textOf(Array.isArray(content) ? (content as readonly Json[]) : []);
  if (result['isError'] === true) {
    const said = text.trim() === '' ? 'it failed, and does not say why' : text;
    throw new Problem('tool_failed', `${who}: ${said.slice(0, longestError)}`);
  }
  return result['structuredContent'] ?? text;
}

function textOf(parts: readonly Json[]): string {
  const text = parts.flatMap((part) => (isObject(part) ? [lineOf(part)] : [])).join('\n\n');
  if (text.length <= longestText) return text;
  return `${text.slice(0, longestText)}\n[cut: ${text.length - longestText} characters left out]`;
}

function lineOf(part: JsonObject): string {
  const { type, text, data, mimeType, resource } = part;
  if (type === 'text') return typeof text === 'string' ? text : '';
  if (type === 'image' || type === 'audio') return `[${type}: ${word(mimeType)}, ${sizeOf(data)}]`;
  if (type === 'resource_link')
    return `[resource: ${word(part['uri'])}${typeof part['name'] === 'string' ? ` "${part['name']}"` : ''}]`;
  if (type === 'resource' && isObject(resource)) {
    const from = `[resource: ${word(resource['uri'])}`;
    if (typeof resource['text'] === 'string') return `${from}]\n${resource['text']}`;
    return `${from}, ${word(resource['mimeType'])}, ${sizeOf(resource['blob'])}]`;
  }
  return `[${word(type)}]`;
}

function word(value: Json | undefined): string {
  return typeof value === 'string' ? value.slice(0, 500) : 'of an unknown kind';
}

/** The size of what base64 holds. */
function sizeOf(data: Json | undefined): string {
  const bytes = typeof data === 'string' ? Math.floor((data.length * 3) / 4) : 0;
  return bytes < 10_000 ? `${bytes} bytes` : `${Math.round(bytes / 1_000)} kB`;
}
