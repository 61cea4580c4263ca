import type { EventScope, NewEvent } from '../core/event.ts';
import { encodeKey, sessionKey, type SessionAddress } from '../core/ids.ts';
import { addUsage, noUsage, type ImagePart } from '../core/message.ts';
import type { Agent } from '../program/agent.ts';
import { deadline } from './deadline.ts';
import { loadHistory, type History } from './history.ts';
import { operationIdOf } from './operation-id.ts';
import { runOperation, type OperationKind, type OperationResult, type Spent } from './operation.ts';
import type { SessionPorts } from './ports.ts';
import { prepare, type Ask, type Prepared } from './prepare.ts';
import { bindTools } from './tool-set.ts';
import type { RunTask } from './task-tool.ts';
import type { Workspace } from './workspace.ts';

/** Where an operation's events go, and what it belongs to. */
export interface Conduct {
  readonly scope: EventScope;
  readonly signal: AbortSignal;
  /** Key of the operation: the same after a crash. */
  readonly key: string;
  /** Takes writes that belong into one commit with the outcome; absent when the outcome is recorded by others. */
  withOutcome?(write: () => Promise<unknown>): void;
  /** Messages of waiting submissions that shall join the operation; absent when none may. */
  joining?(history: History): Promise<readonly Joining[]>;
  emit(event: NewEvent): void;
}

/** A message that joins an operation under way. */
export interface Joining {
  readonly submissionId: string;
  readonly message: string;
  readonly images: readonly ImagePart[];
}

const maxTaskDepth = 8;

/** Runs one prepared prompt of a session whose turn it is. */
export async function converse(
  ports: SessionPorts,
  agent: Agent,
  address: SessionAddress,
  prepared: Prepared,
  options: {
    readonly images: readonly ImagePart[];
    readonly history: History;
    readonly workspace: Workspace;
    readonly conduct: Conduct;
    readonly timeoutMs: number | undefined;
    readonly depth?: number;
    readonly kind?: OperationKind;
  },
): Promise<OperationResult> {
  const { conduct, workspace, depth = 0 } = options;
  const operationId = operationIdOf(conduct.key);
  const scope: EventScope = {
    ...conduct.scope,
    agent: address.agent,
    instanceId: address.instance,
    session: address.session,
    operationId,
  };
  const limit = deadline(
    ports.clock,
    shortest(options.timeoutMs, agent.timeoutMs, agent.limits.durationMs),
    [conduct.signal],
    `agent "${agent.name}"`,
  );
  const spent: Spent = { usage: noUsage, modelCalls: 0 };
  const runTask: RunTask = async ({ prompt, agent: target, context }) => {
    const taskId = `task_${ports.clock.ulid()}`;
    const taskScope: EventScope = {
      ...scope,
      taskId,
      parentId: operationId,
      toolCallId: context.call.toolCallId,
    };
    const child: SessionAddress = {
      agent: `task:${target.name}`,
      instance: address.instance,
      session: encodeKey(address.session, operationId, context.callKey),
    };
    conduct.emit({ ...taskScope, type: 'task_start', data: { prompt, agent: target.name } });
    let text = '';
    let isError = true;
    try {
      const ask = { ...plainAsk, message: ports.redact.text(prompt), schema: target.outputSchema };
      const history = await loadHistory(ports.store.documents, sessionKey(child));
      const result = await converse(
        ports,
        target,
        child,
        prepare(ports.program, inherit(target, prepared), ask),
        {
          images: [],
          history,
          workspace,
          conduct: {
            key: sessionKey(child),
            scope: { ...conduct.scope, taskId, parentId: operationId },
            signal: context.signal,
            emit: conduct.emit,
          },
          timeoutMs: undefined,
          depth: depth + 1,
          kind: 'task',
        },
      );
      await history.committed();
      spent.usage = addUsage(spent.usage, result.usage);
      spent.modelCalls += result.modelCalls;
      isError = false;
      text = typeof result.output === 'string' ? result.output : JSON.stringify(result.output);
      return text;
    } finally {
      conduct.emit({ ...taskScope, type: 'task_end', data: { isError, text } });
    }
  };
  try {
    const tools = await bindTools(
      ports,
      agent,
      { address, workspace, runId: scope.runId, stepPath: scope.stepPath, operationId },
      depth < maxTaskDepth ? runTask : undefined,
    );
    return await runOperation(ports, {
      agent,
      address,
      kind: options.kind ?? 'prompt',
      key: conduct.key,
      ...prepared,
      images: options.images,
      history: options.history,
      tools,
      signal: limit.signal,
      scope,
      spent,
      emit: conduct.emit,
      joining: async () => (await conduct.joining?.(options.history)) ?? [],
    });
  } finally {
    limit.cancel();
    await workspace.save();
  }
}

const plainAsk: Ask = {
  message: undefined,
  input: undefined,
  role: undefined,
  model: undefined,
  modelSettings: {},
  thinking: undefined,
  schema: undefined,
};

/** A subagent without a model of its own works with its parent's. */
function inherit(target: Agent, parent: Prepared): Agent {
  return {
    ...target,
    model: target.model === undefined || target.model === false ? parent.model : target.model,
    inputSchema: undefined,
  };
}

function shortest(...candidates: readonly (number | undefined)[]): number | undefined {
  const given = candidates.filter((candidate) => candidate !== undefined);
  return given.length === 0 ? undefined : Math.min(...given);
}
