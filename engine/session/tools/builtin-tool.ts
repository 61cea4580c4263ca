import type { Json, JsonObject } from '../../core/json.ts';
import type { Sandbox } from '../../ports/sandbox.ts';
import type { CommandRule } from '../../program/sandbox.ts';
import type { BuiltinTool } from '../../program/tool.ts';

/** A tool every engine has, working on the sandbox of the instance or run. */
export interface BuiltinToolDefinition {
  readonly name: BuiltinTool;
  readonly description: string;
  /** Closed: properties it does not name are refused. */
  readonly inputSchema: JsonObject;
  /** What the sandbox must allow for the tool to be of use. */
  readonly needs: 'read' | 'write' | 'shell';
  /** Gets input that fits `inputSchema`. Throws Problem whose message tells a model what to do next. */
  run(
    input: Json,
    context: {
      readonly sandbox: Sandbox;
      readonly signal: AbortSignal;
      /** Commands of the agent besides those of the sandbox. */
      readonly commands?: readonly CommandRule[];
    },
  ): Promise<Json>;
}
