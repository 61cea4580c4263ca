import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { packageUrl } from '../core/package-url.ts';

let known: readonly string[] | undefined;

/** The ids of all rules of the engine: those that have a page. Read once, when a project first names a rule. */
export function knownRules(): readonly string[] {
  const folder = fileURLToPath(new URL('specs/rules/', packageUrl));
  return (known ??= readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.md'))
    .map((file) => file.slice(0, -'.md'.length).replaceAll('\\', '/'))
    .sort());
}
