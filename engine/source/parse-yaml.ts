import type { Diagnostic, Fix, Level } from '../core/diagnostic.ts';
import type { Json } from '../core/json.ts';
import { linesOf, type Lines } from './lines.ts';
import type { Place, Span } from './place.ts';
import { outOfBounds, type OutOfBounds } from './yaml-bounds.ts';
import { readNodes } from './yaml-nodes.ts';
import { explainYamlErrors } from './yaml-errors.ts';
import { parseRepaired, type RepairedDocument } from './yaml-repair.ts';
import { readPlainYaml } from './yaml-plain.ts';
import { quoteYaml } from './yaml-traps.ts';

/** What YAML text says, where it says it, and what is wrong with it. */
export interface ParsedYaml {
  readonly value: Json;
  readonly place: Place;
  readonly diagnostics: readonly Diagnostic[];
  /** Pointers whose text could not be read as meant; the empty pointer for the whole text. */
  readonly damaged: readonly string[];
}

/** Which part of which file to parse. */
export interface YamlPart {
  /** Project-relative name for diagnostics. */
  readonly file: string;
  /** Default: the whole text, without its byte order mark. */
  readonly span?: Span;
  /** Default: made from the text. */
  readonly lines?: Lines;
}

/** Parses YAML 1.2 (JSON included). Never throws, bounded in depth and aliases; positions count in the whole text. */
export function parseYaml(text: string, part: YamlPart): ParsedYaml {
  const [start, end] = part.span ?? [text.startsWith('\uFEFF') ? 1 : 0, text.length];
  const lines = part.lines ?? linesOf(text);
  const diagnostics: Diagnostic[] = [];
  const report = (
    rule: string,
    message: string,
    from: number,
    to: number,
    more: Partial<Diagnostic> = {},
  ): void => {
    const range = lines.rangeOf(start + from, start + to);
    diagnostics.push({ rule, level: levelOf(rule), message, file: part.file, range, ...more });
  };
  const yaml = text.slice(start, end);
  const unreadable = ({ rule, message, at }: OutOfBounds): ParsedYaml => {
    report(rule, message, at, at);
    return { value: null, place: { value: [start, end] }, diagnostics, damaged: [''] };
  };

  const bound = outOfBounds(yaml);
  if (bound !== undefined) return unreadable(bound);
  const plain = readPlainYaml(yaml, start);
  if (plain !== undefined) return { value: plain.value, place: plain.place, diagnostics, damaged: [] };
  const repaired = parseSafely(yaml);
  if (repaired === undefined)
    return unreadable({ rule: 'yaml/too-deep', message: 'the values are nested too deeply', at: 0 });
  const read = readNodes(repaired, yaml, start);
  for (const { raw, start: from, end: to, rule, message } of repaired.traps.values()) {
    report(rule, message, from, to, { suggestions: [quoteYaml(raw)] });
  }
  const syntax = explainYamlErrors(repaired.document, yaml);
  for (const { rule, message, start: from, end: to, fix } of syntax)
    report(rule, message, from, to, fix === undefined ? {} : { fix: moved(fix, start) });
  const spoilt = syntax.find(({ rule }) => rule === 'yaml/tab-indent')?.start ?? Infinity;
  for (const { rule, message, span, related } of read.findings) {
    if (span[0] - start >= spoilt) continue;
    const places =
      related === undefined
        ? {}
        : { related: [{ file: part.file, range: lines.rangeOf(...related.span), message: related.message }] };
    report(rule, message, span[0] - start, span[1] - start, places);
  }
  return {
    value: read.value,
    place: read.place,
    diagnostics,
    damaged: syntax.length > 0 ? [''] : read.damaged,
  };
}

/** A fix whose offsets count from another start. */
function moved(fix: Fix, by: number): Fix {
  return {
    ...fix,
    edits: fix.edits.map(({ start, end, text }) => ({ start: start + by, end: end + by, text })),
  };
}

function levelOf(rule: string): Level {
  return rule === 'yaml/number-lost-digits' ? 'warning' : 'error';
}

function parseSafely(yaml: string): RepairedDocument | undefined {
  try {
    return parseRepaired(yaml);
  } catch (thrown) {
    // The parser recurses; running out of stack is its only way to fail on text that passed the bracket count.
    if (thrown instanceof RangeError) return undefined;
    throw thrown;
  }
}
