import type { WordClass } from './targets.ts';

/** A word in a text, with its offset. */
export interface FoundWord {
  readonly word: string;
  readonly at: number;
  readonly class: WordClass;
}

/**
 * The words of the expressions and templates in a text; of the whole text when it is an `expression`. Reads by its own simple
 * rules on purpose: what the engine's parsers overlook must not be overlooked here too.
 */
export function wordsOf(source: string, kind: 'text' | 'expression'): FoundWord[] {
  if (kind === 'expression') return expressionWords(source, 0);
  const value = /^\s*\$\{\{([\s\S]*)\}\}\s*$/.exec(source);
  if (value !== null) return expressionWords(value[1] ?? '', source.indexOf('{{') + 2);
  return [...source.matchAll(/\{\{([\s\S]*?)\}\}/g)].flatMap((match) =>
    mustacheWords(match[1] ?? '', match.index + 2),
  );
}

const literals = ['true', 'false', 'null', 'in', 'this', 'else', 'as'];

function expressionWords(source: string, offset: number): FoundWord[] {
  const bare = withoutStrings(source);
  const words: FoundWord[] = [];
  for (const match of bare.matchAll(/\.?[A-Za-z_]\w*(\.[A-Za-z_]\w*)*(\s*\()?/g)) {
    const isCall = match[0].endsWith('(');
    const isMember = match[0].startsWith('.');
    const path = match[0]
      .replace(/\s*\($/, '')
      .replace(/^\./, '')
      .split('.');
    words.push(...pathWords(path, offset + match.index + (isMember ? 1 : 0), isCall, isMember));
  }
  // A key of a map literal is the user's.
  const own = words.filter(
    ({ at, word }) => !/^\s*:(?!:)/.test(bare.slice(at - offset + word.length)) || bare.includes('?'),
  );
  return [...own, ...comparedLiterals(source, offset)];
}

/** Words in quotes that something is compared with. */
function comparedLiterals(source: string, offset: number): FoundWord[] {
  const quoted = /(?:[!=]=\s*(["'])(?<right>[\w-]+)\1)|(?:(["'])(?<left>[\w-]+)\3\s*[!=]=)/g;
  return [...source.matchAll(quoted)].map((match) => {
    const word = match.groups?.['right'] ?? match.groups?.['left'] ?? '';
    return { word, at: offset + match.index + match[0].indexOf(word), class: 'compared literal' };
  });
}

function mustacheWords(source: string, offset: number): FoundWord[] {
  const bare = withoutStrings(source);
  const tokens = [...bare.matchAll(/[@#/>]?\s*[A-Za-z_][\w.]*/g)].filter((token) => token[0] !== 'else');
  return tokens.flatMap((token, index): FoundWord[] => {
    const name = token[0].replace(/^[@#/>]\s*/, '');
    const at = offset + token.index + token[0].length - name.length;
    if (token[0].startsWith('@')) return [{ word: name, at, class: 'name' }];
    if (token[0].startsWith('>')) return [{ word: name, at, class: 'reference' }];
    const isHelper =
      /^[#/]/.test(token[0]) || (index === 0 && tokens.length > 1) || isCalled(bare, token.index);
    if (isHelper || (/[\s(]["']/.test(source) && index === 0)) return [{ word: name, at, class: 'function' }];
    return pathWords(name.split('.'), at, false, false);
  });
}

function isCalled(source: string, at: number): boolean {
  return /\(\s*$/.test(source.slice(0, at));
}

const builtInFields: Readonly<Record<string, WordClass>> = {
  run: 'built-in field',
  agent: 'built-in field',
  instance: 'built-in field',
  error: 'built-in field',
  env: 'reference',
  secrets: 'reference',
  results: 'reference',
  input: 'input field',
  steps: 'step id',
};

function pathWords(path: readonly string[], start: number, isCall: boolean, isMember: boolean): FoundWord[] {
  let at = start;
  return path.flatMap((word, index): FoundWord[] => {
    const found = { word, at, class: classIn(path, index, isCall, isMember) };
    at += word.length + 1;
    return index === 0 && literals.includes(word) ? [] : [found];
  });
}

function classIn(path: readonly string[], index: number, isCall: boolean, isMember: boolean): WordClass {
  if (isCall && index === path.length - 1) return 'function';
  if (isMember) return 'output field';
  const [head = ''] = path;
  if (index === 0) return 'name';
  if (index === 1) return builtInFields[head] ?? 'item field';
  if (head === 'steps') return index === 2 ? 'built-in field' : 'output field';
  return 'item field';
}

/** The same text with the inside of its string literals blanked. */
function withoutStrings(source: string): string {
  return source.replace(/"(\\.|[^"\\])*"|'(\\.|[^'\\])*'/g, (literal) => ' '.repeat(literal.length));
}
