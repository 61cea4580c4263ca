import { join, relative } from 'node:path';
import type { Range } from '../../core/range.ts';

/** How files of a project are named for a person: relative to the current folder when they are below it, with forward slashes. */
export type PlaceNames = (file: string) => string;

/** Names for the files of a project folder. */
export function placesFrom(project: string): PlaceNames {
  return (file) => {
    const path = join(project, file);
    const near = relative(process.cwd(), path).replaceAll('\\', '/');
    if (near === '') return '.';
    return near === '..' || near.startsWith('../') ? path.replaceAll('\\', '/') : near;
  };
}

/** `file:line:column` for terminals and editors to open. */
export function placeOf(name: string, range: Range | undefined): string {
  return range === undefined ? name : `${name}:${range.start.line}:${range.start.column}`;
}
