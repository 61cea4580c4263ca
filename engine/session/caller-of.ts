import type { SessionAddress } from '../core/ids.ts';
import type { CallContext } from './tool-calls/bound-tool.ts';
import { leftOf, type Spent } from './budget.ts';
import type { ToolCaller } from './tool-calls/declared-tool.ts';
import type { ExecutionPart } from './execution-part.ts';
import type { Workspace } from './workspaces/workspace.ts';

/** The operation whose model calls tools. */
export interface CallingOperation {
  readonly address: SessionAddress;
  readonly workspace: Workspace;
  readonly runId: string | undefined;
  readonly stepPath: string | undefined;
  readonly operationId: string;
  readonly part: ExecutionPart;
  /** Absent where nothing that is called counts. */
  readonly spent?: Spent;
}

/**
 * Where the calls of an operation's model come from.
 * @param secrets those that the agent, or its call, grants the code of tools.
 */
export function callerOf(
  { address, workspace, operationId, runId, stepPath, part, spent }: CallingOperation,
  secrets: readonly string[],
): (context: CallContext) => ToolCaller {
  return ({ signal, call, callKey, attempt, log, progress, used }) => ({
    signal,
    log,
    progress,
    used,
    attempt,
    tries: attempt,
    secrets,
    workspace,
    instance: { agent: address.agent, id: address.instance, session: address.session },
    toolCallId: call.toolCallId,
    idempotencyKey: `${operationId}/${callKey}`,
    childKey: `${part.callers.at(-1)?.id ?? ''}/${operationId}/${callKey}`,
    callers: part.callers,
    record: (name, work) => part.record(`${stepPath ?? ''}=${operationId}/${callKey}/${name}`, work),
    left: () => (spent === undefined ? {} : leftOf(spent)),
    ...(runId === undefined ? {} : { runId }),
    ...(stepPath === undefined ? {} : { stepPath }),
  });
}
