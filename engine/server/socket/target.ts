import { idFault } from '../../core/ids.ts';
import { Problem } from '../../core/problem.ts';
import { choices } from '../../core/suggest.ts';
import type { Program } from '../../program/program.ts';

/** An instance of an agent. */
export interface AgentTarget {
  readonly target: 'agent';
  readonly name: string;
  readonly instanceId: string;
}

/** A workflow. */
export interface WorkflowTarget {
  readonly target: 'workflow';
  readonly name: string;
}

/** What a socket talks to. */
export type Target = AgentTarget | WorkflowTarget;

/**
 * The target of a socket's URL: `/agents/:name/:id` or `/workflows/:name`.
 * Throws Problem `not_found`, `agent_not_found`, `workflow_not_found`, `invalid_request`.
 */
export function socketTarget(program: Pick<Program, 'agents' | 'workflows'>, url: string): Target {
  const [path = '', query = ''] = url.split('?');
  const [root, kind, name = '', id = '', ...rest] = path.split('/').map(decode);
  if (root === '' && rest.length === 0 && name !== '') {
    if (kind === 'agents' && id !== '') {
      if (!Object.hasOwn(program.agents, name)) {
        throw new Problem(
          'agent_not_found',
          `no agent "${name}"${choices(name, Object.keys(program.agents))}`,
        );
      }
      const fault = idFault(id);
      if (fault !== undefined) throw new Problem('invalid_request', `the instance id ${fault}`);
      refuseQuery(query);
      return { target: 'agent', name, instanceId: id };
    }
    if (kind === 'workflows' && id === '') {
      if (!Object.hasOwn(program.workflows, name)) {
        throw new Problem(
          'workflow_not_found',
          `no workflow "${name}"${choices(name, Object.keys(program.workflows))}`,
        );
      }
      refuseQuery(query);
      return { target: 'workflow', name };
    }
  }
  throw new Problem(
    'not_found',
    `there is no socket at "${path}"; use "/agents/:name/:id" or "/workflows/:name"`,
  );
}

/** What is asked stands in frames. */
function refuseQuery(query: string): void {
  const [first] = new URLSearchParams(query).keys();
  if (first !== undefined)
    throw new Problem(
      'invalid_request',
      `unknown query parameter "${first}"; the address of a socket has none, what is asked stands in frames`,
    );
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw new Problem('invalid_request', 'the path has a broken percent-encoding');
  }
}
