import { existsSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { configPlaces } from '../../source/index.ts';
import type { Terminal } from '../terminal.ts';
import { shellWord } from './shell-word.ts';

/**
 * Says that a folder without a config is below one that has one: whoever works in a folder of a project, such as `src`, would else get the
 * faults, or the store, of another project than is meant.
 * @param how how the project of the command is named, such as `--project`.
 * @param tell says it; default: a line of `err`.
 */
export function tellProjectAbove(
  folder: string,
  how: string,
  { err }: Pick<Terminal, 'err'>,
  tell = (hint: string): void => err.line(`${err.colors.yellow('hint')}: ${hint}`),
): void {
  const inside = resolve(folder);
  if (!existsSync(inside) || hasConfig(inside)) return;
  for (let above = dirname(inside); above !== dirname(above); above = dirname(above)) {
    if (!hasConfig(above)) continue;
    const word = shellWord(relative(process.cwd(), above) || '.');
    tell(`this folder is taken for a project of its own; for the one above it write ${how}${word}`);
    return;
  }
}

/** A package.json may be that of anything. */
function hasConfig(folder: string): boolean {
  return configPlaces.some((place) => place !== 'package.json' && existsSync(join(folder, place)));
}
