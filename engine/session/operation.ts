import type { EventScope, NewEvent } from '../core/event.ts';
import type { SessionAddress } from '../core/ids.ts';
import type { Json, JsonSchema } from '../core/json.ts';
import { failpoint } from '../core/failpoint.ts';
import { addUsage, noUsage, type ImagePart, type Message, type Usage } from '../core/message.ts';
import { asProblem, Problem } from '../core/problem.ts';
import { choices } from '../core/suggest.ts';
import type { Harness, HarnessContext, HarnessResult } from '../ports/harness.ts';
import type { Agent } from '../program/agent.ts';
import type { ModelChoice, ModelSettings, Thinking } from '../program/model.ts';
import type { Role } from '../program/role.ts';
import { assembleSystem, say } from './assemble-prompt.ts';
import type { BoundTool } from './bound-tool.ts';
import type { Joining } from './conversation.ts';
import { abortProblem } from './deadline.ts';
import type { History, UserMessage } from './history.ts';
import type { SessionPorts } from './ports.ts';
import { answerOf, takeUp } from './resume.ts';
import { callTool } from './tool-call.ts';
import { readResult } from './typed-result.ts';

/** What an operation is called in events. */
export type OperationKind = 'prompt' | 'skill' | 'task';

/** One prompt, everything about it decided. */
export interface Operation {
  readonly agent: Agent;
  readonly address: SessionAddress;
  readonly kind: OperationKind;
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
  readonly history: History;
  readonly tools: ReadonlyMap<string, BoundTool>;
  readonly signal: AbortSignal;
  readonly scope: EventScope;
  /** What it has used so far; tasks it delegates add to it. */
  readonly spent: Spent;
  emit(event: NewEvent): void;
  /** Messages that came meanwhile and belong to it. */
  joining(): Promise<readonly Joining[]>;
}

/** A running count of what an operation used. */
export interface Spent {
  usage: Usage;
  modelCalls: number;
}

/** What an operation gave. */
export interface OperationResult {
  readonly text: string;
  readonly output: Json;
  readonly usage: Usage;
  readonly modelCalls: number;
  readonly attempts: number;
}

/**
 * Runs one operation to its end: the user's message is committed, the harness runs, a typed result is read and asked for
 * again when it does not fit. Emits `operation_start` and, whatever happens, `operation_end`.
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
    emit({
      ...scope,
      type: 'operation_end',
      data: {
        isError: false,
        text: result.text,
        output: result.output,
        usage: result.usage,
        durationMs: ports.clock.elapsed() - started,
      },
    });
    return result;
  } catch (thrown) {
    const problem = operation.signal.aborted ? abortProblem(operation.signal) : asProblem(thrown);
    emit({
      ...scope,
      type: 'operation_end',
      data: {
        isError: true,
        error: problem.toData(),
        usage: spent.usage,
        durationMs: ports.clock.elapsed() - started,
      },
    });
    throw problem;
  }
}

async function runAttempts(ports: SessionPorts, operation: Operation): Promise<OperationResult> {
  const { agent, schema, spent } = operation;
  const harness = harnessOf(ports, agent);
  const system = assembleSystem(ports.program, agent, {
    instance: operation.address.instance,
    input: operation.input,
    role: operation.role,
    schema,
    env: ports.env,
  });
  const context = harnessContext(ports, operation);
  const { history } = operation;
  if (history.isAsked(operation.key)) {
    await takeUp(ports, operation, (call) => context.callTool(call, context.newTurnId()));
  } else {
    await history.closeOpenCalls();
    // What it belongs to was admitted before, and writes are in order: no model is called before both are on disk.
    const content = [{ type: 'text' as const, text: operation.message }, ...operation.images];
    await history.ask({ role: 'user', content }, operation.key);
  }
  for (let attempt = 1 + history.repairs(); ; attempt += 1) {
    const answered = answerOf(history.since());
    const result =
      answered === undefined ? await run(attempt) : { text: answered, usage: noUsage, modelCalls: 0 };
    spent.usage = addUsage(spent.usage, result.usage);
    spent.modelCalls += result.modelCalls;
    const text = ports.redact.text(result.text);
    const done = { text, usage: spent.usage, modelCalls: spent.modelCalls, attempts: attempt };
    if (schema === undefined) return { ...done, output: text };
    const read = readResult(text, schema);
    if ('value' in read) return { ...done, output: read.value };
    if (attempt > agent.retries) {
      throw new Problem(
        'result_invalid',
        `the model gave no valid result in ${attempt} attempts: ${read.fault}`,
        {
          details: { attempts: attempt, fault: read.fault },
        },
      );
    }
    await history.append({
      role: 'user',
      content: [
        {
          type: 'text',
          text: say(ports.program, 'repair', { fault: read.fault, schema: JSON.stringify(schema) }),
        },
      ],
    });
  }

  function run(attempt: number): Promise<HarnessResult> {
    return harness.run(
      {
        model: operation.model,
        system,
        // A repaired answer must not repeat what tools did.
        tools: attempt === 1 ? [...operation.tools.values()].map((tool) => tool.spec) : [],
        settings: operation.settings,
        maxTurns: agent.maxTurns,
        origin: {
          agent: agent.name,
          ...(operation.scope.stepPath === undefined ? {} : { stepPath: operation.scope.stepPath }),
          ...(operation.input === undefined ? {} : { input: operation.input }),
        },
        signal: operation.signal,
        ...(schema === undefined ? {} : { outputSchema: schema }),
        ...(operation.thinking === undefined ? {} : { thinking: operation.thinking }),
      },
      context,
    );
  }
}

/** Keeps what a model had written when the operation was stopped; one that goes on another time writes anew. */
function keepAborted({ redact }: SessionPorts, { history, signal }: Operation, text: string): void {
  if (text === '' || !signal.aborted || abortProblem(signal).code === 'shutting_down') return;
  history.hold({ role: 'assistant', content: [{ type: 'text', text: redact.text(text) }], aborted: true });
}

/** A model does not go on with what it was stopped at. */
function withoutAborted(messages: readonly Message[]): readonly Message[] {
  const last = messages.at(-1);
  return last?.role === 'assistant' && last.aborted === true ? messages.slice(0, -1) : [...messages];
}

function harnessOf({ harnesses }: SessionPorts, agent: Agent): Harness {
  const harness = harnesses[agent.harness];
  if (harness !== undefined) return harness;
  throw new Problem(
    'invalid_project',
    `no harness "${agent.harness}"${choices(agent.harness, Object.keys(harnesses))}`,
  );
}

function harnessContext(ports: SessionPorts, operation: Operation): HarnessContext {
  const { spent } = operation;
  const { limits } = operation.agent;
  const used = new Map<string, number>();
  return {
    models: ports.models,
    emit(event) {
      operation.emit({ ...operation.scope, ...event });
      if (event.type === 'turn_end' && event.data.finish === 'aborted')
        keepAborted(ports, operation, event.data.text);
    },
    newTurnId: () => `turn_${ports.clock.ulid()}`,
    async append(given: Message) {
      // A model may repeat a secret it came across, or a provider the key it was called with.
      const message = ports.redact.json(given as unknown as Json) as unknown as Message;
      // The last message of an operation is committed together with its outcome.
      const isLast =
        message.role === 'assistant' && message.content.every((part) => part.type !== 'tool_call');
      if (isLast) operation.history.hold(message);
      else await operation.history.append(message);
      if (message.role === 'tool') await failpoint('tool.after_record');
    },
    callTool: (call, turnId) =>
      callTool(ports, operation.tools, call, {
        signal: operation.signal,
        scope: { ...operation.scope, turnId },
        callKey: callKey(call.toolCallId),
        emit: operation.emit,
      }),
    async nextTurn(usage, modelCalls) {
      const calls = spent.modelCalls + modelCalls;
      const tokens = spent.usage.totalTokens + usage.totalTokens;
      check('modelCalls', calls, limits.modelCalls);
      check('tokens', tokens, limits.tokens);
      for (const { submissionId, message, images } of await operation.joining()) {
        const user: UserMessage = { role: 'user', content: [{ type: 'text', text: message }, ...images] };
        await operation.history.join(user, submissionId);
      }
      return withoutAborted(operation.history.messages);
    },
    makeRoom: () => Promise.resolve(false),
  };

  function callKey(id: string): string {
    const times = (used.get(id) ?? 0) + 1;
    used.set(id, times);
    return times === 1 ? id : `${id}#${times}`;
  }

  function check(limit: string, used: number, allowed: number | undefined): void {
    if (allowed === undefined || used < allowed) return;
    throw new Problem(
      'limit_reached',
      `agent "${operation.agent.name}" reached its limit of ${allowed} ${limit}`,
      {
        details: { limit, used, allowed },
      },
    );
  }
}
