import type { JsonSchema } from './json.ts';

/** What an MCP server says of one of its tools, by which it is known again. */
export interface RemoteTool {
  readonly description: string;
  readonly inputSchema: JsonSchema;
  readonly outputSchema?: JsonSchema;
  readonly annotations?: RemoteHints;
}

/** Hints of a tool about what it does. */
export interface RemoteHints {
  readonly readOnlyHint?: boolean;
  readonly destructiveHint?: boolean;
  readonly idempotentHint?: boolean;
  readonly openWorldHint?: boolean;
}

/** Tools of an MCP server by the names it gives them. */
export type RemoteTools = Readonly<Record<string, RemoteTool>>;
