import { isObject, type Json } from '../core/json.ts';

/**
 * What is only told to people (logs, failures, the arguments of a call), without what is secret by its name, whether it was declared or
 * not: strings under names such as `authorization`, `cookie`, `x-api-key`, `password`, `token`, `client_secret`; and in texts, header
 * lines of these names, what stands behind `Bearer` and `Basic`, and the password of an address. The same value when nothing was found.
 */
export function withoutNamed(value: Json): Json {
  return walk(value, (name) => isCredential(name) || isToken(name), namelessText);
}

/** What a model is shown: only headers that carry credentials, and passwords and keys by their names. Work goes on with all else. */
export function withoutCredentials(value: Json): Json {
  return walk(value, isCredential, (text) => text);
}

function walk(value: Json, isSecret: (name: string) => boolean, clean: (text: string) => string): Json {
  if (typeof value === 'string') return clean(value);
  if (Array.isArray(value)) {
    const items = value as readonly Json[];
    const shown = items.map((item) => walk(item, isSecret, clean));
    return shown.some((item, at) => item !== items[at]) ? shown : value;
  }
  if (!isObject(value)) return value;
  let changed = false;
  const entries = Object.entries(value).map(([name, inner]): [string, Json] => {
    const shown = isSecret(name) ? hidden(inner) : walk(inner, isSecret, clean);
    changed ||= shown !== inner;
    return [name, shown];
  });
  return changed ? Object.fromEntries(entries) : value;
}

/** Texts, also in lists, as the headers of a request have them. */
function hidden(value: Json): Json {
  if (typeof value === 'string') return value === '' ? value : '[secret]';
  return Array.isArray(value) ? value.map(hidden) : value;
}

/** Names of things that are nothing but secret. */
function isCredential(name: string): boolean {
  return credential.test(name);
}

const credential =
  /^(?:(?:proxy-)?authorization|(?:set-)?cookie2?|(?:x-)?(?:api|auth|access|secret|private|signing)[-_]?(?:key|secret)|x-(?:auth|access|gitlab|vault|csrf|xsrf|amz-security)-token|x-goog-api-key|ocp-apim-subscription-key|pass(?:word|wd|phrase)|secret|client[-_]?secret|private[-_]?key|secret[-_]?access[-_]?key)$/i;

/** Names of things that are often secret, and else marks of places in lists. */
function isToken(name: string): boolean {
  return /^(?:(?:access|refresh|id|auth|bearer|session|api|bot)[-_]?)?token$|[-_]?(?:password|passwd|secret|api[-_]?key)$/i.test(
    name,
  );
}

function namelessText(text: string): string {
  // Nothing of it can stand in a text without one of these characters.
  if (!/[:=\s]/.test(text)) return text;
  return text
    .replace(/\b((?:bearer|basic)\s+)[A-Za-z0-9._~+/-]{8,}=*/gi, '$1[secret]')
    .replace(
      /\b((?:proxy-)?authorization|(?:set-)?cookie|x-api-key|api[-_]key|x-auth-token)(["']?\s*[:=]\s*["']?)(?!\[secret\]|(?:bearer|basic)\s+\[secret\])[^\r\n"']+/gi,
      '$1$2[secret]',
    )
    .replace(/\b([a-z][a-z0-9+.-]*:\/\/[^\s/:@]{0,200}:)[^\s/@]{1,200}@/gi, '$1[secret]@');
}
