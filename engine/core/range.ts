/** A place in a file. `line` and `column` count from 1, `offset` (UTF-16 code units) from 0. */
export interface Position {
  readonly line: number;
  readonly column: number;
  readonly offset: number;
}

/** A stretch of a file; `end` is exclusive. */
export interface Range {
  readonly start: Position;
  readonly end: Position;
}

/** Where a Program node came from: a project-relative file with forward slashes, and its range. */
export interface Origin {
  readonly file: string;
  readonly range: Range;
  /** JSON Pointer of the node inside its file. */
  readonly pointer: string;
}
