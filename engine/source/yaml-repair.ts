import { isAlias, isMap, isScalar, isSeq, parseDocument, type Document } from 'yaml';
import { trapsOnLine, type Trap } from './yaml-traps.ts';

/** A parsed document, with the traps that were taken out of its text before the last parse. */
export interface RepairedDocument {
  readonly document: Document;
  /** By offset in the text; `raw` is what stood there. */
  readonly traps: ReadonlyMap<number, Trap & { readonly raw: string }>;
}

const rounds = 6;
/** With more errors than this most of them follow from the first ones, so only traps at those are looked for. */
const maxErrors = 100;
const firstErrors = 10;

/**
 * Parses YAML 1.2. Where a known trap spoils the text, a quoted placeholder of the same length takes its place, so
 * that one trap is one finding and the rest of the file is still read as it stands.
 */
export function parseRepaired(text: string): RepairedDocument {
  const traps = new Map<number, Trap & { raw: string }>();
  let draft = text;
  for (let round = 1; ; round += 1) {
    const document = parse(draft);
    const found = round < rounds ? findTraps(draft, document) : [];
    if (found.length === 0) return { document, traps };
    for (const trap of found) {
      traps.set(trap.start, { ...trap, raw: text.slice(trap.start, trap.end) });
      const filler = `"${'x'.repeat(trap.end - trap.start - 2)}"`;
      draft = draft.slice(0, trap.start) + filler + draft.slice(trap.end);
    }
  }
}

function parse(text: string): Document {
  return parseDocument(text, {
    version: '1.2',
    schema: 'core',
    merge: false,
    resolveKnownTags: false,
    uniqueKeys: false,
    prettyErrors: false,
    logLevel: 'error',
  });
}

/** Traps on the lines that errors or senseless values point at; offsets in the text, at most a hundred a round. */
function findTraps(text: string, document: Document): Trap[] {
  const lines = new Map<number, boolean>();
  const suspect = (offset: number, colon = false): void => {
    const start = text.lastIndexOf('\n', offset - 1) + 1;
    if (lines.size < 100 || lines.has(start)) lines.set(start, colon || lines.get(start) === true);
  };
  const isFlooded = document.errors.length > maxErrors;
  const errors = isFlooded ? document.errors.slice(0, firstErrors) : document.errors;
  for (const { code, pos } of errors) suspect(pos[0], code === 'BLOCK_AS_IMPLICIT_KEY');
  for (const { pos } of isFlooded ? [] : document.warnings) suspect(pos[0]);
  for (const offset of isFlooded ? [] : senseless(document)) suspect(offset);
  return [...lines].flatMap(([start, colon]) => {
    const end = text.indexOf('\n', start);
    return trapsOnLine(text.slice(start, end === -1 ? text.length : end), colon).map((trap) => ({
      ...trap,
      start: start + trap.start,
      end: start + trap.end,
    }));
  });
}

/** Offsets of values that YAML accepts and nobody means: maps as keys, cut expressions, aliases of nothing. */
function senseless(document: Document): number[] {
  const offsets: number[] = [];
  const anchors = new Set<string>();
  const look = (node: unknown): void => {
    if (isAlias(node)) {
      if (!anchors.has(node.source) && node.range != null) offsets.push(node.range[0]);
    } else if (isMap(node)) {
      if (
        node.items.some(({ key }) => key !== null && !isScalar(key) && !isAlias(key)) &&
        node.range != null
      ) {
        offsets.push(node.range[0]);
      }
    } else if (
      isScalar(node) &&
      node.type === 'PLAIN' &&
      typeof node.value === 'string' &&
      node.range != null
    ) {
      const open = node.value.lastIndexOf('${{');
      if (open !== -1 && !node.value.includes('}}', open)) offsets.push(node.range[0]);
    }
    if (!isAlias(node) && typeof node === 'object' && node !== null && 'anchor' in node) {
      const { anchor } = node;
      if (typeof anchor === 'string') anchors.add(anchor);
    }
    if (isSeq(node)) node.items.forEach(look);
    if (!isMap(node)) return;
    for (const { key, value } of node.items) {
      look(key);
      look(value);
    }
  };
  look(document.contents);
  return offsets;
}
