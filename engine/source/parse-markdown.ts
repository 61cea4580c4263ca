import matter from 'gray-matter';
import type { Diagnostic } from '../core/diagnostic.ts';
import { isObject } from '../core/json.ts';
import { linesOf, type Lines } from './lines.ts';
import { parseYaml, type ParsedYaml } from './parse-yaml.ts';
import type { Place, Span } from './place.ts';

/** Front matter and body of a Markdown file. */
export interface ParsedMarkdown extends ParsedYaml {
  /** Trimmed, with line feeds only. */
  readonly body: string;
  readonly hasFrontMatter: boolean;
}

/**
 * Parses a Markdown file: YAML front matter (no other language, so nothing can run) and body. With a `bodyKey` a body
 * that is not empty becomes that key of the value; its place is known under the key in any case. Never throws.
 */
export function parseMarkdown(
  text: string,
  part: { file: string; bodyKey: string; merge: boolean },
): ParsedMarkdown {
  const lines = linesOf(text);
  const front = findFrontMatter(text, part.file, lines);
  const parsed: ParsedYaml =
    front.span === undefined
      ? { value: {}, place: { value: [front.bodyStart, front.bodyStart] }, diagnostics: [], damaged: [] }
      : parseYaml(text, { file: part.file, span: front.span, lines });
  const rest = text.slice(front.bodyStart);
  const bodySpan: Span = [
    front.bodyStart + rest.length - rest.trimStart().length,
    front.bodyStart + rest.trimEnd().length,
  ];
  const body = text.slice(...bodySpan).replaceAll('\r\n', '\n');

  const diagnostics = [...front.diagnostics, ...parsed.diagnostics];
  const value = parsed.value ?? {};
  const damaged = [...front.damaged, ...parsed.damaged];
  const hasFrontMatter = front.span !== undefined;
  if (!isObject(value)) return { ...parsed, diagnostics, damaged, body, hasFrontMatter };

  const written = parsed.place.children?.get(part.bodyKey);
  const merges = part.merge && body !== '' && written === undefined;
  if (part.merge && body !== '' && written !== undefined) {
    diagnostics.push({
      rule: 'source/two-bodies',
      level: 'error',
      message: `"${part.bodyKey}" is in the front matter and below it; keep one`,
      file: part.file,
      range: lines.rangeOf(...(written.key ?? written.value)),
      pointer: `/${part.bodyKey}`,
    });
  }
  const bodyPlace: Place = { value: bodySpan, text: { style: 'body', value: body } };
  const children = new Map(parsed.place.children);
  if (written === undefined) children.set(part.bodyKey, bodyPlace);
  const place: Place = { ...parsed.place, children };
  return {
    value: merges ? { ...value, [part.bodyKey]: body } : value,
    place,
    diagnostics,
    damaged,
    body,
    hasFrontMatter,
  };
}

interface FrontMatter {
  /** Of the YAML between the delimiters; undefined when there is none that can be read. */
  readonly span: Span | undefined;
  readonly bodyStart: number;
  readonly diagnostics: readonly Diagnostic[];
  readonly damaged: readonly string[];
}

/** gray-matter decides what is front matter; the engines only tell what it cut out. */
function findFrontMatter(text: string, file: string, lines: Lines): FrontMatter {
  const start = text.startsWith('\uFEFF') ? 1 : 0;
  const refused = (rule: string, message: string, end: number): FrontMatter => ({
    span: undefined,
    bodyStart: text.length,
    diagnostics: [{ rule, level: 'error', message, file, range: lines.rangeOf(start, end) }],
    damaged: [''],
  });
  const firstLine = text.slice(start).split(/\r?\n/, 1)[0] ?? '';
  if (!/^---(?!-)/.test(firstLine))
    return { span: undefined, bodyStart: start, diagnostics: [], damaged: [] };
  const language = firstLine.slice(3).trim().toLowerCase();
  if (language !== '' && language !== 'yaml' && language !== 'yml') {
    const message = `front matter is YAML, never "${language}"; write "---" alone`;
    return refused('source/front-matter-code', message, start + firstLine.length);
  }
  const content = text.slice(start + firstLine.length);
  if (!/\n---/.test(content)) {
    return refused(
      'source/unclosed-front-matter',
      'the front matter has no closing "---"',
      start + firstLine.length,
    );
  }

  let front = '';
  const keep = (cut: string): object => {
    front = cut;
    return {};
  };
  const parsed = matter(text.slice(start), { engines: { ...refusedEngines, yaml: keep, yml: keep } });
  const from = start + firstLine.length;
  const cut = front === '' ? parsed.matter : front;
  return {
    span: [from, from + cut.length],
    bodyStart: text.length - parsed.content.length,
    diagnostics: [],
    damaged: [],
  };
}

const refusedEngines = Object.fromEntries(
  ['js', 'javascript', 'json', 'coffee', 'coffeescript', 'cson', 'toml'].map((language) => [
    language,
    (): object => {
      throw new Error(`front matter in ${language} is refused`);
    },
  ]),
);
