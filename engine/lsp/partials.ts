import { join } from 'node:path';
import { namesOnDisk, onDisk } from '../source/index.ts';

/** Where the partials of a project may lie, the first one winning. */
const folders = ['src/partials', '.engine/partials', '.agents/partials', 'partials'];

/** The names of the partials of a project. */
export function partialNames(root: string): readonly string[] {
  const names = folders.flatMap((folder) =>
    namesOnDisk(join(root, folder))
      .filter((name) => name.endsWith('.hbs'))
      .map((name) => name.slice(0, -'.hbs'.length)),
  );
  return [...new Set(names)].sort();
}

/** The file of a partial; undefined when there is none. */
export function partialFile(root: string, name: string): string | undefined {
  return folders
    .map((folder) => join(root, folder, `${name.replaceAll('.', '/')}.hbs`))
    .find((path) => onDisk(path) === 'file');
}
