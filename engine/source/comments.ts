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
    ...[...text.matchAll(file.endsWith('.md') ? inMarkdown : inTemplate)].map((match) => ({
      syntax: 'markup' as const,
      from: match.index,
      to: match.index + match[0].length,
      said: match[1] ?? match[2] ?? '',
    })),
  ].sort((a, b) => a.from - b.from);
  const lines = linesOf(text);
  const onlyComments = new Set<number>();
  const found = spans.map(({ syntax, from, to, said }) => {
    const range = lines.rangeOf(from, to);
    const before = text.slice(text.lastIndexOf('\n', from - 1) + 1, from);
    const after = text.slice(to).split('\n', 1)[0] ?? '';
    const alone = before.replace('\uFEFF', '').trim() === '' && after.trim() === '';
    if (alone) for (let line = range.start.line; line <= range.end.line; line += 1) onlyComments.add(line);
    return { syntax, text: said.trim(), range, alone };
  });
  const rows = text.split('\n');
  return found.map((comment) => {
    let target = comment.range.start.line;
    if (comment.alone) {
      target = comment.range.end.line + 1;
      while (target <= rows.length && (onlyComments.has(target) || rows[target - 1]?.trim() === ''))
        target += 1;
    }
    return { ...comment, target };
  });
}

const inTemplate = /\{\{~?!--([\s\S]*?)--~?\}\}/g;
const inMarkdown = /\{\{~?!--([\s\S]*?)--~?\}\}|<!--([\s\S]*?)-->/g;

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
