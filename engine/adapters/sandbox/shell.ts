import type * as JustBash from 'just-bash';

/** The virtual shell's package. */
export type Shell = typeof JustBash;

/** Imports just-bash: 70 ms, so only engines that open a sandbox pay for it. */
export function loadShell(): Promise<Shell> {
  return import('just-bash');
}
