import type { Diagnostic, Fix } from '../core/diagnostic.ts';
import { segmentsOf } from '../core/json-pointer.ts';
import { isObject, type Json } from '../core/json.ts';
import { editDistance, suggest } from '../core/suggest.ts';
import type { Source } from '../source/index.ts';

/** A fix made of a suggestion, and the change of a name it is: what stood there and what shall. */
export interface SuggestedFix {
  readonly fix: Fix;
  readonly change?: string;
}

/**
 * The fix that a diagnostic's best suggestion stands for: the misspelt word replaced where it stands, in its quotes; a value that YAML
 * reads wrongly, quoted. Undefined when the suggestion is no replacement, or the word cannot be found in its place.
 */
export function suggestedFix(
  diagnostic: Diagnostic,
  { text, value }: Pick<Source, 'text' | 'value'>,
): SuggestedFix | undefined {
  const { rule, message, range, pointer, suggestions = [] } = diagnostic;
  const [best] = suggestions;
  const [family = ''] = rule.split('/');
  if (best === undefined || range === undefined || !families.has(family) || notReplaced.has(rule))
    return undefined;
  const start = range.start.offset;
  const raw = text.slice(start, range.end.offset);
  if (rule === 'yaml/unquoted-braces') return braces(text, raw, best, start);
  if (family === 'yaml') return quoted(raw, best, start);
  if (!isWord(best)) return undefined;
  const place = placeOfWord(raw, message);
  if (place === undefined) return undefined;
  const word = raw.slice(...place);
  if (word === best || (isKeyAt(pointer, word) && hasKey(value, pointer, best))) return undefined;
  return {
    fix: {
      title: `replace with "${best}"`,
      safe: !doubtful.has(rule) && isSure(word, suggestions, rule),
      edits: [{ start: start + place[0], end: start + place[1], text: best }],
    },
    change: JSON.stringify([rule, word, best]),
  };
}

/** Families of rules whose suggestions are words to write instead. */
const families: ReadonlySet<string> = new Set(['schema', 'ref', 'expr', 'template', 'type', 'yaml']);
/** Rules whose suggestion is a choice between two places. */
const notReplaced: ReadonlySet<string> = new Set(['schema/name-mismatch', 'schema/kind-mismatch']);
/** Rules where the word that is suggested may be the misspelt one, or where both words may be meant. */
const doubtful: ReadonlySet<string> = new Set([
  'schema/required-not-declared',
  'ref/unlikely-code',
  'ref/ambiguous-name',
]);
/** Keys that other tools' words may become without a look at the value. */
const synonyms: ReadonlySet<string> = new Set([
  ...['instructions', 'description', 'model', 'tools', 'disallowedTools', 'subagents', 'mcpServers'],
  ...['outputSchema', 'extends', 'maxTurns', 'message'],
]);

/** A word that stays what it is in any place of YAML, CEL or Handlebars. */
function isWord(text: string): boolean {
  return /^[\w$][\w$./@-]*$/.test(text);
}

/** One near word, or one that is a single slip away while the next is not. */
function isSure(word: string, [best = '', second]: readonly string[], rule: string): boolean {
  if (rule === 'schema/foreign-key-name') return synonyms.has(best) || isSpelling(word, best);
  if (suggest(word, [best]).length === 0) return false;
  const distance = (other: string): number => editDistance(word.toLowerCase(), other.toLowerCase());
  return second === undefined || (distance(best) <= 1 && distance(second) > distance(best));
}

function isSpelling(word: string, other: string): boolean {
  const plain = (text: string): string => text.replace(/[_-]/g, '').toLowerCase();
  return plain(word) === plain(other);
}

/** Where the word that a message is about stands in a text; undefined when it is not there once. */
function placeOfWord(raw: string, message: string): [start: number, end: number] | undefined {
  const words = [...message.matchAll(/"([^"]+)"/g)].map(([, word = '']) => word);
  const inside: [number, number] = /^(["'])[^]*\1$/.test(raw) ? [1, raw.length - 1] : [0, raw.length];
  if (words.includes(raw.slice(...inside))) return inside;
  for (const word of words) {
    const found = [...raw.matchAll(new RegExp(`(?<![\\w$])${escaped(word)}(?![\\w$])`, 'g'))];
    const [only] = found;
    if (only !== undefined && found.length === 1) return [only.index, only.index + word.length];
  }
  return undefined;
}

function escaped(word: string): string {
  return word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

function isKeyAt(pointer: string | undefined, word: string): boolean {
  return pointer !== undefined && segmentsOf(pointer).at(-1) === word;
}

/** Whether the map that holds a key has another one already. */
function hasKey(root: Json, pointer = '', key: string): boolean {
  let map: Json | undefined = root;
  for (const segment of segmentsOf(pointer).slice(0, -1)) {
    const inner: unknown = typeof map === 'object' && map !== null ? map : {};
    map = Object.hasOwn(inner as object, segment) ? (inner as Record<string, Json>)[segment] : undefined;
  }
  return isObject(map) && Object.hasOwn(map, key);
}

/** Keys whose value is text for people and models; elsewhere a value is computed with `${{ }}`. */
const textKeys: ReadonlySet<string> = new Set([
  ...['prompt', 'message', 'instructions', 'description', 'title', 'log', 'fail', 'shell', 'url'],
]);

/** Bare braces: in a text they want quotes; where a value stands an expression was meant. */
function braces(text: string, raw: string, best: string, start: number): SuggestedFix | undefined {
  const line = text.slice(text.lastIndexOf('\n', start - 1) + 1, start);
  const key = /([\w-]+)["']?:\s*$/.exec(line)?.[1] ?? '';
  if (textKeys.has(key)) return quoted(raw, best, start);
  const path = /^\{\{\s*([A-Za-z_][\w.]*)\s*\}\}$/.exec(raw)?.[1];
  if (path === undefined) return undefined;
  const value = `\${{ ${path} }}`;
  const edits = [{ start, end: start + raw.length, text: `"${value}"` }];
  return { fix: { title: `write "${value}"`, safe: true, edits } };
}

/** The value in quotes, when that is what is suggested. */
function quoted(raw: string, best: string, start: number): SuggestedFix | undefined {
  const inner = /^(["'])([^]*)\1$/.exec(best)?.[2]?.replaceAll('\\"', '"').replaceAll('\\\\', '\\');
  if (inner !== raw) return undefined;
  return {
    fix: { title: 'quote it', safe: true, edits: [{ start, end: start + raw.length, text: best }] },
  };
}
