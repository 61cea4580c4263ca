import type { EventScope, NewEvent } from '../core/event.ts';
import type { SessionAddress } from '../core/ids.ts';
import type { Json, JsonSchema } from '../core/json.ts';
import type { ImagePart, Usage } from '../core/message.ts';
import { asProblem } from '../core/problem.ts';
import type { TypedReport } from '../core/typed-report.ts';
import type { Agent } from '../program/agent.ts';
import type { ModelChoice, ModelSettings, Thinking } from '../program/model.ts';
import type { Role } from '../program/role.ts';
import { runAttempts } from './attempts.ts';
import type { BoundTool } from './tool-calls/bound-tool.ts';
import { totalOf, type Spent } from './budget.ts';
import type { CallKeys } from './tool-calls/call-keys.ts';
import type { Joining } from './conversation.ts';
import { abortProblem } from './deadline.ts';
import type { History } from './history.ts';
import type { People } from './tool-calls/people.ts';
import type { SessionPorts } from './ports.ts';
import type { Surroundings } from './surroundings.ts';
import type { Source } from './work.ts';
import type { ResultCheck } from './results/typed-result.ts';

/** What an operation is called in events. */
export type OperationKind = 'prompt' | 'skill' | 'task';

/** One prompt, everything about it decided. */
export interface Operation {
  readonly agent: Agent;
  readonly address: SessionAddress;
  readonly kind: OperationKind;
  /** What its message comes from. */
  readonly source: Source;
  /** The same after a crash. */
  readonly key: string;
  readonly message: string;
  readonly images: readonly ImagePart[];
  readonly input: Json | undefined;
  readonly model: ModelChoice;
  readonly settings: ModelSettings;
  readonly thinking: Thinking | undefined;
  readonly role: Role | undefined;
  readonly schema: JsonSchema | undefined;
  /** How often an answer may be corrected; default as the agent says. */
  readonly retries?: number | undefined;
  /** What the caller's own code says of a result that fits the schema; lost in a crash. */
  readonly check?: ResultCheck | undefined;
  readonly history: History;
  readonly tools: ReadonlyMap<string, BoundTool>;
  readonly callKeys: CallKeys;
  readonly surroundings: Surroundings;
  /** Absent where nobody can be asked. */
  readonly people: People | undefined;
  readonly signal: AbortSignal;
  readonly scope: EventScope;
  /** What it has used so far; tasks it delegates add to it. */
  readonly spent: Spent;
  emit(event: NewEvent): void;
  /** Messages that came meanwhile and belong to it. */
  joining(): Promise<readonly Joining[]>;
}

/** What an operation gave. */
export interface OperationResult {
  readonly text: string;
  readonly output: Json;
  readonly usage: Usage;
  readonly modelCalls: number;
  readonly attempts: number;
  /** The model that answered last, `provider/model`; absent where none was asked. */
  readonly answeredBy?: string;
  /** How the typed result came about; absent without a schema. */
  readonly typed?: TypedReport;
}

/**
 * Runs one operation to its end: the user's message is committed, the harness runs, a typed result is read and asked for
 * again when it does not fit. Emits `operation_start` and, unless the engine stops, `operation_end`.
 */
export async function runOperation(ports: SessionPorts, operation: Operation): Promise<OperationResult> {
  const { emit, scope, spent } = operation;
  const started = ports.clock.elapsed();
  emit({
    ...scope,
    type: 'operation_start',
    data: { operation: operation.kind, message: operation.message },
  });
  try {
    const result = await runAttempts(ports, operation);
    // Whoever stopped it was told so, even if the answer came in the same moment.
    if (operation.signal.aborted) throw abortProblem(operation.signal);
    emit({
      ...scope,
      type: 'operation_end',
      data: {
        isError: false,
        text: result.text,
        output: result.output,
        ...(result.typed === undefined ? {} : { typed: result.typed }),
        usage: result.usage,
        durationMs: ports.clock.elapsed() - started,
      },
    });
    return { ...result, ...(spent.answeredBy === undefined ? {} : { answeredBy: spent.answeredBy }) };
  } catch (thrown) {
    const problem = operation.signal.aborted ? abortProblem(operation.signal) : asProblem(thrown);
    // With the engine only its process ends; the operation goes on in another one.
    if (problem.code !== 'shutting_down')
      emit({
        ...scope,
        type: 'operation_end',
        data: {
          isError: true,
          error: problem.toData(),
          usage: totalOf(spent).usage,
          durationMs: ports.clock.elapsed() - started,
        },
      });
    throw problem;
  }
}
