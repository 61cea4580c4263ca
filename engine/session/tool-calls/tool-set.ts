import type { Agent } from '../../program/agent.ts';
import type { Tool } from '../../program/tool.ts';
import { kindsOf, kindsOfBuiltin } from '../../program/tool-kinds.ts';
import type { BoundTool } from './bound-tool.ts';
import { callerOf, type CallingOperation } from '../caller-of.ts';
import { isRepeatable, openDeclared, runDeclaredTool } from './declared-tool.ts';
import { keepWholeIn } from './keep-whole.ts';
import { loadSkillTool } from '../skills/load-skill.ts';
import type { SessionPorts } from '../ports.ts';
import { taskTool, type RunTask } from '../tasks/task-tool.ts';
import { fileTools } from '../tools/index.ts';
import { runCodeTool } from '../tools/run-code.ts';
import type { Workspace } from '../workspaces/workspace.ts';

/**
 * Every tool an operation may offer its model, by name: the built-in ones the agent has, its declared tools,
 * `load_skill` and `task`. User code is imported here at the latest.
 * @param runTask undefined when tasks may not be started any deeper.
 */
export async function bindTools(
  ports: SessionPorts,
  agent: Agent,
  owner: CallingOperation,
  runTask: RunTask | undefined,
): Promise<ReadonlyMap<string, BoundTool>> {
  const bound = new Map<string, BoundTool>();
  for (const tool of fileTools) {
    if (!agent.builtins.includes(tool.name)) continue;
    bound.set(tool.name, {
      spec: { name: tool.name, description: tool.description, inputSchema: tool.inputSchema },
      kinds: kindsOfBuiltin(tool.name, tool.needs),
      repeatable: tool.needs === 'read' || tool.name === 'write' || tool.name === 'mkdir',
      run: (input, { signal }) =>
        storing(owner.workspace, async () =>
          tool.run(input, { sandbox: await owner.workspace.open(), signal, commands: agent.commands }),
        ),
    });
  }
  if (agent.builtins.includes('load_skill')) bound.set('load_skill', loadSkillTool(agent.skills));
  if (agent.builtins.includes('task') && runTask !== undefined) {
    bound.set('task', taskTool(agent, ports.program.delegates, runTask));
  }
  const keepWhole = keepWholeIn(owner.workspace, agent, owner.operationId);
  for (const tool of agent.tools) {
    const declared = await bindDeclared(ports, tool, agent.secrets, owner);
    bound.set(tool.name, { ...declared, ...(keepWhole === undefined ? {} : { keepWhole }) });
  }
  if (agent.code !== false) bound.set('run_code', runCodeTool(ports, agent.code, owner.workspace, bound));
  return bound;
}

async function bindDeclared(
  ports: SessionPorts,
  tool: Tool,
  secrets: readonly string[],
  owner: CallingOperation,
): Promise<BoundTool> {
  const opened = await openDeclared(ports, tool);
  const caller = callerOf(owner, secrets);
  const timeoutMs = tool.timeoutMs ?? timeOfCalled(ports, tool);
  return {
    spec: { name: tool.name, description: opened.description, inputSchema: opened.inputSchema },
    repeatable: isRepeatable(tool, opened),
    kinds: kindsOf({ ...opened.annotations, ...tool.annotations }),
    permissions: tool.permissions,
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    ...(tool.retry === undefined ? {} : { retry: tool.retry }),
    // What it calls is cancelled first.
    ...(tool.run.type === 'workflow' || tool.run.type === 'agent' ? { endsItself: true } : {}),
    run: (input, context) =>
      storing(owner.workspace, () => runDeclaredTool(ports, tool, opened, input, caller(context))),
  };
}

/** The time of what a tool calls, which has its own limits. */
function timeOfCalled({ program }: SessionPorts, { run }: Tool): number | undefined {
  if (run.type === 'workflow') return program.workflows[run.workflow]?.timeoutMs ?? longestMs;
  return run.type === 'agent' ? (program.agents[run.agent]?.timeoutMs ?? longestMs) : undefined;
}

/** Nothing waits without a deadline. */
const longestMs = 86_400_000;

/** Runs a tool, and stores what it changed before its result is: no recorded result tells of files that a crash took. */
async function storing<T>(workspace: Workspace, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } finally {
    await workspace.save();
  }
}
