import type { Value } from '../expr/index.ts';

/** How an MCP server is reached. Its tools are called `<server>__<tool>`. */
export type McpServer = McpHttpServer | McpProcessServer;

interface McpServerBase {
  readonly name: string;
  /** The only tools of the server that are offered; undefined: all. */
  readonly tools: readonly string[] | undefined;
  /** Longest time of one call. */
  readonly timeoutMs: number;
}

/** An MCP server behind an address. */
export interface McpHttpServer extends McpServerBase {
  readonly type: 'http' | 'sse';
  readonly url: string;
  /** Leaves may read `env` and `secrets`. */
  readonly headers: Readonly<Record<string, Value>>;
}

/** An MCP server that is a process of this machine. */
export interface McpProcessServer extends McpServerBase {
  readonly type: 'stdio';
  readonly command: string;
  /** Each may read `env` and `secrets`. */
  readonly args: readonly Value[];
  readonly env: Readonly<Record<string, Value>>;
  /** Absolute path of the folder it starts in. */
  readonly cwd: string;
}
