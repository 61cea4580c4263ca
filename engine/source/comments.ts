import { CST, Lexer } from 'yaml';
import type { Range } from '../core/range.ts';
import { linesOf } from './lines.ts';
import type { Source } from './source.ts';

/** A comment in a file. */
export interface Comment {
  /** `yaml` is `# ...`; `markup` is `<!-- ... -->` in Markdown or `{{!-- ... --}}` in any text. */
  readonly syntax: 'yaml' | 'markup';
  /** What it says, without its marks, trimmed. */
  readonly text: string;
  /** Marks included. */
  readonly range: Range;
  /** Whether nothing else stands on the line it begins on. */
  readonly alone: boolean;
  /** Number of the line it speaks about: its own, or when it stands alone the next one that is neither empty nor a comment. */
  readonly target: number;
}

/** The comments of a file in order; those of YAML are found by YAML's own lexer, so that `#` in a text is none. */
export function commentsOf({ text, file, body }: Pick<Source, 'text' | 'file' | 'body'>): readonly Comment[] {
  const [start, end] =
    body === undefined ? [text.startsWith('\uFEFF') ? 1 : 0, text.length] : frontMatter(text);
  const spans = [
    ...yamlComments(text.slice(start, end)).map(([from, to]) => ({
      syntax: 'yaml' as const,
      from: start + from,
      to: start + to,
      said: text.slice(start + from + 1, start + to),
    })),
    ...markupComments(text, file.endsWith('.md')),
  ].sort((a, b) => a.from - b.from);
  const lines = linesOf(text);
  const onlyComments = new Set<number>();
  const found = spans.map(({ syntax, from, to, said }) => {
    const range = lines.rangeOf(from, to);
    const before = text.slice(text.lastIndexOf('\n', from - 1) + 1, from);
    const lineEnd = text.indexOf('\n', to);
    const after = text.slice(to, lineEnd === -1 ? text.length : lineEnd);
    const alone = before.replace('\uFEFF', '').trim() === '' && after.trim() === '';
    if (alone) for (let line = range.start.line; line <= range.end.line; line += 1) onlyComments.add(line);
    return { syntax, text: said.trim(), range, alone };
  });
  const next = nextSaying(text.split('\n'), onlyComments);
  return found.map((comment) => {
    const { start, end } = comment.range;
    return { ...comment, target: comment.alone ? (next[end.line + 1] ?? end.line + 1) : start.line };
  });
}

/** By line number, from 1: the first line from there on that is neither empty nor a comment; one after the last when there is none. */
function nextSaying(rows: readonly string[], onlyComments: ReadonlySet<number>): readonly number[] {
  const next: number[] = [];
  let target = rows.length + 1;
  for (let line = rows.length; line > 0; line -= 1) {
    if (!onlyComments.has(line) && rows[line - 1]?.trim() !== '') target = line;
    next[line] = target;
  }
  return next;
}

/** Comments of Handlebars, and of Markdown; by searching for their marks, which costs a hostile text no more than its length. */
function markupComments(
  text: string,
  isMarkdown: boolean,
): { syntax: 'markup'; from: number; to: number; said: string }[] {
  const found: { syntax: 'markup'; from: number; to: number; said: string }[] = [];
  const opening = isMarkdown ? /\{\{~?!--|<!--/g : /\{\{~?!--/g;
  const isUnclosed = new Set<string>();
  for (let open = opening.exec(text); open !== null; open = opening.exec(text)) {
    const from = open.index + open[0].length;
    const close = open[0] === '<!--' ? '-->' : '--}}';
    if (isUnclosed.has(close)) continue;
    const end = close === '-->' ? text.indexOf(close, from) : endOfTemplateComment(text, from);
    if (end === -1) {
      isUnclosed.add(close);
      continue;
    }
    const to = text.indexOf(close === '-->' ? '>' : '}}', end + 2) + (close === '-->' ? 1 : 2);
    found.push({ syntax: 'markup', from: open.index, to, said: text.slice(from, end) });
    opening.lastIndex = to;
  }
  return found;
}

function endOfTemplateComment(text: string, from: number): number {
  const ends = [text.indexOf('--}}', from), text.indexOf('--~}}', from)].filter((end) => end !== -1);
  return ends.length === 0 ? -1 : Math.min(...ends);
}

/** Offsets of the YAML at the head of a Markdown file; nothing when there is none. */
function frontMatter(text: string): readonly [number, number] {
  const opening = /^\uFEFF?---[^\n]*\n/.exec(text)?.[0].length;
  if (opening === undefined) return [0, 0];
  const closing = text.slice(opening - 1).search(/\n---/);
  return closing === -1 ? [0, 0] : [opening, opening + closing];
}

function yamlComments(yaml: string): [number, number][] {
  const found: [number, number][] = [];
  let at = 0;
  let isScalar = false;
  for (const token of new Lexer().lex(yaml)) {
    const type = CST.tokenType(token);
    if (isMark(token)) {
      isScalar = type === 'scalar';
      continue;
    }
    if (type === 'comment' && !isScalar) found.push([at, at + token.length]);
    isScalar = false;
    at += token.length;
  }
  return found;
}

/** Tokens of the lexer that stand for nothing in the text. */
function isMark(token: string): boolean {
  return token === CST.DOCUMENT || token === CST.SCALAR || token === CST.FLOW_END;
}
