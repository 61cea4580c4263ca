import { isObject, type Json } from '../core/json.ts';
import type { AgentTool, Tool, WorkflowTool } from '../program/tool.ts';
import type { Called, Calling } from './calls.ts';
import type { ToolCaller } from './tool-calls/declared-tool.ts';
import { operationIdOf } from './operation-id.ts';
import type { SessionPorts } from './ports.ts';

type CallingTool = Tool & { readonly run: WorkflowTool | AgentTool };

/**
 * Runs a tool that is a workflow or an agent of the project: a run or a submission of its own, whose result is the tool's. The same
 * call is the same run, also after a crash; what it used counts as used by the caller.
 */
export async function callWork(
  ports: SessionPorts,
  { name, run }: CallingTool,
  input: Json,
  caller: ToolCaller,
): Promise<Json> {
  const { callers, used, signal, childKey, tries } = caller;
  const key = childKey + (tries === 1 ? '' : `~${tries}`);
  const calling: Calling = { callers, idempotencyKey: key, signal, lost: used };
  const called = await call();
  caller.log(`${run.type} "${run.type === 'workflow' ? run.workflow : run.agent}" answered`, {
    type: 'called',
    tool: name,
    id: called.id,
  });
  used(called.usage, called.modelCalls);
  return called.output;

  function call(): Promise<Called> {
    if (run.type === 'workflow')
      return ports.calls.workflow(ports, calling, { workflow: run.workflow, input, left: caller.left() });
    const scope = { input, env: ports.env };
    const { agents } = ports.program;
    const target = Object.hasOwn(agents, run.agent) ? agents[run.agent] : undefined;
    const takesInput = target?.inputSchema !== undefined;
    return ports.calls.agent(ports, calling, {
      agent: run.agent,
      instance: run.instance?.render(scope) ?? instanceFor(key),
      message: run.message?.render(scope) ?? (takesInput ? undefined : messageIn(input)),
      input: takesInput ? input : undefined,
    });
  }
}

/** An instance of its own, the same for the same call. */
function instanceFor(key: string): string {
  return operationIdOf(key).replace(/^op_/, 'call_');
}

/** The arguments as a message: the text where they are only that. */
function messageIn(input: Json): string {
  if (isObject(input) && Object.keys(input).length === 1 && typeof input['message'] === 'string')
    return input['message'];
  return JSON.stringify(input, null, 2);
}
