import { Problem } from '../core/problem.ts';
import { choices } from '../core/suggest.ts';
import type { Program } from '../program/program.ts';

/** What `engine run` shall run. */
export interface Target {
  readonly kind: 'workflow' | 'agent';
  readonly name: string;
}

/**
 * The workflow or agent that a word means: `name`, `workflow:name` or `agent:name`.
 * Throws Problem `not_found`, `workflow_not_found`, `agent_not_found` with the choices, and `invalid_request` when both have the name.
 */
export function findTarget({ workflows, agents }: Program, word: string): Target {
  const [, kind, given] = /^(workflow|agent):(.*)$/s.exec(word) ?? [];
  const name = given ?? word;
  const isWorkflow = kind !== 'agent' && Object.hasOwn(workflows, name);
  const isAgent = kind !== 'workflow' && Object.hasOwn(agents, name);
  if (isWorkflow && isAgent) {
    throw new Problem(
      'invalid_request',
      `"${name}" is a workflow and an agent; write "workflow:${name}" or "agent:${name}"`,
    );
  }
  if (isWorkflow) return { kind: 'workflow', name };
  if (isAgent) return { kind: 'agent', name };
  const names = [
    ...(kind === 'agent' ? [] : Object.keys(workflows)),
    ...(kind === 'workflow' ? [] : Object.keys(agents)),
  ];
  if (kind === 'workflow')
    throw new Problem('workflow_not_found', `no workflow "${name}"${choices(name, names)}`);
  if (kind === 'agent') throw new Problem('agent_not_found', `no agent "${name}"${choices(name, names)}`);
  throw new Problem('not_found', `no workflow or agent "${name}"${choices(name, names)}`);
}
