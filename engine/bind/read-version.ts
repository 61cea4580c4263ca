import { readFileSync } from 'node:fs';
import { packageUrl } from '../core/package-url.ts';

/** The version of the package, as its manifest says. */
export function readVersion(): string {
  const manifest = readFileSync(new URL('package.json', packageUrl), 'utf8');
  return (JSON.parse(manifest) as { version: string }).version;
}
