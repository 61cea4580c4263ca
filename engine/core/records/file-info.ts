/** A file, folder or link in a sandbox. */
export interface FileInfo {
  /** Absolute path in the sandbox, forward slashes. */
  readonly path: string;
  readonly kind: 'file' | 'folder' | 'other';
  /** Bytes. */
  readonly size: number;
  /** Milliseconds since 1970. */
  readonly modified: number;
  /** A symbolic link: the rest is said of what it leads to; of one that leads nowhere or out of the sandbox the kind is `other`. */
  readonly link?: true;
}
