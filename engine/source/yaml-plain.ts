import type { Json } from '../core/json.ts';
import { readFlow, readPlain, readQuoted } from './yaml-plain-scalars.ts';
import type { Place, Span } from './place.ts';

/** A value that was read, and where it ends, a comment behind it included. */
export interface PlainNode {
  readonly value: Json;
  readonly place: Place;
  readonly end: number;
}

/** The line at hand: what stands on it begins at `from`, and ends at `to`. */
interface Line {
  readonly start: number;
  readonly from: number;
  readonly to: number;
}

const deepest = 40;
const forbiddenKeys: ReadonlySet<string> = new Set(['__proto__', 'constructor']);
/** Tabs, carriage returns, what is no text, and spaces of other scripts. */
const oddCharacters = /(?!\n)\p{Cc}|[\u2028\u2029\ufeff\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]/u;
const keyPattern = /[A-Za-z_][A-Za-z0-9_.-]*(?=:(?: |\n|$))/y;

/**
 * Reads YAML as nearly all specs are written: maps and lists in blocks, values on one line or in blocks of text. Gives the value
 * and the places that the parser would give, in a fraction of its time; undefined for all else, right or wrong.
 * @param start where the text begins in its file.
 */
export function readPlainYaml(text: string, start: number): PlainNode | undefined {
  if (oddCharacters.test(text)) return undefined;
  let line: Line | undefined;
  /** Set by a comment that is indented more than what follows, which belongs to what is before it. */
  let isOdd = false;
  const span = (from: number, to: number): Span => [start + from, start + to];

  /** Goes to the next line that says something, from an offset at the start of a line. */
  const goTo = (offset: number): void => {
    let comment = 0;
    for (let at = offset; at < text.length;) {
      const end = endOfLine(text, at);
      let from = at;
      while (from < end && text.charCodeAt(from) === 0x20) from += 1;
      if (text.charCodeAt(from) === 0x23) comment = Math.max(comment, from - at);
      else if (from < end) {
        let to = end;
        while (text.charCodeAt(to - 1) === 0x20) to -= 1;
        line = comment > from - at ? undefined : { start: at, from, to };
        isOdd ||= line === undefined;
        return;
      }
      at = end + 1;
    }
    line = undefined;
    isOdd ||= comment > 0;
  };
  const next = (): void => goTo(line === undefined ? text.length : endOfLine(text, line.to) + 1);

  const readMap = (depth: number): PlainNode | undefined => {
    if (line === undefined || depth > deepest) return undefined;
    const first = line.from;
    const indent = first - line.start;
    const value: Record<string, Json> = {};
    const children = new Map<string, Place>();
    let end = first;
    while (line !== undefined && line.from - line.start === indent) {
      const { from, to }: Line = line;
      const key = keyAt(text, from);
      if (key === undefined || forbiddenKeys.has(key) || children.has(key)) return undefined;
      const keyEnd = from + key.length;
      let at = keyEnd + 1;
      while (at < to && text.charCodeAt(at) === 0x20) at += 1;
      let read: PlainNode | undefined;
      if (at >= to || text.charCodeAt(at) === 0x23) {
        next();
        if (line === undefined) return undefined;
        const deeper = line.from - line.start;
        if (isItem(text, line.from)) read = deeper < indent ? undefined : readList(depth + 1);
        else if (deeper <= indent) return undefined;
        else if (/["'[{]/.test(text[line.from] ?? '')) read = readInline(line.from, line.to, indent);
        else read = readMap(depth + 1);
      } else read = readInline(at, to, indent);
      if (read === undefined) return undefined;
      value[key] = read.value;
      children.set(key, { ...read.place, key: span(from, keyEnd) });
      end = read.end;
    }
    if (line !== undefined && line.from - line.start > indent) return undefined;
    return { value, place: { value: span(first, end), children }, end };
  };

  const readList = (depth: number): PlainNode | undefined => {
    if (line === undefined || depth > deepest) return undefined;
    const first = line.from;
    const indent = first - line.start;
    const value: Json[] = [];
    const children = new Map<string, Place>();
    let end = first;
    while (line !== undefined && line.from - line.start === indent && isItem(text, line.from)) {
      const { start: lineStart, from, to }: Line = line;
      let at: number = from + 2;
      while (at < to && text.charCodeAt(at) === 0x20) at += 1;
      let read: PlainNode | undefined;
      if (keyAt(text, at) !== undefined) {
        line = { start: lineStart, from: at, to };
        read = readMap(depth + 1);
      } else read = readInline(at, to, indent);
      if (read === undefined) return undefined;
      children.set(String(value.length), read.place);
      value.push(read.value);
      end = read.end;
    }
    if (line !== undefined && line.from - line.start > indent) return undefined;
    return { value, place: { value: span(first, end), children }, end };
  };

  /** A value behind its key or dash, and nothing below it. */
  const readInline = (at: number, to: number, indent: number): PlainNode | undefined => {
    const sign = text[at];
    if (sign === '|' || sign === '>') return readBlock(at, to, indent);
    const read =
      sign === '"' || sign === "'"
        ? readQuoted(text, at, to, start)
        : sign === '[' || sign === '{'
          ? readFlow(text, at, indent, start)
          : readPlain(text, at, to, start);
    if (read === undefined) return undefined;
    goTo(endOfLine(text, read.end) + 1);
    return line !== undefined && line.from - line.start > indent ? undefined : read;
  };

  const readBlock = (at: number, to: number, indent: number): PlainNode | undefined => {
    const header = text.slice(at, to);
    const headEnd = endOfLine(text, at);
    if (!/^[|>]-?$/.test(header) || headEnd !== to || text.at(-1) !== '\n') return undefined;
    const lines: string[] = [];
    let width = 0;
    let filled = 0;
    let end = to;
    let offset = headEnd + 1;
    for (; offset < text.length;) {
      const lineEnd = endOfLine(text, offset);
      let from = offset;
      while (from < lineEnd && text.charCodeAt(from) === 0x20) from += 1;
      if (from === lineEnd) {
        if (width === 0 ? lineEnd > offset : lineEnd - offset > width) return undefined;
        lines.push('');
      } else {
        if (width === 0) width = from - offset;
        if (width <= indent || lines[0] === '') return undefined;
        if (from - offset < width) break;
        const content = text.slice(offset + width, lineEnd);
        if (header[0] === '>' && /^ | $/.test(content)) return undefined;
        lines.push(content);
        filled = lines.length;
        end = from + text.slice(from, lineEnd).trimEnd().length;
      }
      offset = lineEnd + 1;
    }
    if (filled === 0) return undefined;
    lines.length = filled;
    goTo(offset);
    if (line !== undefined && line.from - line.start > indent) return undefined;
    const content = header[0] === '>' ? folded(lines) : lines.join('\n');
    const value = header.endsWith('-') ? content : `${content}\n`;
    return { value, place: { value: span(at, end), text: { style: 'block', value } }, end };
  };

  goTo(0);
  if (line === undefined || line.from !== line.start) return undefined;
  const root = readMap(0);
  return line === undefined && !isOdd ? root : undefined;
}

function keyAt(text: string, at: number): string | undefined {
  keyPattern.lastIndex = at;
  return keyPattern.exec(text)?.[0];
}

/** Whether a dash stands here, with something behind it. */
function isItem(text: string, at: number): boolean {
  return text.charCodeAt(at) === 0x2d && text.charCodeAt(at + 1) === 0x20;
}

function endOfLine(text: string, at: number): number {
  const end = text.indexOf('\n', at);
  return end === -1 ? text.length : end;
}

/** Lines joined by spaces; empty ones between them are line ends. */
function folded(lines: readonly string[]): string {
  let text = lines[0] ?? '';
  let breaks = 0;
  for (const line of lines.slice(1)) {
    if (line === '') breaks += 1;
    else {
      text += (breaks === 0 ? ' ' : '\n'.repeat(breaks)) + line;
      breaks = 0;
    }
  }
  return text;
}
