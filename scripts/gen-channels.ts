/** Writes engine/program/channel-presets.gen.ts from specs/channels/*.yaml; `--check` only says whether it is fresh. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { parse } from 'yaml';

const folder = fileURLToPath(new URL('../specs/channels/', import.meta.url));
const target = fileURLToPath(new URL('../engine/program/channel-presets.gen.ts', import.meta.url));

const presets = Object.fromEntries(
  readdirSync(folder)
    .filter((name) => name.endsWith('.yaml'))
    .sort()
    .map((name) => [
      name.replace(/\.yaml$/, ''),
      parse(readFileSync(folder + name, 'utf8')) as Record<string, unknown>,
    ]),
);

const text = await format(
  `// Generated from specs/channels/ by \`npm run gen\`. Do not edit.
import type { ChannelPreset } from './channel-preset.ts';
import type { ChannelScheme } from './channel.ts';

/** What is known of services that send webhooks, by scheme. */
export const channelPresets: Readonly<Record<ChannelScheme, ChannelPreset>> = ${JSON.stringify(presets)};
`,
  { ...(await resolveConfig(target)), parser: 'typescript' },
);

if (!process.argv.includes('--check')) writeFileSync(target, text);
else if (readFileSync(target, 'utf8') !== text) {
  process.stderr.write('engine/program/channel-presets.gen.ts is stale; run `npm run gen`\n');
  process.exitCode = 1;
}
