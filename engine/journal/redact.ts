import { isObject, type Json } from '../core/json.ts';
import { formsOf, isHideable, partsOf } from './secret-forms.ts';
import { openTextStream, type TextStream } from './text-stream.ts';

/** Takes secrets out of what is stored, sent and logged. */
export interface Redactor {
  text(text: string): string;
  /** Strings and keys at every depth; the same value when nothing was found. */
  json(value: Json): Json;
  /** Takes secrets out of a text that comes in pieces, also those that stand in two of them. */
  stream(): TextStream;
  /** Whether there is anything to take out. */
  hasSecrets(): boolean;
}

/**
 * A redactor for secret values that can be told from ordinary text (`isHideable`). They become `[secret]` as they are and as they stand
 * in JSON text, URLs, forms and HTML, in hexadecimal digits, and in base64, also when they are only a part of what was encoded, and
 * when the encoded text is broken into lines. Without secrets it does nothing, at no cost.
 */
export function redactor(values: readonly string[]): Redactor & {
  /** Takes these out too from now on. */
  learn(more: readonly string[]): void;
} {
  const plain = new Set<string>();
  const wrapped = new Set<string>();
  /** Every form, longest first, so that a secret that contains another one goes as a whole. */
  let forms: readonly string[] = [];
  let pattern: RegExp | undefined;
  let brokenPattern: RegExp | undefined;
  const learn = (more: readonly string[]): void => {
    for (const found of more.filter(isHideable).flatMap(partsOf).map(formsOf)) {
      for (const form of found.plain) plain.add(form);
      for (const form of found.wrapped) wrapped.add(form);
    }
    forms = [...new Set([...plain, ...wrapped])].sort((a, b) => b.length - a.length);
    if (forms.length > 0) pattern = new RegExp(forms.map(escape).join('|'), 'g');
    brokenPattern = undefined;
  };
  const text = (input: string): string => {
    if (pattern === undefined) return input;
    const shown = input.replace(pattern, '[secret]');
    if (!/\n|\\n/.test(shown) || !brokenLines.test(shown)) return shown;
    // Looked for in whole lines first, which is quick.
    if (shown.replace(lineEnds, '').search(pattern) < 0) return shown;
    brokenPattern ??= new RegExp([...wrapped].map(breakable).join('|'), 'g');
    return shown.replace(brokenPattern, '[secret]');
  };
  const json = (value: Json): Json => {
    if (pattern === undefined) return value;
    if (typeof value === 'string') return text(value);
    if (Array.isArray(value)) return sameOr(value, value.map(json));
    if (!isObject(value)) return value;
    const entries = Object.entries(value);
    const redacted = entries.map(([key, inner]) => [text(key), json(inner)] as const);
    const changed = redacted.some(
      ([key, inner], at) => key !== entries[at]?.[0] || inner !== entries[at]?.[1],
    );
    return changed ? Object.fromEntries(redacted) : value;
  };
  learn(values);
  return {
    text,
    json,
    learn,
    stream: () => openTextStream(() => forms, text),
    hasSecrets: () => forms.length > 0,
  };
}

/** Lines of base64 or hexadecimal digits, as programs break them. */
const brokenLines = /[\w+/=-]{16}(?:\r?\n|\\n)[\w+/-]/;

/** The ends of lines that may go on with the next one. */
const lineEnds = /(?<=[\w+/=-])(?:\r?\n|\\n)(?=[\w+/-])/g;

function breakable(form: string): string {
  return [...form].map(escape).join('(?:\\r?\\n|\\\\n)?');
}

function escape(literal: string): string {
  return literal.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

function sameOr(before: readonly Json[], after: readonly Json[]): readonly Json[] {
  return after.some((value, index) => value !== before[index]) ? after : before;
}
