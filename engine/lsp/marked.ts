import { isObject } from '../core/json.ts';
import { parseSource, rootOf, type Node, type Source } from '../source/index.ts';
import { childrenOf } from './place-at.ts';
import { cursorMark } from './schema-at.ts';

/** Where in a spec the cursor stands, and what the file says around it. */
export interface Cursor {
  /** The spec, read with a mark where the cursor is. */
  readonly source: Source;
  readonly part: 'key' | 'value';
  /** The value with the cursor in it, or the map whose key it is in. */
  readonly node: Node;
  /** Of a value: its text without the mark, and where the cursor is in it. */
  readonly text: string;
  readonly offset: number;
  /** Of a key: whether its colon is there already. */
  readonly hasColon: boolean;
}

/**
 * The places that a cursor in a file may mean, the likelier first: a word alone on a line may become a key or be a value.
 * The file need not be right; it is read with a word put in at the cursor.
 */
export function cursorsIn(source: Source, offset: number): Cursor[] {
  const text = closed(source);
  const line = text.slice(text.lastIndexOf('\n', offset - 1) + 1, offset);
  const rest = /^[^\r\n]*/.exec(text.slice(offset))?.[0] ?? '';
  const isJson = source.file.endsWith('.json');
  const isAlone = /^\s*(?:- +)*["']?[\w.$-]*$/.test(line) && /^[\w.$-]*["']?\s*(?:#.*)?$/.test(rest);
  const inFlow = /[{,]\s*["']?[\w$-]*$/.test(line);
  const word = /^[\w$-]*/.exec(rest)?.[0] ?? '';
  const drafts = [
    ...(isAlone || inFlow
      ? [{ at: offset + word.length, mark: `${cursorMark}${isJson ? ': null' : ': '}` }]
      : []),
    { at: offset, mark: cursorMark },
  ];
  const found: Cursor[] = [];
  for (const { at, mark } of drafts) {
    const marked = reparse(source, text.slice(0, at) + mark + text.slice(at));
    const cursor = locate(rootOf(marked), /^["']?\s*:/.test(rest.slice(word.length)));
    if (cursor === undefined || (mark !== cursorMark && cursor.part === 'value')) continue;
    const isSame = found.some(
      ({ part, node }) => part === cursor.part && node.pointer === cursor.node.pointer,
    );
    if (!isSame) found.push(cursor);
  }
  return found;
}

/** The text of a file; front matter that is still being written is closed. */
function closed({ file, text }: Source): string {
  const isOpen =
    file.endsWith('.md') && /^\uFEFF?---\r?\n/.test(text) && !/\n---[ \t]*(?:\r?\n|$)/.test(text);
  return isOpen ? `${text}\n---\n` : text;
}

/** The same spec with another text. */
export function reparse(source: Source, text: string): Source {
  const { kind, name, file, path, shipped } = source;
  const stem = name.slice(name.lastIndexOf('.') + 1);
  const spec = { kind, name, stem, file, path, shipped, claude: file.startsWith('.claude/') };
  return parseSource(spec, text).value;
}

function locate(node: Node, hasColon: boolean): Cursor | undefined {
  const { source, value } = node;
  if (typeof value === 'string') {
    const offset = value.indexOf(cursorMark);
    if (offset === -1) return undefined;
    const text = value.slice(0, offset) + value.slice(offset + cursorMark.length);
    return { source, part: 'value', node, text, offset, hasColon };
  }
  if (isObject(value) && Object.keys(value).some((key) => key.includes(cursorMark)))
    return { source, part: 'key', node, text: '', offset: 0, hasColon };
  for (const child of childrenOf(node)) {
    const found = locate(child, hasColon);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The keys of the map a cursor is in, without the one it is writing. */
export function keysBeside({ node }: Cursor): readonly string[] {
  return isObject(node.value) ? Object.keys(node.value).filter((key) => !key.includes(cursorMark)) : [];
}
