import { isAlias, isPair, parseDocument, visit, type Pair, type Scalar } from 'yaml';
import { wordsOf } from './words.ts';

/** What a word of a spec is to the language. */
export type WordClass =
  | 'key'
  | 'schema keyword'
  | 'schema property'
  | 'schema literal'
  | 'enum value'
  | 'failure code'
  | 'reference'
  | 'file reference'
  | 'declaration'
  | 'output key'
  | 'open key'
  | 'step id'
  | 'name'
  | 'built-in field'
  | 'input field'
  | 'argument'
  | 'output field'
  | 'item field'
  | 'compared literal'
  | 'function';

/** One word of a spec file that somebody may misspell. */
export interface Target {
  readonly word: string;
  /** Offset in the file. */
  readonly start: number;
  readonly class: WordClass;
  /** Keys and positions from the root of the file to the word. */
  readonly place: readonly string[];
}

/** The YAML of a spec file and where it starts: the whole file, or the front matter. */
export function yamlOf(file: string, text: string): { readonly yaml: string; readonly offset: number } {
  if (!file.endsWith('.md')) return { yaml: file.endsWith('.hbs') ? '' : text, offset: 0 };
  return { yaml: /^---\n([\s\S]*?)\n---\n/.exec(text)?.[1] ?? '', offset: 4 };
}

/** Every word of a spec file that has a meaning to the language, in order. Words that only people or models read are left out. */
export function targetsIn(file: string, text: string): Target[] {
  const { yaml, offset } = yamlOf(file, text);
  const targets: Target[] = [];
  const add = (start: number, word: string, kind: WordClass, place: readonly string[]): void => {
    // Escapes and folds move words; such a place is not the word any more.
    if (word.length > 1 && /^[A-Za-z]/.test(word) && text.slice(start, start + word.length) === word)
      targets.push({ word, start, class: kind, place });
  };
  const document = parseDocument(yaml);
  visit(document, {
    Scalar(key, node, ancestors) {
      if (typeof node.value !== 'string' || node.range == null) return;
      const place = placeOf([...ancestors, node]);
      const pair = ancestors.at(-1);
      const quote = node.type === 'PLAIN' || node.type === 'BLOCK_LITERAL' ? 0 : 1;
      const from = offset + node.range[0] + quote;
      if (key === 'key' && isPair(pair)) {
        const kind = keyClass([...place.slice(0, -1)], node.value, file);
        if (kind !== undefined) add(from, node.value, kind, place);
        return;
      }
      const source = text.slice(from, offset + node.range[1] - quote);
      for (const { word, at, class: kind } of valueWords(place, source, file))
        add(from + at, word, kind, place);
    },
  });
  if (file.endsWith('.hbs')) {
    for (const { word, at, class: kind } of wordsOf(text, 'text')) add(at, word, kind, []);
  } else if (yaml !== '' && file.endsWith('.md')) {
    const start = yaml.length + offset + '\n---\n'.length;
    const body = text.slice(start);
    const found = file.endsWith('SKILL.md') ? filesNamed(body) : wordsOf(body, 'text');
    for (const { word, at, class: kind } of found) add(start + at, word, kind, ['body']);
  }
  return targets.sort((one, other) => one.start - other.start);
}

/** Keys of maps above a node; positions in lists are left out. */
export function placeOf(nodes: readonly unknown[]): string[] {
  return nodes
    .filter((one): one is Pair<Scalar> => isPair(one) && !isAlias(one.key))
    .map((pair) => String(pair.key.value));
}

/** Files of a skill that its text names. */
function filesNamed(body: string): { word: string; at: number; class: WordClass }[] {
  return [...body.matchAll(/(?:references|scripts|assets)\/([\w/-]+)\.\w+/g)].map((match) => {
    const word = match[1] ?? '';
    return { word, at: match.index + match[0].indexOf(`/${word}`) + 1, class: 'file reference' };
  });
}

const schemaKeys = ['inputSchema', 'outputSchema', 'form'];
/** Maps whose content, at any depth, is the user's. */
const freeMaps = ['data', 'details', 'headers', 'metadata', 'providerOptions', 'queryParams', 'options'];
/** Maps whose keys make a shape that other texts may read. */
const shapes = ['set', 'output', 'return', 'json'];
/** Maps that are the input of something. */
const inputs = ['with', 'input'];
/** Maps whose own keys are names of the user, with the language below. */
const namedMaps = ['secrets', 'providers', 'models', 'branches', 'mcpServers'];
/** Maps whose own keys are names of something elsewhere. */
const keyedByName = ['toolErrors', 'approvals', 'answers', 'events', 'calls', 'rules'];

/** What a key is whose map stands at `place`. */
function keyClass(place: readonly string[], key: string, file: string): WordClass | undefined {
  const parent = place.at(-1) ?? '';
  if (key.startsWith('x-')) return undefined;
  const schema = insideSchema(place, file);
  if (schema !== undefined) {
    if (schema.some((word) => ['default', 'examples', 'const', 'enum'].includes(word))) return 'open key';
    return isPropertyMap(schema) ? 'schema property' : 'schema keyword';
  }
  if (/(^|\/)tests\//.test(file) && place[0] === 'tools') return place.length === 1 ? 'reference' : 'open key';
  if (place.some((word) => freeMaps.includes(word)) || parent === 'env') return 'open key';
  if (place.some((word) => shapes.includes(word))) return 'output key';
  if (isRequestPart(place)) return 'open key';
  const input = place.findIndex((word) => inputs.includes(word));
  if (input !== -1) return input === place.length - 1 ? 'argument' : 'open key';
  if (namedMaps.includes(parent)) return 'declaration';
  return keyedByName.includes(parent) ? 'reference' : 'key';
}

/** Whether the map at the end of a path inside a schema holds properties: `properties` may itself be a property. */
function isPropertyMap(path: readonly string[]): boolean {
  let isMap = false;
  for (const word of path) isMap = !isMap && ['properties', '$defs', 'patternProperties'].includes(word);
  return isMap;
}

function isRequestPart(place: readonly string[]): boolean {
  const request = Math.max(place.indexOf('request'), place.indexOf('http'), place.indexOf('reply'));
  return request !== -1 && ['query', 'body', 'headers'].includes(place[request + 1] ?? '');
}

interface Word {
  readonly word: string;
  readonly at: number;
  readonly class: WordClass;
}

const conditions = ['if', 'when', 'while', 'until', 'items'];
const references = [
  ...['agent', 'tool', 'role', 'skill', 'skills', 'sandbox', 'extends', 'profile', 'subagents', 'workflow'],
  ...['tools', 'disallowedTools', 'secrets', 'secret', 'apiKey', 'step', 'server', 'mcpServers', 'harness'],
  ...['database', 'agents', 'workflows', 'path', 'operations'],
];
const files = ['module', 'from', 'document', 'images', 'protect', 'read'];
const enums = [
  ...['thinking', 'busy', 'backoff', 'level', 'onError', 'type', 'method', 'kind', 'apiVersion'],
  ...['scheme', 'algorithm', 'encoding', 'missed', 'decision', 'status', 'onTimeout', 'scopes', 'algorithms'],
  ...['synchronous', 'timezone'],
];

function valueWords(place: readonly string[], source: string, file: string): Word[] {
  const key = place.at(-1) ?? '';
  const whole = (kind: WordClass, at = 0): Word[] => [{ word: source.slice(at), at, class: kind }];
  const schema = insideSchema(place, file);
  if (schema !== undefined) {
    if (schema.some((word) => ['default', 'examples'].includes(word))) return [];
    if (isPropertyMap(schema.slice(0, -1))) return [];
    if (key === '$ref') return pointerWord(source);
    if (key === 'type' || key === 'format') return whole('enum value');
    if (key === 'enum' || key === 'const') return whole('schema literal');
    return key === 'required' ? whole('schema property') : [];
  }
  const isTest = /(^|\/)tests\//.test(file);
  const isFree = place.some((word) => [...freeMaps, ...shapes, ...inputs].includes(word)) || isRequestPart(place);
  if (!isFree && conditions.includes(key) && !isTest) return wordsOf(source, 'expression');
  if (source.includes('{{')) return wordsOf(source, 'text');
  if (isFree || (isTest && place[0] === 'tools')) return [];
  if (key === 'model' || key === 'fallback') return modelWord(source);
  if (place.at(-2) === 'rules') return whole('enum value');
  if (['allow', 'ask', 'deny'].includes(key) && place.at(-2) === 'permissions')
    return [{ word: /^\w*/.exec(source)?.[0] ?? '', at: 0, class: 'reference' }];
  if (key === 'path' && place.at(-2) !== 'expect') return [];
  if (references.includes(key)) return whole('reference');
  if (files.includes(key)) return fileWord(source);
  if (key === '$ref') return pointerWord(source);
  if (enums.includes(key) && !place.includes('replies')) return whole('enum value');
  if (key === 'on' || (key === 'code' && place.at(-2) !== undefined && !place.includes('steps')))
    return whole('failure code');
  if (key === 'error' && place.at(-2) === 'expect') return whole('failure code');
  if (key === 'id' || key === 'as') return whole('declaration');
  if (key === 'name' && place.length === 1 && !/(^|\/)(?:engine\.(?:ya?ml|json)|\.enginerc.*|package\.json)$/.test(file)) return whole('enum value');
  return key === 'env' && place.length === 1 ? whole('declaration') : [];
}

/** Of a path the last word without its ending. */
function fileWord(source: string): Word[] {
  const match = /([A-Za-z][\w-]*)(?:\.\w+)?\/?$/.exec(source);
  return match === null ? [] : [{ word: match[1] ?? '', at: match.index, class: 'file reference' }];
}

/** Of a `$ref` the last word: a definition, or a file. */
function pointerWord(source: string): Word[] {
  const match = /([A-Za-z][\w-]*)(?:\.\w+)?$/.exec(source);
  return match === null ? [] : [{ word: match[1] ?? '', at: match.index, class: 'reference' }];
}

/** Of a model only the alias, the provider, or the name of a script is known to the project. */
function modelWord(source: string): Word[] {
  const [provider = '', name] = source.split('/');
  if (provider === 'script') return [{ word: name ?? '', at: provider.length + 1, class: 'reference' }];
  return [{ word: provider, at: 0, class: 'reference' }];
}

/** The rest of a place below the JSON Schema it is in; undefined outside of schemas. */
function insideSchema(place: readonly string[], file: string): readonly string[] | undefined {
  if (/(^|\/)schemas\/[^/]+$/.test(file)) return place;
  const at = place.findIndex((word) => schemaKeys.includes(word));
  return at === -1 ? undefined : place.slice(at + 1);
}
