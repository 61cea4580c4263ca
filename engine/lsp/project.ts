import { join, relative, resolve, sep } from 'node:path';
import { createCompiler, type Analysis } from '../compiler.ts';
import type { Source } from '../source/index.ts';

/** One project that is open in the editor. */
export interface Project {
  /** Absolute path of its folder. */
  readonly root: string;
  /** What is known of the project as it is now, unsaved texts included. Asked again before anything changed, it is not worked out again. */
  analysis(): Promise<Analysis>;
  /** What would be known if a file had another text. */
  suppose(path: string, text: string): Promise<Analysis>;
  /** The unsaved text of a file; undefined when it is not open. */
  textOf(path: string): string | undefined;
  /** Says that a text, or a file on disk, may have changed. */
  changed(): void;
  /** Rises with every change. */
  readonly version: number;
}

/** Opens a project. `texts` gives the unsaved texts by absolute path whenever it is asked. */
export function openProject(root: string, texts: () => ReadonlyMap<string, string>): Project {
  const compiler = createCompiler(root);
  let current: Promise<Analysis> | undefined;
  let version = 0;
  let last: Promise<unknown> = Promise.resolve();
  // A compiler remembers what it did before, so it is asked for one thing at a time.
  const inTurn = (overlay: ReadonlyMap<string, string>): Promise<Analysis> => {
    const next = last.then(() => compiler.analyze(overlay));
    last = next.catch(() => undefined);
    return next;
  };
  const forget = (failed: Promise<Analysis>): void => {
    if (current === failed) current = undefined;
  };
  return {
    root,
    analysis() {
      if (current !== undefined) return current;
      const asked = inTurn(texts());
      current = asked;
      asked.catch(() => forget(asked));
      return asked;
    },
    suppose: (path, text) => inTurn(new Map([...texts(), [path, text]])),
    textOf: (path) => texts().get(path),
    changed() {
      version += 1;
      current = undefined;
    },
    get version() {
      return version;
    },
  };
}

/** The spec that a file of a project holds; undefined when it holds none. */
export function sourceOf({ sources }: Analysis, path: string): Source | undefined {
  return sources.find((source) => resolve(source.path) === path);
}

/** The absolute path of a file that a finding or fact names; undefined for one that comes with the engine. */
export function pathInProject(root: string, file: string): string | undefined {
  const path = join(root, file);
  return relative(root, path).startsWith(`..${sep}`) || file.startsWith('flue-engine/') ? undefined : path;
}
