import type { SessionAddress } from '../core/ids.ts';
import type { Agent } from '../program/agent.ts';
import type { Tool } from '../program/tool.ts';
import type { BoundTool } from './bound-tool.ts';
import { isRepeatable, runDeclaredTool } from './declared-tool.ts';
import { loadSkillTool } from './load-skill.ts';
import type { SessionPorts } from './ports.ts';
import { taskTool, type RunTask } from './task-tool.ts';
import { fileTools } from './tools/index.ts';
import type { Workspace } from './workspace.ts';

/**
 * Every tool an operation may offer its model, by name: the built-in ones the agent has, its declared tools,
 * `load_skill` and `task`. User code is imported here at the latest.
 * @param runTask undefined when tasks may not be started any deeper.
 */
export async function bindTools(
  ports: SessionPorts,
  agent: Agent,
  owner: {
    readonly address: SessionAddress;
    readonly workspace: Workspace;
    readonly runId: string | undefined;
    readonly stepPath: string | undefined;
    readonly operationId: string;
  },
  runTask: RunTask | undefined,
): Promise<ReadonlyMap<string, BoundTool>> {
  const bound = new Map<string, BoundTool>();
  for (const tool of fileTools) {
    if (!agent.builtins.includes(tool.name)) continue;
    bound.set(tool.name, {
      spec: { name: tool.name, description: tool.description, inputSchema: tool.inputSchema },
      repeatable: tool.needs === 'read' || tool.name === 'write',
      run: (input, { signal }) =>
        storing(owner.workspace, async () =>
          tool.run(input, { sandbox: await owner.workspace.open(), signal }),
        ),
    });
  }
  if (agent.builtins.includes('load_skill')) bound.set('load_skill', loadSkillTool(agent.skills));
  if (agent.builtins.includes('task') && runTask !== undefined) {
    bound.set('task', taskTool(agent, ports.program.delegates, runTask));
  }
  for (const tool of agent.tools) bound.set(tool.name, await bindDeclared(ports, tool, agent.secrets, owner));
  return bound;
}

async function bindDeclared(
  ports: SessionPorts,
  tool: Tool,
  secrets: readonly string[],
  owner: Parameters<typeof bindTools>[2],
): Promise<BoundTool> {
  const opened = await ports.tools.open(tool);
  const { address } = owner;
  return {
    spec: { name: tool.name, description: opened.description, inputSchema: opened.inputSchema },
    repeatable: isRepeatable(tool, opened),
    permissions: tool.permissions,
    ...(tool.timeoutMs === undefined ? {} : { timeoutMs: tool.timeoutMs }),
    ...(tool.retry === undefined ? {} : { retry: tool.retry }),
    run: (input, { signal, call, callKey, attempt, log }) =>
      storing(owner.workspace, () =>
        runDeclaredTool(ports, tool, opened, input, {
          signal,
          log,
          attempt,
          secrets,
          workspace: owner.workspace,
          instance: { agent: address.agent, id: address.instance, session: address.session },
          toolCallId: call.toolCallId,
          idempotencyKey: `${owner.operationId}/${callKey}`,
          ...(owner.runId === undefined ? {} : { runId: owner.runId }),
          ...(owner.stepPath === undefined ? {} : { stepPath: owner.stepPath }),
        }),
      ),
  };
}

/** Runs a tool, and stores what it changed before its result is: no recorded result tells of files that a crash took. */
async function storing<T>(workspace: Workspace, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } finally {
    await workspace.save();
  }
}
