// Writes the table of routes of docs/http.md from the route table of the server; --check only compares.
import { readFileSync, writeFileSync } from 'node:fs';
import { tagOf, tags } from '../engine/server/openapi/tags.ts';
import { routes } from '../engine/server/routes/routes.ts';

const page = new URL('../docs/http.md', import.meta.url);
// The lines before and behind the tables.
const begin = 'all others a token with that scope.\n';
const end = '- Lists have at most';

const text = readFileSync(page, 'utf8');
const from = text.indexOf(begin);
const to = text.indexOf(end);
if (from === -1 || to === -1) throw new Error('docs/http.md has no place for the routes');
const wanted = `${text.slice(0, from)}${begin}\n${tables()}\n${text.slice(to)}`;
if (wanted === text) process.exit(0);
if (process.argv.includes('--check')) {
  process.stderr.write('docs/http.md is not what the route table says; run "npm run gen"\n');
  process.exit(1);
}
writeFileSync(page, wanted);

function tables(): string {
  return tags
    .map(({ name, description }) => {
      const rows = routes
        .filter((route) => tagOf(route) === name)
        .map(({ method, path, access, summary, query }) => {
          const names = Object.keys(query).map((one) => `\`${one}\``);
          const asks = names.length === 0 ? '' : ` ${names.join(', ')}`;
          return `| \`${method} ${path}\` | ${access} | ${summary.replaceAll('|', '\\|')}${asks} |`;
        });
      if (rows.length === 0) return '';
      return `**${name}**: ${description}\n\n| route | scope | what it does, and its query |\n|---|---|---|\n${rows.join('\n')}\n`;
    })
    .filter((table) => table !== '')
    .join('\n');
}
