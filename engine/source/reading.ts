import type { Checked } from '../core/diagnostic.ts';
import type { Disk } from './disk.ts';
import type { Source } from './source.ts';

/** What reading the files of a project goes through: how they are seen, and what was read before. */
export interface Reading {
  readonly disk: Disk;
  /** What files turned out to say, by absolute path; a file whose text is the same is not parsed again. */
  readonly sources: Map<string, KnownSource>;
}

/** What a file said, and all that it depends on. */
export interface KnownSource {
  readonly text: string;
  readonly identity: string;
  readonly read: Checked<Source | undefined>;
}
