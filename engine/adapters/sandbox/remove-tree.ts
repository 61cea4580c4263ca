import { closeSync, constants, openSync, readdirSync, rmdirSync, unlinkSync } from 'node:fs';
import { pathOf } from './safe-place.ts';

/**
 * Removes a folder of a folder with all that is in it, links themselves and not what they lead to. A folder that becomes a link
 * meanwhile is not entered.
 */
export function removeTree(parent: string, name: string): void {
  const at = `${parent}/${name}`;
  const folder = openSync(at, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
  try {
    const here = pathOf(folder, at);
    for (const entry of readdirSync(here, { withFileTypes: true })) {
      if (entry.isDirectory()) removeTree(here, entry.name);
      else unlinkSync(`${here}/${entry.name}`);
    }
  } finally {
    closeSync(folder);
  }
  rmdirSync(at);
}
