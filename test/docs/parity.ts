import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './page.ts';

/** A row of docs/parity.md: what others have, and what is here. */
export interface Row {
  readonly line: number;
  readonly theirs: string;
  readonly here: string;
  readonly page: string;
  readonly shownBy: string;
}

/** The rows of the tables that compare. Throws for a row that has not four cells. */
export function rowsOf(text: string): readonly Row[] {
  const rows: Row[] = [];
  let isComparing = false;
  for (const [index, line] of text.split('\n').entries()) {
    if (!line.startsWith('|')) isComparing = false;
    if (line.startsWith('| Flue, PyFlue |')) isComparing = true;
    else if (isComparing && !line.startsWith('|---')) {
      const cells = line.slice(2, -2).split(' | ');
      const [theirs = '', here = '', page = '', shownBy = ''] = cells;
      if (cells.length !== 4) throw new Error(`docs/parity.md:${index + 1}: a row has four cells`);
      rows.push({ line: index + 1, theirs, here, page, shownBy });
    }
  }
  return rows;
}

/** The tests that a cell names: `` `file` “title”, “title” ``. */
export function testsOf(cell: string): readonly { readonly file: string; readonly title: string }[] {
  let file = '';
  return [...cell.matchAll(/`([^`]+)` “([^”]+)”|“([^”]+)”/g)].map(([, named, first, further]) => {
    file = named ?? file;
    return { file: `test/${file}`, title: first ?? further ?? '' };
  });
}

/** The titles of a file of tests; `…` stands for what a title is put together of. Of a scenario its one title. */
export function titlesOf(file: string): readonly string[] {
  const text = readFileSync(join(root, file), 'utf8');
  if (file.endsWith('.yaml')) return [/^title: (.*)$/m.exec(text)?.[1] ?? ''];
  const calls = /\b(?:it|describe)(?:\.\w+)?\(\s*(["'`])((?:\\.|(?!\1)[\s\S])*)\1/g;
  return [...text.matchAll(calls)].map(([, , title = '']) =>
    title.replace(/\\(.)/g, '$1').replace(/\$\{[^}]*\}/g, '…'),
  );
}

/** The keys that a text names: `` `a.b`, `c` of engine.yaml ``, and so of an agent, a sandbox and others. */
export function keysOf(text: string): readonly { readonly kind: string; readonly key: string }[] {
  const places = /((?:`[^`]+`,? )+)of (engine\.yaml|an? (?:agent|sandbox|workflow|tool|channel)\b)/g;
  return [...text.matchAll(places)].flatMap(([, list = '', of = '']) => {
    const kind = of === 'engine.yaml' ? 'project' : of.replace(/^an? /, '');
    return [...list.matchAll(/`([^`]+)`/g)].map(([, key = '']) => ({ kind, key }));
  });
}

/** Whether a schema of schema/ knows a key, given as a path with dots; `<name>` stands for a name of the user's. */
export function knowsKey(kind: string, key: string): boolean {
  const has = (file: string, node: unknown, path: readonly string[]): boolean => {
    if (node === null || typeof node !== 'object') return false;
    const { $ref, properties, additionalProperties, anyOf, oneOf, allOf } = node as Record<string, unknown>;
    const [head, ...rest] = path;
    if (head === undefined) return true;
    if (typeof $ref === 'string') {
      const [other = '', pointer = ''] = $ref.split('#');
      const where = other === '' ? file : other;
      const names = pointer.split('/').slice(1);
      return has(
        where,
        names.reduce<unknown>((at, name) => (at as Record<string, unknown>)[name], schema(where)),
        path,
      );
    }
    const inner = (properties as Record<string, unknown> | undefined)?.[head];
    if (inner !== undefined && has(file, inner, rest)) return true;
    if (head.startsWith('<') && has(file, additionalProperties, rest)) return true;
    return [anyOf, oneOf, allOf].some(
      (list) => Array.isArray(list) && list.some((one: unknown) => has(file, one, path)),
    );
  };
  const file = `${kind}.schema.json`;
  return has(file, schema(file), key.split('.'));
}

function schema(file: string): unknown {
  return JSON.parse(readFileSync(join(root, 'schema', file), 'utf8'));
}
