import { isObject, type Json } from '../core/json.ts';

/** Takes secrets out of what is stored, sent and logged. */
export interface Redactor {
  text(text: string): string;
  /** Strings and keys at every depth; the same value when nothing was found. */
  json(value: Json): Json;
}

/**
 * A redactor for secret values of at least six characters (shorter ones would blank out ordinary words). They become `[secret]`
 * as they are and as they stand in JSON text, URLs and forms, and in base64, also when they are only a part of what was encoded.
 * Without secrets it does nothing, at no cost.
 */
export function redactor(values: readonly string[]): Redactor & {
  /** Takes these out too from now on. */
  learn(more: readonly string[]): void;
} {
  const forms = new Set<string>();
  let pattern: RegExp | undefined;
  const learn = (more: readonly string[]): void => {
    for (const form of more.filter((value) => value.length >= shortest).flatMap(formsOf)) forms.add(form);
    // Longest first, so that a secret that contains another one goes as a whole.
    const longestFirst = [...forms].sort((a, b) => b.length - a.length);
    if (forms.size > 0) pattern = new RegExp(longestFirst.map(escape).join('|'), 'g');
  };
  const text = (input: string): string =>
    pattern === undefined ? input : input.replace(pattern, '[secret]');
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
  return { text, json, learn };
}

const shortest = 6;

function formsOf(secret: string): string[] {
  const inUrl = encodeURIComponent(secret.toWellFormed());
  return [
    secret,
    JSON.stringify(secret).slice(1, -1),
    inUrl,
    inUrl.replace(/%[0-9A-F]{2}/g, (byte) => byte.toLowerCase()),
    new URLSearchParams([['', secret]]).toString().slice(1),
    Buffer.from(secret).toString('base64'),
    Buffer.from(secret).toString('base64url'),
    ...base64Forms(Buffer.from(secret)),
  ];
}

/**
 * Base64 writes three bytes as four characters, so a secret inside a longer text has three spellings, by its place modulo three.
 * Only the characters that hold nothing but the secret are kept: its neighbours change the first and last one.
 */
function base64Forms(secret: Buffer): string[] {
  return [0, 1, 2].flatMap((offset) => {
    const encoded = Buffer.concat([Buffer.alloc(offset), secret]).toString('base64');
    const first = Math.ceil((offset * 8) / 6);
    const end = Math.floor(((offset + secret.length) * 8) / 6);
    const certain = encoded.slice(first, end);
    return [certain, certain.replaceAll('+', '-').replaceAll('/', '_')];
  });
}

function escape(literal: string): string {
  return literal.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

function sameOr(before: readonly Json[], after: readonly Json[]): readonly Json[] {
  return after.some((value, index) => value !== before[index]) ? after : before;
}
