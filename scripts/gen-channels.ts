import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';

const folder = fileURLToPath(new URL('../specs/channels/', import.meta.url));

export const target = 'engine/program/channel-presets.gen.ts';

/** specs/channels/*.yaml as a module. */
export function generate(): string {
  const presets = Object.fromEntries(
    readdirSync(folder)
      .filter((name) => name.endsWith('.yaml'))
      .sort()
      .map((name) => [
        name.replace(/\.yaml$/, ''),
        parse(readFileSync(folder + name, 'utf8')) as Record<string, unknown>,
      ]),
  );
  return `// Generated from specs/channels/ by \`npm run gen\`. Do not edit.
import type { ChannelPreset } from './channel-preset.ts';
import type { ChannelScheme } from './channel.ts';

/** What is known of services that send webhooks, by scheme. */
export const channelPresets: Readonly<Record<ChannelScheme, ChannelPreset>> = ${JSON.stringify(presets)};
`;
}
