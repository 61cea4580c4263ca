import type { JsonSchema } from '../core/json.ts';
import type { Sandbox } from '../program/sandbox.ts';
import type { ToolRun } from '../program/tool.ts';
import type { Names } from './names.ts';
import type { Visible } from './visible.ts';

/** What tools refer to. */
export interface ToolAround {
  readonly names: Names;
  readonly sandboxes: Readonly<Record<string, Sandbox>>;
}

/** What the texts of a tool may read: everything but secrets, and in the places for them secrets too. */
export interface ToolSight {
  readonly visible: Visible;
  readonly sinks: Visible;
}

/** What is behind a tool, and the schemas it brings along. */
export interface LinkedRun {
  readonly run: ToolRun;
  readonly inputSchema?: JsonSchema | undefined;
  readonly outputSchema?: JsonSchema | undefined;
}
