import { closeSync, constants, openSync, readdirSync, rmdirSync, unlinkSync } from 'node:fs';
import { posix } from 'node:path';
import { pathOf } from './safe-place.ts';

/**
 * Removes a folder of a folder with all that is in it, links themselves and not what they lead to. A folder that becomes a link
 * meanwhile is not entered.
 * @param admit called with the path of each file below `seenAs` before anything is removed; it throws for one that must stay.
 */
export function removeTree(
  parent: string,
  name: string,
  seenAs: string,
  admit: (path: string) => void,
): void {
  visit(parent, name, seenAs, {
    file: (_, path) => {
      admit(path);
    },
  });
  visit(parent, name, seenAs, {
    file: (at) => {
      unlinkSync(at);
    },
    folder: (at) => {
      rmdirSync(at);
    },
  });
}

function visit(
  parent: string,
  name: string,
  seenAs: string,
  call: { file: (at: string, seenAs: string) => void; folder?: (at: string) => void },
): void {
  const at = `${parent}/${name}`;
  const folder = openSync(at, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
  try {
    const here = pathOf(folder, at);
    for (const entry of readdirSync(here, { withFileTypes: true })) {
      const inner = posix.join(seenAs, entry.name);
      if (entry.isDirectory()) visit(here, entry.name, inner, call);
      else call.file(`${here}/${entry.name}`, inner);
    }
  } finally {
    closeSync(folder);
  }
  call.folder?.(at);
}
