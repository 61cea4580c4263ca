import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** A value that stands nowhere else, with characters that every encoding writes differently. */
export function canaryOf(name: string): string {
  return `cnry-${name}-7f3A+/=&"'\\ é-${name}-end`;
}

/** A value as careless programs write it. */
export function writingsOf(value: string): string[] {
  const bytes = Buffer.from(value);
  const json = JSON.stringify(value).slice(1, -1);
  return [
    value,
    json,
    JSON.stringify(json).slice(1, -1),
    encodeURIComponent(value),
    new URLSearchParams({ k: value }).toString().slice(2),
    bytes.toString('base64'),
    bytes.toString('base64url'),
    Buffer.concat([Buffer.from('u'), bytes]).toString('base64'),
    Buffer.concat([Buffer.from('u:'), bytes]).toString('base64'),
    bytes.toString('hex'),
    bytes.toString('hex').toUpperCase(),
  ];
}

/** What must not be found of it: these writings, without the ends of base64, which hold something of what stands beside, and its middle. */
export function spellingsOf(value: string): string[] {
  return [
    ...writingsOf(value).map((text, at) => (at >= 5 && at <= 8 ? text.slice(4, -8) : text)),
    value.slice(5, 20),
  ];
}

/** Which spellings of which values a text holds, with some of what stands around. */
export function hitsIn(text: string, values: readonly string[], where: string): string[] {
  return values.flatMap((value) =>
    spellingsOf(value).flatMap((spelling) => {
      const at = text.indexOf(spelling);
      return at < 0 ? [] : [`${where}: ${text.slice(Math.max(0, at - 60), at + spelling.length + 20)}`];
    }),
  );
}

/** The same over every file below a folder, read as bytes and as text. */
export function hitsInFolder(folder: string, values: readonly string[]): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).flatMap((name) => {
    const path = join(folder, name);
    if (!statSync(path).isFile()) return [];
    return hitsIn(readFileSync(path, 'utf8'), values, name);
  });
}
