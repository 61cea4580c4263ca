import { CompletionItemKind, type CompletionItem } from 'vscode-languageserver/node';
import { problemCodes } from '../core/problem-codes.ts';
import { inputSchemaOfCall } from './called.ts';
import { aboutKey, valuesOf } from './complete-keys.ts';
import { markdown, order, replacing, wordAround, type Completing } from './completion.ts';
import type { Cursor } from './marked.ts';
import { nameKindAt, namesOfKind, type NameKind } from './names.ts';
import { schemasAt } from './schema-at.ts';
import { schemaPlace, valuesOfWord } from './user-schema.ts';

/** What a plain value may be: the values its schema names, and the names it may lead to. */
export function completeValue(cursor: Cursor, at: Completing): CompletionItem[] {
  const { node, source } = cursor;
  const [before, after] = wordAround(at.source, at.offset, /[\w$./@-]/);
  const around = { ...at };
  const called = inputSchemaOfCall(at.analysis, source, node.pointer);
  const sites =
    called === undefined ? schemasAt(source, node.pointer) : [{ schema: called, description: undefined }];
  const choices = new Map<string, string>();
  for (const { schema, description } of sites) {
    for (const value of valuesOf(schema)) choices.set(value, aboutKey({ schema: {}, description }));
    if (schema['type'] === 'boolean') for (const value of ['true', 'false']) choices.set(value, '');
  }
  const place = schemaPlace(source, node.pointer);
  if (place?.is === 'word') for (const value of valuesOfWord(place)) choices.set(value, '');
  if (/\/on\/\d+$/.test(node.pointer)) for (const code of Object.keys(problemCodes)) choices.set(code, '');
  const items = [...choices].map(([value, about], index) =>
    replacing(around, before, after, {
      label: value,
      kind: CompletionItemKind.EnumMember,
      ...(about === '' ? {} : { documentation: markdown(about) }),
      sortText: order(0, index),
    }),
  );
  const kind = nameKindAt(at.analysis, source, node.pointer);
  if (kind === undefined) return items;
  const names = namesOfKind(at.analysis, kind).filter(
    ({ node: target }) =>
      target?.source.file !== source.file || target.source.kind !== kind || kind === 'workflow',
  );
  return [
    ...items,
    ...names.map(({ name, about, node: target }, index) =>
      replacing(around, before, after, {
        label: name,
        kind: kinds[kind],
        detail: target?.source.shipped === true ? `${kind}, comes with the engine` : kind,
        ...(about === undefined ? {} : { documentation: markdown(about) }),
        sortText: order(target?.source.shipped === true || target === undefined ? 2 : 1, index),
      }),
    ),
  ];
}

const kinds: Readonly<Record<NameKind, CompletionItemKind>> = {
  agent: CompletionItemKind.Class,
  profile: CompletionItemKind.Class,
  role: CompletionItemKind.Class,
  skill: CompletionItemKind.Module,
  tool: CompletionItemKind.Function,
  sandbox: CompletionItemKind.Module,
  workflow: CompletionItemKind.Function,
  model: CompletionItemKind.Constant,
  secret: CompletionItemKind.Constant,
  schema: CompletionItemKind.File,
  step: CompletionItemKind.Variable,
  partial: CompletionItemKind.File,
};
