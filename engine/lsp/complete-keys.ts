import { CompletionItemKind, InsertTextMode, type CompletionItem } from 'vscode-languageserver/node';
import { isObject, type Json, type JsonObject } from '../core/json.ts';
import { markdown, order, replacing, wordAround, type Completing } from './completion.ts';
import { keysBeside, type Cursor } from './marked.ts';
import { keyChoices } from './key-choices.ts';
import type { KeySite } from './schema-at.ts';

/** The keys that may stand where the cursor is: those that must, then the ones that say what it is, then the rest. */
export function completeKeys(cursor: Cursor, at: Completing): CompletionItem[] {
  const { node, source } = cursor;
  const present = new Set(keysBeside(cursor));
  const [before, after] = wordAround(at.source, at.offset, /[\w$/-]/);
  const inQuotes = /["']/.test(at.source.text[at.offset - before - 1] ?? '');
  const keys = keyChoices(at.analysis, source, node.pointer, at.pages);
  return keys
    .filter(({ key }) => !present.has(key))
    .map((site, index) => {
      const group = site.required ? 0 : site.verb ? 1 : 2;
      const newText = cursor.hasColon || inQuotes ? site.key : keyText(site, source.file.endsWith('.json'));
      return replacing(at, before, after, {
        label: site.key,
        kind: site.verb ? CompletionItemKind.Keyword : CompletionItemKind.Property,
        detail: site.required ? `${typeOf(site.schema)} (required)` : typeOf(site.schema),
        documentation: markdown(aboutKey(site)),
        sortText: order(group, index),
        filterText: site.key,
        insertTextMode: InsertTextMode.adjustIndentation,
        newText,
      });
    });
}

/** What a schema says about a key, as Markdown. */
export function aboutKey({ description, schema }: Pick<KeySite, 'description' | 'schema'>): string {
  const lines = description === undefined ? [] : [description];
  const values = valuesOf(schema);
  if (values.length > 0) lines.push(`One of ${values.map((value) => `\`${value}\``).join(', ')}.`);
  const [example] = Array.isArray(schema['examples']) ? (schema['examples'] as readonly Json[]) : [];
  if (example !== undefined && !isObject(example) && !Array.isArray(example))
    lines.push(`For example: \`${String(example)}\``);
  return lines.join('\n\n');
}

/** The values a schema names, as they are written. */
export function valuesOf(schema: JsonObject): readonly string[] {
  const { const: only } = schema;
  const values = only === undefined ? schema['enum'] : [only];
  return Array.isArray(values)
    ? values.map((value: Json) => (typeof value === 'string' ? value : JSON.stringify(value)))
    : [];
}

/** What kind of value a schema asks for, in a word or two. */
export function typeOf(schema: JsonObject): string {
  if (valuesOf(schema).length > 0) return 'choice';
  const { type } = schema;
  const types = Array.isArray(type) ? type : [type];
  const names = types.map((one) => (one === 'object' ? 'map' : one === 'array' ? 'list' : one));
  return names.filter((name) => typeof name === 'string').join(' or ') || 'value';
}

function keyText({ key, schema }: KeySite, quoted: boolean): string {
  if (quoted) return `"${key}": `;
  const { type } = schema;
  if (type === 'object') return `${key}:\n  `;
  return type === 'array' ? `${key}:\n  - ` : `${key}: `;
}
