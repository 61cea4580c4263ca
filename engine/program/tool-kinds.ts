/** What calls of a tool are like, as rules name it with an `@` in front. */
export const toolKinds = ['read-only', 'destructive', 'open-world'] as const;

/** @see toolKinds */
export type ToolKind = (typeof toolKinds)[number];

/** What a tool says of itself. */
export interface ToolHints {
  readonly readOnlyHint?: boolean;
  readonly destructiveHint?: boolean;
  readonly openWorldHint?: boolean;
}

/**
 * The kinds of a tool by what it says of itself. What it does not say counts as MCP has it: a tool may destroy, unless it only reads, and
 * reaches out of this project.
 */
export function kindsOf({ readOnlyHint, destructiveHint, openWorldHint }: ToolHints): readonly ToolKind[] {
  const isReading = readOnlyHint === true;
  return [
    ...(isReading ? (['read-only'] as const) : []),
    ...(!isReading && destructiveHint !== false ? (['destructive'] as const) : []),
    ...(openWorldHint !== false ? (['open-world'] as const) : []),
  ];
}

/** The kinds of a built-in tool that works on files and commands of a sandbox. */
export function kindsOfBuiltin(name: string, needs: 'read' | 'write' | 'shell'): readonly ToolKind[] {
  if (needs === 'read') return ['read-only'];
  if (needs === 'shell') return ['destructive', 'open-world'];
  return name === 'mkdir' ? [] : ['destructive'];
}
