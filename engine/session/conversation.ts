import type { EventScope, NewEvent } from '../core/event.ts';
import type { SessionAddress } from '../core/ids.ts';
import type { ImagePart } from '../core/message.ts';
import type { Agent } from '../program/agent.ts';
import type { BoundTool } from './tool-calls/bound-tool.ts';
import { startSpending, totalOf, type Count, type Spent } from './budget.ts';
import { callKeys } from './tool-calls/call-keys.ts';
import { deadline } from './deadline.ts';
import { inSession, type ExecutionPart } from './execution-part.ts';
import type { History } from './history.ts';
import { operationScope } from './operation-scope.ts';
import { runOperation, type OperationKind, type OperationResult } from './operation.ts';
import type { OpenPeople } from './tool-calls/people.ts';
import type { SessionPorts } from './ports.ts';
import { bindServers } from './tool-calls/server-tools.ts';
import { lookAround } from './surroundings.ts';
import type { Prepared } from './prepare.ts';
import { taskRunner } from './tasks/tasks.ts';
import { bindTools } from './tool-calls/tool-set.ts';
import type { Source } from './work.ts';
import type { Workspace } from './workspaces/workspace.ts';

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
  /** How it asks people; absent where nobody can be asked. */
  readonly people?: OpenPeople;
  /** The execution it is part of. */
  readonly part: ExecutionPart;
  /** Told what it used, with its tasks, however it ended. */
  spent?(used: Count): void;
  emit(event: NewEvent): void;
}

/** A message that joins an operation under way. */
export interface Joining {
  readonly submissionId: string;
  readonly message: string;
  readonly images: readonly ImagePart[];
}

/** What a prompt is run with. */
export interface Conversation {
  readonly images: readonly ImagePart[];
  readonly history: History;
  readonly workspace: Workspace;
  readonly conduct: Conduct;
  readonly timeoutMs: number | undefined;
  /** How many tasks it is inside of; default 0. */
  readonly depth?: number;
  /** Default `prompt`. */
  readonly kind?: OperationKind;
  /** Where it counts what it uses; default for itself. */
  readonly spent?: Spent;
  /** What its message comes from; default a prompt. */
  readonly source?: Source;
  /** Tools besides those of the agent; default none. */
  readonly tools?: ReadonlyMap<string, BoundTool>;
}

/** See `converse`. */
export type Converse = typeof converse;

/** Runs one prepared prompt of a session whose turn it is. */
export async function converse(
  ports: SessionPorts,
  agent: Agent,
  address: SessionAddress,
  prepared: Prepared,
  options: Conversation,
): Promise<OperationResult> {
  const { workspace, depth = 0, spent = startSpending(agent, undefined) } = options;
  const conduct: Conduct = { ...options.conduct, part: inSession(options.conduct.part, address) };
  const scope = operationScope(conduct, address);
  const { operationId } = scope;
  const limit = deadline(
    ports.clock,
    shortest(options.timeoutMs, agent.timeoutMs, agent.limits.durationMs),
    [conduct.signal],
    `agent "${agent.name}"`,
  );
  // Time spent waiting for people is not the agent's.
  const people = conduct.people?.(operationId, limit.hold);
  const giver = { agent, address, prepared, operationId, scope, conduct, people, workspace, spent, depth };
  try {
    const surroundings = await lookAround(ports, agent, workspace, { scope, emit: conduct.emit });
    const { skills } = surroundings;
    const able = skills.length === 0 ? agent : { ...agent, skills: [...agent.skills, ...skills] };
    const bound = await bindTools(
      ports,
      able,
      {
        address,
        workspace,
        runId: scope.runId,
        stepPath: scope.stepPath,
        operationId,
        part: conduct.part,
        spent,
      },
      depth < ports.program.settings.maxTaskDepth ? taskRunner(ports, giver, converse) : undefined,
    );
    const servers = await bindServers(ports, able, {
      signal: limit.signal,
      taken: new Set([...bound.keys(), ...(options.tools ?? new Map()).keys()]),
      log: (message) => conduct.emit({ ...scope, type: 'log', data: { level: 'warn', message } }),
    });
    const tools = new Map([...bound, ...servers, ...(options.tools ?? [])]);
    return await runOperation(ports, {
      agent: able,
      address,
      surroundings,
      kind: options.kind ?? 'prompt',
      source: options.source ?? (options.kind === 'task' ? 'task' : 'prompt'),
      key: conduct.key,
      ...prepared,
      images: options.images,
      history: options.history,
      tools,
      callKeys: callKeys(options.history.isAsked(conduct.key) ? options.history.since() : []),
      people,
      signal: limit.signal,
      scope,
      spent,
      emit: conduct.emit,
      joining: async () => (await conduct.joining?.(options.history)) ?? [],
    });
  } finally {
    limit.cancel();
    if (options.spent === undefined) conduct.spent?.(totalOf(spent));
    await workspace.save();
  }
}

function shortest(...candidates: readonly (number | undefined)[]): number | undefined {
  const given = candidates.filter((candidate) => candidate !== undefined);
  return given.length === 0 ? undefined : Math.min(...given);
}
