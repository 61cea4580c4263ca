import type { Json, JsonObject } from '../core/json.ts';
import { Problem } from '../core/problem.ts';
import { choices } from '../core/suggest.ts';
import { compileSchema, describeFaults } from '../expr/index.ts';
import type { OpenTool, ToolContext } from '../ports/tool-source.ts';
import type { Tool } from '../program/tool.ts';
import type { SessionPorts } from './ports.ts';
import type { Workspace } from './workspace.ts';

/** Where a declared tool is called from. */
export interface ToolCaller {
  readonly signal: AbortSignal;
  readonly workspace: Workspace;
  readonly instance?: NonNullable<ToolContext['instance']>;
  readonly runId?: string;
  readonly stepPath?: string;
  readonly toolCallId: string;
  readonly idempotencyKey: string;
  readonly attempt: number;
  /** Secrets the calling agent grants, besides those the tool names itself. */
  readonly secrets: readonly string[];
  log(message: string, fields?: JsonObject): void;
}

/**
 * Runs a declared tool once: input and output are checked against its schemas.
 * Throws Problem `tool_input_invalid`, `tool_output_invalid`, `tool_invalid`, `tool_failed`, or what the tool threw.
 */
export async function runDeclaredTool(
  ports: SessionPorts,
  tool: Pick<Tool, 'name' | 'secrets'>,
  opened: OpenTool,
  input: Json,
  caller: ToolCaller,
): Promise<Json> {
  const checked = compileSchema(opened.inputSchema).check(input);
  if (checked.faults.length > 0) {
    throw new Problem(
      'tool_input_invalid',
      `input of tool "${tool.name}": ${describeFaults(checked.faults)}`,
    );
  }
  const output = await opened.run(checked.value, {
    signal: caller.signal,
    log: caller.log,
    sandbox: await caller.workspace.open(),
    secrets: grantedSecrets(ports, tool, [...tool.secrets, ...caller.secrets]),
    toolCallId: caller.toolCallId,
    idempotencyKey: caller.idempotencyKey,
    attempt: caller.attempt,
    ...(caller.instance === undefined ? {} : { instance: caller.instance }),
    ...(caller.runId === undefined ? {} : { runId: caller.runId }),
    ...(caller.stepPath === undefined ? {} : { stepPath: caller.stepPath }),
  });
  if (opened.outputSchema === undefined) return output;
  const result = compileSchema(opened.outputSchema).check(output);
  if (result.faults.length > 0) {
    throw new Problem(
      'tool_output_invalid',
      `output of tool "${tool.name}": ${describeFaults(result.faults)}`,
    );
  }
  return result.value;
}

/** Whether a call that was cut off may be made again under the same key, as the tool says of itself. */
export function isRepeatable(
  { annotations }: Pick<Tool, 'annotations'>,
  opened: Pick<OpenTool, 'annotations'>,
): boolean {
  const { readOnlyHint, idempotentHint } = { ...opened.annotations, ...annotations };
  return readOnlyHint === true || idempotentHint === true;
}

function grantedSecrets(
  ports: SessionPorts,
  tool: Pick<Tool, 'name'>,
  granted: readonly string[],
): ToolContext['secrets'] {
  return {
    get(name) {
      if (!granted.includes(name)) {
        throw new Problem(
          'missing_secret',
          `tool "${tool.name}" is not granted the secret "${name}"${choices(name, granted)}; list it under "secrets"`,
        );
      }
      const value = ports.secrets.get(name);
      if (value === undefined) throw new Problem('missing_secret', `the secret "${name}" is not set`);
      return value;
    },
  };
}
