import type { Json, JsonObject } from '../core/json.ts';
import type { RemoteTool } from '../core/remote-tool.ts';
import type { McpServer } from '../program/mcp.ts';

/** A tool that a server offers. */
export interface ServerTool extends RemoteTool {
  /** Its name on the server. */
  readonly tool: string;
  /** Its name for models, specs and permissions. */
  readonly name: string;
}

/** What a server offers now. */
export interface OfferedTools {
  /** In the order of the server; the very same list as long as nothing changed. */
  readonly tools: readonly ServerTool[];
  /** What is odd about the server, in words; each is told once. */
  readonly warnings: readonly string[];
}

/** A call of a tool of a server. */
export interface ServerCall {
  readonly signal: AbortSignal;
  log(message: string, fields?: JsonObject): void;
}

/**
 * Servers that bring tools of their own. Contract: a server is connected to when it is first needed, once for all who use it, and again
 * when it was lost; nothing of the environment reaches it but what its settings name. Nothing waits longer than the times of the
 * server say.
 */
export interface ToolServers {
  /**
   * The tools of a server that are offered. Throws Problem `mcp_unavailable` when it is not there, `mcp_drift` when its tools are not
   * the locked ones and that is refused, `missing_secret`, and the Problem of an aborted signal.
   */
  tools(server: McpServer, signal: AbortSignal): Promise<OfferedTools>;
  /**
   * Calls a tool by its name on the server; gives its structured result, or else its text. Throws Problem `tool_failed` when the tool
   * says that it failed, `timeout`, and what `tools` throws; when the signal aborts the server is told.
   */
  call(server: McpServer, tool: string, input: Json, call: ServerCall): Promise<Json>;
}
