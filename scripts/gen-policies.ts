import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';

const folder = fileURLToPath(new URL('../specs/policies/', import.meta.url));

/** Keys whose text is a list of words. */
const lists = ['flags', 'values', 'paths', 'texts', 'optional', 'info', 'writing', 'scriptOptions'];

export const target = 'engine/adapters/sandbox/policies.gen.ts';

/** specs/policies/*.yaml as a module. */
export function generate(): string {
  const policies = Object.assign(
    {},
    ...readdirSync(folder)
      .filter((name) => name.endsWith('.yaml'))
      .sort()
      .map((name) => byName(parse(readFileSync(folder + name, 'utf8')) as Record<string, unknown>, name)),
  ) as Record<string, unknown>;
  return `// Generated from specs/policies/ by \`npm run gen\`. Do not edit.
import type { ProgramPolicy } from './policy-program.ts';

/** What is known of the arguments of programs, by name. */
export const policies: Readonly<Record<string, ProgramPolicy>> = ${JSON.stringify(policies)};
`;
}

/** One entry a name: several names share one key, with spaces between. */
function byName(entries: Record<string, unknown>, at: string): Record<string, unknown> {
  const found: Record<string, unknown> = {};
  for (const [names, policy] of Object.entries(entries)) {
    for (const name of words(names)) {
      if (name in found) throw new Error(`${at}: "${name}" stands here twice`);
      found[name] = unfolded(policy as Record<string, unknown>, at);
    }
  }
  return found;
}

function unfolded(policy: Record<string, unknown>, at: string): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(policy).map(([key, value]) => [
      key,
      lists.includes(key)
        ? words(value as string)
        : key === 'subcommands'
          ? byName(value as Record<string, unknown>, at)
          : value,
    ]),
  );
}

function words(value: string): string[] {
  return value.split(/\s+/).filter((word) => word !== '');
}
