import type { JsonSchema } from '../core/json.ts';
import type { Agent } from '../program/agent.ts';
import type { Node } from '../source/index.ts';
import type { Reporter } from './context.ts';
import { known, type Names } from './names.ts';

/** Agents and workflows that may be called. */
export interface Callees {
  readonly names: Names;
  readonly agents: Readonly<Record<string, Agent>>;
}

/** An agent or workflow as its caller sees it. */
export interface Callee {
  readonly name: string;
  /** False where it is written in TypeScript, so that nothing is known of it but that it is there. */
  readonly isKnown: boolean;
  readonly inputSchema: JsonSchema | undefined;
  readonly outputSchema: JsonSchema | undefined;
}

/** The agent or workflow that a node names; undefined when there is none (reported). */
export function callee(
  reporter: Reporter,
  node: Node,
  kind: 'agent' | 'workflow',
  { names, agents }: Callees,
): Callee | undefined {
  const name = node.text();
  if (name === undefined) return undefined;
  const specs = names.of[kind];
  const modules = kind === 'agent' ? names.agentModules : names.workflowModules;
  const all = [...Object.keys(specs), ...Object.keys(modules)];
  if (kind === 'agent') {
    if (!known(reporter, node, 'agent', name, all)) return undefined;
    const agent = Object.hasOwn(agents, name) ? agents[name] : undefined;
    return {
      name,
      isKnown: agent !== undefined,
      inputSchema: agent?.inputSchema,
      outputSchema: agent?.outputSchema,
    };
  }
  if (!known(reporter, node, 'workflow', name, all)) return undefined;
  const root = Object.hasOwn(specs, name) ? specs[name] : undefined;
  return {
    name,
    isKnown: root !== undefined,
    inputSchema: root?.get('inputSchema').object(),
    outputSchema: root?.get('outputSchema').object(),
  };
}
