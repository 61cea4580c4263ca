import { isObject, type Json } from '../../core/json.ts';
import type { OperationParameter } from '../../program/tool.ts';
import { textOf } from './http-request.ts';

/** Styles that parameters of each place may have. */
export const parameterStyles: Readonly<Record<OperationParameter['in'], readonly string[]>> = {
  path: ['simple', 'label', 'matrix', 'json'],
  query: ['form', 'json', 'deepObject', 'spaceDelimited', 'pipeDelimited'],
  header: ['simple', 'json'],
  cookie: ['form', 'json'],
};

/** The text of a parameter in the path, encoded, so that it adds no segment; empty for a value that gives none. */
export function pathText({ name, style, explode }: OperationParameter, value: Json): string {
  if (value === null) return '';
  if (style === 'json') return encode(JSON.stringify(value));
  const head = style === 'label' ? '.' : style === 'matrix' ? `;${encode(name)}=` : '';
  const between = !explode || style === 'simple' ? ',' : style === 'label' ? '.' : ';';
  if (Array.isArray(value)) {
    const items = (value as readonly Json[]).map((item) => encode(textOf(item)));
    if (items.length === 0) return '';
    return style === 'matrix' && explode
      ? items.map((item) => head + item).join('')
      : head + items.join(between);
  }
  if (!isObject(value)) {
    const text = encode(textOf(value));
    return text === '' ? '' : head + text;
  }
  const entries = Object.entries(value).map(([key, item]) => [encode(key), encode(textOf(item))] as const);
  if (entries.length === 0) return '';
  const pairs = entries.map(([key, item]) => `${key}${explode ? '=' : ','}${item}`).join(between);
  return style === 'matrix' && explode ? `;${pairs}` : head + pairs;
}

/** Cookies that a parameter becomes, encoded, so that none of them can add another. */
export function cookiesOf({ name, style, explode }: OperationParameter, value: Json): readonly string[] {
  const cookie = (key: string, text: string): string => `${encode(key)}=${encode(text)}`;
  if (style === 'json') return [cookie(name, JSON.stringify(value))];
  if (Array.isArray(value)) {
    const items = (value as readonly Json[]).map(textOf);
    return explode ? items.map((item) => cookie(name, item)) : [cookie(name, items.join(','))];
  }
  if (!isObject(value)) return [cookie(name, textOf(value))];
  const entries = Object.entries(value).map(([key, item]) => [key, textOf(item)] as const);
  return explode ? entries.map(([key, item]) => cookie(key, item)) : [cookie(name, entries.flat().join(','))];
}

function encode(text: string): string {
  return encodeURIComponent(text.toWellFormed());
}
