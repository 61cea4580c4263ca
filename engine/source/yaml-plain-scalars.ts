import type { Json } from '../core/json.ts';
import type { TextStyle } from './align-text.ts';
import type { Place, Span } from './place.ts';
import type { PlainNode } from './yaml-plain.ts';

const doubleQuoted = /"(?:[^"\\\n]|\\["\\/nt])*"/y;
const singleQuoted = /'(?:[^'\n]|'')*'/y;
/** What text may begin with; what YAML gives a meaning to is left out. */
const textStart = /[A-Za-z0-9_$(/.<=+^~;\u00a1-\uffff]|-[A-Za-z0-9]/y;
/** The same inside brackets. */
const flowText = /[A-Za-z0-9_$(/.<=+^~;-][^,[\]{}:#"'\n]*/y;
const flowKey = /[A-Za-z_][A-Za-z0-9_.-]*(?=: )/y;

const nullWord = /^(?:~|[Nn]ull|NULL)?$/;
const boolWord = /^(?:[Tt]rue|TRUE|[Ff]alse|FALSE)$/;
const decimal = /^-?(?:0|[1-9]\d{0,14})(?:\.\d{1,10})?$/;
const numberLike =
  /^(?:0o[0-7]+|0x[0-9a-fA-F]+|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)|[-+]?(?:\.\d+|\d+(?:\.\d*)?)(?:[eE][-+]?\d+)?)$/;

/** A quoted text that ends on its line; undefined when it is not as simple as that. */
export function readQuoted(text: string, at: number, to: number, start: number): PlainNode | undefined {
  const token = quotedAt(text, at);
  if (token === undefined) return undefined;
  const end = endAfter(text, at + token.length, to);
  return end === undefined ? undefined : quotedNode(token, at, start, end);
}

/** Text without quotes up to the end of its line, or what it stands for; undefined when it is not as simple as that. */
export function readPlain(text: string, at: number, to: number, start: number): PlainNode | undefined {
  textStart.lastIndex = at;
  if (!textStart.test(text)) return undefined;
  const comment = text.indexOf(' #', at);
  const isCommented = comment !== -1 && comment < to;
  const content = withoutSpaces(text.slice(at, isCommented ? comment : to));
  if (content === undefined) return undefined;
  if (content.includes(': ') || content.endsWith(':')) return undefined;
  const open = content.lastIndexOf('${{');
  if (open !== -1 && (isCommented || !content.includes('}}', open))) return undefined;
  return plainNode(content, at, start, isCommented ? to : at + content.length);
}

/**
 * A list or map in brackets; undefined when it is not as simple as that.
 * @param indent its lines behind the first are indented more than this.
 */
export function readFlow(text: string, at: number, indent: number, start: number): PlainNode | undefined {
  const read = flowAt(text, at, { start, indent }, 0);
  if (read === undefined) return undefined;
  const lineEnd = text.indexOf('\n', read.end);
  let to = lineEnd === -1 ? text.length : lineEnd;
  while (text.charCodeAt(to - 1) === 0x20) to -= 1;
  const end = endAfter(text, read.end, to);
  return end === undefined ? undefined : { ...read, end };
}

/** Where brackets stand. */
interface Flow {
  readonly start: number;
  readonly indent: number;
}

/** The text without spaces at its end; undefined when another white space, which counts, ends it then. */
function withoutSpaces(text: string): string | undefined {
  let end = text.length;
  while (text.charCodeAt(end - 1) === 0x20) end -= 1;
  return end === 0 || (text.charCodeAt(end - 1) > 0x7f && /\s/.test(text.charAt(end - 1)))
    ? undefined
    : text.slice(0, end);
}

/** Where a value ends whose line may go on with a comment; undefined when it goes on with something else. */
function endAfter(text: string, end: number, to: number): number | undefined {
  if (end === to) return end;
  return /^ +#/.test(text.slice(end, to)) ? to : undefined;
}

function quotedAt(text: string, at: number): string | undefined {
  const pattern = text[at] === '"' ? doubleQuoted : singleQuoted;
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
}

function quotedNode(token: string, at: number, start: number, end: number): PlainNode {
  const isDouble = token.startsWith('"');
  const inner = token.slice(1, -1);
  const value = !isDouble
    ? inner.replaceAll("''", "'")
    : inner.includes('\\')
      ? (JSON.parse(token) as string)
      : inner;
  const place = textPlace([start + at, start + at + token.length], isDouble ? 'double' : 'single', value);
  return { value, place, end };
}

function plainNode(content: string, at: number, start: number, end: number): PlainNode | undefined {
  const span: Span = [start + at, start + at + content.length];
  let value: Json;
  if (nullWord.test(content)) value = null;
  else if (boolWord.test(content)) value = content.toLowerCase() === 'true';
  else if (decimal.test(content) && content !== '-0') value = Number(content);
  else if (numberLike.test(content)) return undefined;
  else return { value: content, place: textPlace(span, 'plain', content), end };
  return { value, place: { value: span }, end };
}

function textPlace(value: Span, style: TextStyle, text: string): Place {
  return { value, text: { style, value: text } };
}

function flowAt(text: string, at: number, flow: Flow, depth: number): PlainNode | undefined {
  const sign = text[at];
  if (depth > 20) return undefined;
  if (sign === '[') return flowList(text, at, flow, depth);
  if (sign === '{') return flowMap(text, at, flow, depth);
  if (sign === '"' || sign === "'") {
    const token = quotedAt(text, at);
    return token === undefined ? undefined : quotedNode(token, at, flow.start, at + token.length);
  }
  flowText.lastIndex = at;
  const content = withoutSpaces(flowText.exec(text)?.[0] ?? '');
  if (content === undefined || /^-(?![A-Za-z0-9])/.test(content) || content.includes('${{')) return undefined;
  return plainNode(content, at, flow.start, at + content.length);
}

function flowList(text: string, at: number, flow: Flow, depth: number): PlainNode | undefined {
  const { start, indent } = flow;
  const value: Json[] = [];
  const children = new Map<string, Place>();
  let end = afterSpaces(text, at + 1, indent);
  while (text[end] !== ']') {
    const read = flowAt(text, end, flow, depth + 1);
    if (read === undefined) return undefined;
    children.set(String(value.length), read.place);
    value.push(read.value);
    const after = afterItem(text, read.end, ']', indent);
    if (after === undefined) return undefined;
    end = after;
  }
  return { value, place: { value: [start + at, start + end + 1], children }, end: end + 1 };
}

function flowMap(text: string, at: number, flow: Flow, depth: number): PlainNode | undefined {
  const { start, indent } = flow;
  const value: Record<string, Json> = {};
  const children = new Map<string, Place>();
  let end = afterSpaces(text, at + 1, indent);
  while (text[end] !== '}') {
    flowKey.lastIndex = end;
    const key = flowKey.exec(text)?.[0];
    if (key === undefined || key === '__proto__' || key === 'constructor' || children.has(key))
      return undefined;
    const read = flowAt(text, end + key.length + 2, flow, depth + 1);
    if (read === undefined) return undefined;
    children.set(key, { ...read.place, key: [start + end, start + end + key.length] });
    value[key] = read.value;
    const after = afterItem(text, read.end, '}', indent);
    if (after === undefined) return undefined;
    end = after;
  }
  return { value, place: { value: [start + at, start + end + 1], children }, end: end + 1 };
}

/** Where the next entry of a list or map begins, or its closing bracket stands. */
function afterItem(text: string, at: number, close: string, indent: number): number | undefined {
  const end = afterSpaces(text, at, indent);
  if (text[end] === close) return end;
  return text[end] === ',' && /[ \n]/.test(text[end + 1] ?? '')
    ? afterSpaces(text, end + 1, indent)
    : undefined;
}

/** Behind spaces, and behind the end of a line when the next one says something and is indented enough. */
function afterSpaces(text: string, at: number, indent: number): number {
  let end = at;
  while (text.charCodeAt(end) === 0x20) end += 1;
  if (text.charCodeAt(end) !== 0x0a) return end;
  const lineStart = end + 1;
  let from = lineStart;
  while (text.charCodeAt(from) === 0x20) from += 1;
  return from - lineStart > indent ? from : end;
}
