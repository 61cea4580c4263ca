import type { Json, JsonObject, JsonSchema } from '../../core/json.ts';
import { Problem } from '../../core/problem.ts';
import { compileSchema, describeFaults, schemaFaults } from '../../expr/index.ts';
import type { OfferedTools, ServerTool } from '../../ports/tool-servers.ts';
import type { Agent } from '../../program/agent.ts';
import { mayOffer, type McpServer } from '../../program/mcp.ts';
import { kindsOf } from '../../program/tool-kinds.ts';
import type { BoundTool } from './bound-tool.ts';
import type { SessionPorts } from '../ports.ts';
import { searchTools } from './search-tools.ts';

/** More tools than this are not given to a model one by one. */
const mostDirect = 256;

/**
 * The tools that an agent's servers offer it, by name: each, or those to find and call them. Throws Problem `mcp_unavailable`, and what
 * else the port throws, for a server that is required; the agent does without another one, which is told.
 * @param taken names that other tools have.
 */
export async function bindServers(
  ports: SessionPorts,
  agent: Agent,
  around: {
    readonly signal: AbortSignal;
    readonly taken: ReadonlySet<string>;
    log(message: string, fields?: JsonObject): void;
  },
): Promise<ReadonlyMap<string, BoundTool>> {
  const { signal, taken, log } = around;
  const servers = Object.values(agent.mcpServers).filter((server) => isWanted(agent, server));
  if (servers.length === 0) return new Map();
  const offers = await Promise.all(servers.map((server) => offerOf(ports, server, signal, log)));
  const offered = offers.flatMap(({ server, tools }) =>
    tools.filter((tool) => isGiven(agent, server, tool.name)).map((tool) => ({ server, tool })),
  );
  const isSearched = agent.mcp.mode === 'search';
  if (!isSearched && offered.length > mostDirect)
    log(
      `the MCP servers of agent "${agent.name}" have ${offered.length} tools; more than ${mostDirect} are not given to a model one by one, and it searches them instead`,
    );
  const bound = new Map<string, BoundTool>();
  const take = (name: string, tool: BoundTool): void => {
    if (taken.has(name) || bound.has(name))
      log(`"${name}" of an MCP server is left out: another tool is called that`);
    else bound.set(name, tool);
  };
  if (isSearched || offered.length > mostDirect) {
    const found = new Map(
      offered.map(({ server, tool }) => [tool.name, bindTool(ports, server, tool)] as const),
    );
    for (const tool of searchTools(found, agent.mcp.searchLimit)) take(tool.spec.name, tool);
    return bound;
  }
  for (const { server, tool } of offered) {
    const faults = schemaFaults(tool.inputSchema);
    if (faults.length > 0) log(`"${tool.name}" is left out: the schema of its input is not valid`);
    else take(tool.name, bindTool(ports, server, tool));
  }
  return bound;
}

/** A server whose tools are as they were told already is not told of again. */
const told = new WeakSet<OfferedTools>();

async function offerOf(
  ports: SessionPorts,
  server: McpServer,
  signal: AbortSignal,
  log: (message: string) => void,
): Promise<{ readonly server: McpServer; readonly tools: readonly ServerTool[] }> {
  try {
    const offer = await ports.servers.tools(server, signal);
    if (!told.has(offer)) for (const warning of offer.warnings) log(warning);
    told.add(offer);
    return { server, tools: offer.tools };
  } catch (thrown) {
    const isMissing =
      thrown instanceof Problem && (thrown.code === 'mcp_unavailable' || thrown.code === 'mcp_drift');
    if (server.required || signal.aborted || !isMissing) throw thrown;
    log(`${thrown.message}; the agent works without it`);
    return { server, tools: [] };
  }
}

function isWanted({ mcpTools, withoutMcpTools }: Agent, server: McpServer): boolean {
  if (withoutMcpTools.includes(server.name)) return false;
  return mcpTools?.some((name) => name === server.name || mayOffer(server, name)) ?? true;
}

function isGiven({ mcpTools, withoutMcpTools }: Agent, server: McpServer, name: string): boolean {
  if (withoutMcpTools.includes(name)) return false;
  return mcpTools === undefined || mcpTools.includes(server.name) || mcpTools.includes(name);
}

function bindTool(ports: SessionPorts, server: McpServer, tool: ServerTool): BoundTool {
  const { name, description, inputSchema, outputSchema, annotations = {} } = tool;
  return {
    // A server may tell what it was given to be reached.
    spec: {
      name,
      description: ports.redact.text(description),
      inputSchema: ports.redact.json(inputSchema) as JsonSchema,
    },
    kinds: kindsOf(annotations),
    repeatable: annotations.readOnlyHint === true || annotations.idempotentHint === true,
    // Its own times come first: to find the server again, and to call it.
    timeoutMs: server.connectTimeoutMs + server.timeoutMs + 1_000,
    async run(input, { signal, log }): Promise<Json> {
      const output = await ports.servers.call(server, tool.tool, input, { signal, log });
      if (outputSchema === undefined) return output;
      const { value, faults } = compileSchema(outputSchema).check(output);
      if (faults.length === 0) return value;
      throw new Problem('tool_output_invalid', `output of tool "${name}": ${describeFaults(faults)}`);
    },
  };
}
