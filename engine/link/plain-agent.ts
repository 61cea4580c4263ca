import type { Agent } from '../program/agent.ts';
import type { Sandbox } from '../program/sandbox.ts';
import type { Config } from './link-settings.ts';
import { settingsOf, thinkingOf } from './scalars.ts';

/**
 * Who answers the `prompt` steps of a workflow: the model alone, with the project's defaults, without tools, skills or
 * instructions of its own.
 */
export function plainAgent(
  { name, origin }: Pick<Agent, 'name' | 'origin'>,
  config: Config,
  sandbox: Sandbox,
  hash: string,
): Agent {
  const { defaults } = config;
  return {
    kind: 'agent',
    name,
    description: '',
    hash,
    origin,
    model: config.settings.model,
    modelSettings: defaults === undefined ? {} : settingsOf(defaults.get('modelSettings')),
    thinking: defaults === undefined ? undefined : thinkingOf(defaults.get('thinking')),
    instructions: undefined,
    inputSchema: undefined,
    outputSchema: undefined,
    builtins: [],
    tools: [],
    mcpServers: {},
    mcpTools: undefined,
    withoutMcpTools: [],
    mcp: config.mcp.use,
    skills: [],
    subagents: [],
    sandbox,
    takesSandbox: false,
    commands: [],
    code: false,
    permissions: config.settings.permissions,
    compaction: config.settings.compaction,
    maxTurns: 1,
    timeoutMs: undefined,
    limits: {},
    retries: defaults?.get('retries').number() ?? 3,
    harness: defaults?.get('harness').text() ?? 'ai-sdk',
    busy: 'queue',
    queueLimit: 1_000,
    env: {},
    secrets: [],
    extensions: {},
  };
}
