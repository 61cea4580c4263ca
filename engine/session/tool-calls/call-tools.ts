import { Problem } from '../../core/problem.ts';
import type { BoundTool } from './bound-tool.ts';
import { callerOf, type CallingOperation } from '../caller-of.ts';
import { runDeclaredTool } from './declared-tool.ts';
import type { Grants, Here } from '../workspaces/grants.ts';
import type { SessionPorts } from '../ports.ts';

/**
 * The tools that the calling program brought with a call. After a restart they are still offered, for the conversation knows them,
 * but every call of one is answered with what became of it.
 */
export function bindObjects(
  ports: SessionPorts,
  { objects, secrets }: Grants,
  here: Here,
  owner: Omit<CallingOperation, 'runId' | 'stepPath'>,
): ReadonlyMap<string, BoundTool> {
  const caller = callerOf({ ...owner, runId: undefined, stepPath: undefined }, secrets);
  return new Map(
    objects.map((spec): [string, BoundTool] => [
      spec.name,
      {
        spec,
        repeatable: false,
        run(input, context) {
          const opened = here.tools.get(spec.name);
          if (opened === undefined)
            throw new Problem(
              'tool_failed',
              `tool "${spec.name}" is not available after a restart: it belonged to the program that asked`,
            );
          const tool = { name: spec.name, secrets: [] };
          return runDeclaredTool(ports, tool, opened, input, caller(context));
        },
      },
    ]),
  );
}
