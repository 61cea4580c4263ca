import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of this repository. */
export const root = fileURLToPath(new URL('../..', import.meta.url));

const kept = join(root, 'node_modules/.cache/engine-tests');

/**
 * A folder with something built of the sources, which is kept beside the packages until one of them changes. It appears whole, since
 * other processes of the tests may want it at the same moment; the schemas and specs that the engine finds beside its code are there.
 * @param newest when the newest source was changed.
 */
export async function keptBuild(
  name: string,
  newest: number,
  build: (folder: string) => Promise<unknown>,
): Promise<string> {
  const place = join(kept, `${name}-${newest.toFixed()}`);
  if (isInUse(place)) return place;
  mkdirSync(kept, { recursive: true });
  const made = mkdtempSync(`${place}.`);
  // Programs of tests run as other users, too.
  chmodSync(made, 0o755);
  for (const beside of ['schema', 'specs', 'package.json'])
    symlinkSync(join(root, beside), join(made, beside));
  await build(made);
  try {
    renameSync(made, place);
  } catch {
    rmSync(made, { recursive: true, force: true });
  }
  const hourAgo = Date.now() - 3_600_000;
  for (const other of readdirSync(kept)) {
    const old = join(kept, other);
    // Another process may have renamed or removed it since.
    const changed = statSync(old, { throwIfNoEntry: false })?.mtimeMs ?? Infinity;
    if (old !== place && changed < hourAgo) rmSync(old, { recursive: true, force: true });
  }
  return place;
}

/** Whether it is there; from now on it is one that somebody uses. */
function isInUse(place: string): boolean {
  try {
    utimesSync(place, new Date(), new Date());
    return true;
  } catch {
    return false;
  }
}

/** When any of these files, or of the files in these folders, was changed last. */
export function newestOf(...paths: readonly string[]): number {
  return Math.max(
    ...paths.flatMap((path) => {
      const place = join(root, path);
      const { mtimeMs } = statSync(place);
      if (!statSync(place).isDirectory()) return [mtimeMs];
      return readdirSync(place, { recursive: true, encoding: 'utf8' }).map(
        (file) => statSync(join(place, file)).mtimeMs,
      );
    }),
  );
}
