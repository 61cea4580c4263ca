/** Which tool calls are made, asked about, or refused. `deny` beats `ask`, `ask` beats `allow`. */
export interface Permissions {
  readonly allow: readonly PermissionPattern[];
  readonly ask: readonly PermissionPattern[];
  readonly deny: readonly PermissionPattern[];
}

/** Calls that a rule is about. */
export interface PermissionPattern {
  /** As it is written, for example `bash(git *)`. */
  readonly source: string;
  /** Name of the tool; `*` stands for any text. */
  readonly tool: string;
  /** What the main argument is like, `*` standing for any text; undefined: whatever it is. */
  readonly argument: string | undefined;
}
