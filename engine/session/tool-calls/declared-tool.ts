import type { Json, JsonObject, JsonSchema } from '../../core/json.ts';
import type { Usage } from '../../core/message.ts';
import { Problem } from '../../core/problem.ts';
import { choices } from '../../core/suggest.ts';
import { compileSchema, describeFaults } from '../../expr/index.ts';
import type { CodeWorkflow } from '../../ports/code-workflow.ts';
import type { OpenTool, ToolContext } from '../../ports/tool-source.ts';
import type { Limits } from '../../program/agent.ts';
import type { Tool } from '../../program/tool.ts';
import { callWork } from '../call-work.ts';
import { runCommandTool } from './command-tool.ts';
import type { Caller } from '../execution-part.ts';
import type { SessionPorts } from '../ports.ts';
import { createSubSteps } from './sub-steps.ts';
import type { Workspace } from '../workspaces/workspace.ts';

/** Where a declared tool is called from. */
export interface ToolCaller {
  readonly signal: AbortSignal;
  readonly workspace: Workspace;
  readonly instance?: NonNullable<ToolContext['instance']>;
  readonly runId?: string;
  readonly stepPath?: string;
  readonly toolCallId: string;
  readonly idempotencyKey: string;
  /** Key of what the call starts: begins with the id of the execution that calls, unless somebody chose it. */
  readonly childKey: string;
  /** From 1, those that a crash cut off included. */
  readonly attempt: number;
  /** From 1, without those. */
  readonly tries: number;
  /** Secrets the calling agent grants, besides those the tool names itself. */
  readonly secrets: readonly string[];
  /** Who called the work that calls, itself as the last. */
  readonly callers: readonly Caller[];
  /** Records what a part of the call gave, under a name that no other call of the execution has. */
  record(name: string, work: () => Promise<Json>): Promise<Json>;
  log(message: string, fields?: JsonObject): void;
  /** Says how far the call is, from 0 to 1. */
  progress(ratio: number, message?: string): void;
  /** What the caller may still use of its limits. */
  left(): Limits;
  /** Told what models used for the call. */
  used(usage: Usage, modelCalls: number): void;
}

/** What is run: a tool of a file, or one that the calling program brought. */
export type Runnable = Tool | Pick<Tool, 'name' | 'secrets'>;

/**
 * Runs a declared tool once: input and output are checked against its schemas.
 * Throws Problem `tool_input_invalid`, `tool_output_invalid`, `tool_invalid`, `tool_failed`, or what the tool threw.
 */
export async function runDeclaredTool(
  ports: SessionPorts,
  tool: Runnable,
  opened: OpenTool,
  input: Json,
  caller: ToolCaller,
): Promise<Json> {
  const checked = fitted(opened.inputSchema, input, 'tool_input_invalid', `input of tool "${tool.name}"`);
  const key = keyOf(ports, tool, checked);
  const keyed = key === undefined ? caller : { ...caller, idempotencyKey: key, childKey: key };
  const output = await perform(ports, tool, opened, checked, keyed);
  if (opened.outputSchema === undefined) return output;
  return fitted(opened.outputSchema, output, 'tool_output_invalid', `output of tool "${tool.name}"`);
}

/** A value as its schema takes it, with defaults. Throws a Problem with the code. */
function fitted(
  schema: JsonSchema,
  given: Json,
  code: 'tool_input_invalid' | 'tool_output_invalid',
  what: string,
): Json {
  const { value, faults } = compileSchema(schema).check(given);
  if (faults.length > 0) throw new Problem(code, `${what}: ${describeFaults(faults)}`);
  return value;
}

/** A tool made ready to run: by who makes code and requests runnable, or, where it is work of the engine, by nobody. */
export async function openDeclared(ports: SessionPorts, tool: Tool): Promise<OpenTool> {
  const { description, run } = tool;
  if (run.type !== 'command' && run.type !== 'workflow' && run.type !== 'agent')
    return ports.tools.open(tool);
  const inCode = run.type === 'workflow' ? await inCodeOf(ports, run.workflow) : undefined;
  return {
    description,
    inputSchema: inCode?.inputSchema ?? tool.inputSchema ?? { type: 'object' },
    outputSchema: tool.outputSchema ?? inCode?.outputSchema,
    // The engine knows the call again, by its key.
    ...(run.type === 'command' ? {} : { annotations: { idempotentHint: true } }),
    run: () =>
      Promise.reject(new Problem('internal_error', `tool "${tool.name}" is run by the engine itself`)),
  };
}

/** A workflow in code, which says itself what it takes and gives. */
async function inCodeOf(ports: SessionPorts, name: string): Promise<CodeWorkflow | undefined> {
  const { workflows } = ports.program;
  const workflow = Object.hasOwn(workflows, name) ? workflows[name] : undefined;
  return workflow?.module === undefined ? undefined : ports.codeOf(workflow);
}

async function perform(
  ports: SessionPorts,
  tool: Runnable,
  opened: OpenTool,
  input: Json,
  caller: ToolCaller,
): Promise<Json> {
  const secrets = grantedSecrets(ports, tool, [...tool.secrets, ...caller.secrets]);
  if ('run' in tool) {
    const { run } = tool;
    if (run.type === 'workflow' || run.type === 'agent')
      return callWork(ports, { ...tool, run }, input, caller);
    if (run.type === 'command') return runCommandTool(ports, { ...tool, run }, input, caller, secrets);
  }
  const { runId, stepPath, instance } = caller;
  return opened.run(input, {
    signal: caller.signal,
    log: caller.log,
    progress: caller.progress,
    step: createSubSteps(tool.name, caller.record),
    sandbox: await caller.workspace.open(),
    secrets,
    toolCallId: caller.toolCallId,
    idempotencyKey: caller.idempotencyKey,
    attempt: caller.attempt,
    ...(instance === undefined ? {} : { instance }),
    ...(runId === undefined ? {} : { runId }),
    ...(stepPath === undefined ? {} : { stepPath }),
  });
}

/** The key by which the tool says that the other side knows a call; undefined: it says none. */
function keyOf(ports: SessionPorts, tool: Runnable, input: Json): string | undefined {
  const key = 'idempotencyKey' in tool ? tool.idempotencyKey : undefined;
  if (key === undefined) return undefined;
  const scope = { input, env: ports.env };
  const value = 'render' in key ? key.render(scope) : key.evaluate(scope);
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  if (text.trim() !== '' && value !== null) return text;
  throw new Problem(
    'tool_input_invalid',
    `the idempotency key of tool "${tool.name}" is empty for this input`,
  );
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
