import { readFileSync } from 'node:fs';
import { isPair, parseDocument, visit, type Pair, type Scalar } from 'yaml';
import { wordsOf } from './mutant-words.ts';

/** What a misspelt word is to the language. */
export type WordClass =
  | 'key'
  | 'schema keyword'
  | 'schema property'
  | 'enum value'
  | 'failure code'
  | 'reference'
  | 'declaration'
  | 'step id'
  | 'name'
  | 'built-in field'
  | 'input field'
  | 'argument'
  | 'output field'
  | 'item field'
  | 'function';

/** One word of a spec file that somebody may misspell. */
export interface Target {
  readonly word: string;
  /** Offset in the file. */
  readonly start: number;
  readonly class: WordClass;
}

/** Every word of a spec file that has a meaning to the language, in order. Words that only people or models read are left out. */
export function targetsIn(path: string): Target[] {
  const text = readFileSync(path, 'utf8');
  const front = /^---\n([\s\S]*?)\n---\n/.exec(text);
  const [yaml, offset] = path.endsWith('.md') ? [front?.[1] ?? '', 4] : [text, 0];
  const targets: Target[] = [];
  const add = (at: number, word: string, kind: WordClass): void => {
    // Escapes and folds move words; such a place is not the word any more.
    if (word.length > 1 && text.slice(at, at + word.length) === word)
      targets.push({ word, start: at, class: kind });
  };
  visit(parseDocument(yaml), {
    Scalar(key, node, ancestors) {
      if (typeof node.value !== 'string' || node.range == null) return;
      const place = [...ancestors, node]
        .filter((one): one is Pair<Scalar> => isPair(one) && one.key !== node)
        .map((pair) => String(pair.key.value));
      const pair = ancestors.at(-1);
      const quote = node.type === 'PLAIN' || node.type === 'BLOCK_LITERAL' ? 0 : 1;
      const from = offset + node.range[0] + quote;
      if (key === 'key' && isPair(pair)) {
        const kind = keyClass(place, node.value);
        if (kind !== undefined) add(from, node.value, kind);
        return;
      }
      const source = text.slice(from, offset + node.range[1] - quote);
      for (const { word, at, class: kind } of valueWords(place, source, path.endsWith('engine.yaml')))
        add(from + at, word, kind);
    },
  });
  if (front !== null && path.endsWith('.md') && !path.endsWith('SKILL.md')) {
    const body = text.slice(front[0].length);
    for (const { word, at, class: kind } of wordsOf(body, 'text')) add(front[0].length + at, word, kind);
  }
  return targets
    .filter(({ class: kind, word }) => isKnowable(kind, word, text))
    .sort((one, other) => one.start - other.start);
}

/** Whether a slip can be told from a choice: without a schema any field may be meant, and a name nobody uses may be any. */
function isKnowable(kind: WordClass, word: string, text: string): boolean {
  if (kind === 'declaration') return text.split(new RegExp(`\\b${word}\\b`)).length > 2;
  const isOfInput = kind === 'input field' || kind === 'item field' || kind === 'argument';
  return !isOfInput || text.includes('inputSchema:');
}

const schemaKeys = ['inputSchema', 'outputSchema'];
/** Maps whose content, at any depth, is the user's. */
const freeMaps = [
  'set',
  'data',
  'details',
  'output',
  'return',
  'body',
  'query',
  'headers',
  'json',
  'metadata',
  'providerOptions',
  'queryParams',
];
/** Maps whose own keys are names of the user, with the language below. */
const namedMaps = ['secrets', 'providers', 'models', 'branches'];

function keyClass(place: readonly string[], key: string): WordClass | undefined {
  const parent = place.at(-1);
  if (key.startsWith('x-')) return undefined;
  if (isInSchema(place)) {
    if (parent === 'default' || place.includes('default')) return undefined;
    return parent === 'properties' ? 'schema property' : 'schema keyword';
  }
  if (place.some((word) => freeMaps.includes(word)) || parent === 'env') return undefined;
  if (parent === 'with' || (parent === 'input' && place.includes('toolCalls'))) return 'argument';
  if (parent !== undefined && namedMaps.includes(parent)) return 'declaration';
  return 'key';
}

interface Word {
  readonly word: string;
  readonly at: number;
  readonly class: WordClass;
}

const conditions = ['if', 'when', 'while', 'until', 'items'];
const references = [
  'agent',
  'tool',
  'role',
  'skills',
  'sandbox',
  'extends',
  'profile',
  'subagents',
  'tools',
  'disallowedTools',
  'secrets',
  'apiKey',
  'step',
  '$ref',
  'module',
  'from',
];
const enums = [
  'thinking',
  'busy',
  'backoff',
  'level',
  'onError',
  'type',
  'method',
  'kind',
  'apiVersion',
  'harness',
];

function valueWords(place: readonly string[], source: string, isProject: boolean): Word[] {
  const key = place.at(-1) ?? '';
  const whole = (kind: WordClass, at = 0): Word[] => [{ word: source.slice(at), at, class: kind }];
  if (isInSchema(place)) {
    if (key === '$ref') return whole('reference');
    if (key === 'type') return whole('enum value');
    return key === 'required' ? whole('schema property') : [];
  }
  const isFree = place.some((word) => [...freeMaps, 'with', 'input'].includes(word));
  if (!isFree && conditions.includes(key)) return wordsOf(source, 'expression');
  if (source.includes('{{')) return wordsOf(source, 'text');
  if (isFree) return [];
  if (key === 'model') return modelWord(source);
  if (references.includes(key)) return whole('reference');
  if (enums.includes(key) && !place.includes('replies')) return whole('enum value');
  if (key === 'on') return whole('failure code');
  if (key === 'id' || key === 'as') return whole('declaration');
  if (key === 'name' && !isProject) return whole('enum value');
  return key === 'env' && place.length === 1 ? whole('declaration') : [];
}

/** Of a model only the alias, the provider, or the name of a script is known to the project. */
function modelWord(source: string): Word[] {
  const [provider = '', name] = source.split('/');
  if (provider === 'script') return [{ word: name ?? '', at: provider.length + 1, class: 'reference' }];
  return [{ word: provider, at: 0, class: 'reference' }];
}

function isInSchema(place: readonly string[]): boolean {
  return place.some((word) => schemaKeys.includes(word));
}

/** Ways to misspell a word; undefined where it would stay the same. */
const typos: readonly ((word: string) => string | undefined)[] = [
  (word) => {
    const at = [...word].findIndex(
      (letter, index) =>
        index > 0 && letter !== word[index + 1] && isLetter(word[index + 1]) && isLetter(letter),
    );
    const from = at === -1 ? 0 : at;
    const [one = '', other = ''] = [word[from], word[from + 1]];
    return one === other || other === ''
      ? undefined
      : word.slice(0, from) + other + one + word.slice(from + 2);
  },
  (word) =>
    word.length < 3
      ? undefined
      : word.slice(0, Math.floor(word.length / 2)) + word.slice(Math.floor(word.length / 2) + 1),
  (word) =>
    word.slice(0, Math.ceil(word.length / 2)) +
    (word[Math.ceil(word.length / 2) - 1] ?? '') +
    word.slice(Math.ceil(word.length / 2)),
];

/** One misspelling of a word: two letters swapped, one dropped, or one doubled, by turns. */
export function misspell(word: string, turn: number): string {
  for (let step = 0; step < typos.length; step += 1) {
    const typo = typos[(turn + step) % typos.length]?.(word);
    if (typo !== undefined && typo !== word) return typo;
  }
  throw new Error(`no way to misspell "${word}"`);
}

function isLetter(letter: string | undefined): boolean {
  return letter !== undefined && /[A-Za-z]/.test(letter);
}
