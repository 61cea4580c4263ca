import { readFile } from 'node:fs/promises';
import type { Engine } from '../engine/api.ts';
import { isObject } from '../engine/core/json.ts';
import type { Route } from '../engine/server/route.ts';
import { tagOf, tags } from '../engine/server/openapi/tags.ts';
import { routes } from '../engine/server/routes/routes.ts';

// The lines before and behind the tables.
const begin = 'all others a token with that scope.\n';
const end = '- Lists have at most';

export const target = 'docs/http.md';

/** The page with the tables of routes that the route table of the server says. */
export async function generate(): Promise<string> {
  const text = await readFile(new URL(`../${target}`, import.meta.url), 'utf8');
  const from = text.indexOf(begin);
  const to = text.indexOf(end);
  if (from === -1 || to === -1) throw new Error(`${target} has no place for the routes`);
  return `${text.slice(0, from)}${begin}\n${tables()}\n${text.slice(to)}`;
}

function tables(): string {
  return tags
    .map(({ name, description }) => {
      const rows = routes
        .filter((route) => tagOf(route) === name)
        .map((route) => {
          const { method, path, access, summary, query } = route;
          const says = [
            summary.replaceAll('|', '\\|'),
            bodyOf(route),
            listed('Query', Object.keys(query)),
          ].filter((text) => text !== '');
          return `| \`${method} ${path}\` | ${access} | ${says.join(' ')} |`;
        });
      if (rows.length === 0) return '';
      return `**${name}**: ${description}\n\n| route | scope | what it does, its body and its query |\n|---|---|---|\n${rows.join('\n')}\n`;
    })
    .filter((table) => table !== '')
    .join('\n');
}

/** What a body holds, where that does not depend on the project. */
function bodyOf({ body, takes, each }: Route): string {
  if (takes === 'lines') return 'Body: lines of JSON, as `application/jsonl`.';
  if (body === undefined || each !== undefined) return '';
  const { schema } = body(undefined, undefined as unknown as Engine);
  if (typeof schema !== 'object' || !isObject(schema['properties'])) return '';
  const needed = Array.isArray(schema['required']) ? schema['required'] : [];
  return listed(
    'Body',
    Object.keys(schema['properties']).map((key) => (needed.includes(key) ? key : `${key}?`)),
  );
}

function listed(title: string, names: readonly string[]): string {
  return names.length === 0 ? '' : `${title}: ${names.map((name) => `\`${name}\``).join(', ')}.`;
}
