import type { EventScope } from '../core/event.ts';
import type { Json } from '../core/json.ts';
import { failpoint } from '../core/failpoint.ts';
import type { Message, Usage } from '../core/message.ts';
import type { HarnessContext } from '../ports/harness.ts';
import { admitCall, countCall, countMore } from './budget.ts';
import { abortProblem } from './deadline.ts';
import type { Marks } from './entry.ts';
import type { UserMessage } from './history.ts';
import { createLoopGuard } from './tool-calls/loop-guard.ts';
import { createRoomMaker } from './compaction/make-room.ts';
import { modelsFor } from './model-calls.ts';
import type { Operation } from './operation.ts';
import { keepPartial } from './partial-text.ts';
import type { SessionPorts } from './ports.ts';
import { callTool } from './tool-calls/tool-call.ts';
import { wholeDeltas } from './whole-deltas.ts';

/** What a harness may do for an operation: call its models and tools, write its history, tell its events. */
export function harnessContext(
  ports: SessionPorts,
  operation: Operation,
  system: string,
  isDone: () => boolean = () => false,
): HarnessContext {
  const { spent } = operation;
  let turn: Pick<EventScope, 'turnId'> = {};
  /** Marks of the answer that comes next. */
  let marks: Marks = {};
  const models = modelsFor(ports, {
    spent,
    log: (level, message, fields) =>
      operation.emit({ ...operation.scope, ...turn, type: 'log', data: { level, message, fields } }),
  });
  const partial = keepPartial(ports, operation.scope);
  const deltas = wholeDeltas(ports.redact, (event) => {
    operation.emit({ ...operation.scope, ...event });
    partial.see(event);
  });
  const guard = createLoopGuard();
  const room = createRoomMaker(ports, { ...operation, models }, system);
  return {
    models,
    emit(event) {
      deltas.emit(event);
      if (event.type === 'turn_start' && event.turnId !== undefined) turn = { turnId: event.turnId };
      if (event.type !== 'turn_end') return;
      countCall(spent, event.data.usage);
      marks = marksOf(event.data.usage);
      if (!['aborted', 'failed'].includes(event.data.finish)) spent.answeredBy = event.data.model;
      if (event.data.finish === 'aborted') keepAborted(ports, operation, event.data.text);
    },
    isDone,
    newTurnId: () => `turn_${ports.clock.ulid()}`,
    async append(given: Message) {
      // A model may repeat a secret it came across, or a provider the key it was called with.
      const message = ports.redact.json(given as unknown as Json) as unknown as Message;
      // The last message of an operation is committed together with its outcome.
      const isLast =
        message.role === 'assistant' && message.content.every((part) => part.type !== 'tool_call');
      const own = message.role === 'assistant' ? marks : {};
      guard.see(message);
      if (isLast) operation.history.hold(message, own);
      // In one commit with what is said of the calls, by which it is known after a crash that the operation got further.
      else await Promise.all([operation.history.append(message, own), told(ports, operation)]);
      if (message.role === 'tool') await failpoint('tool.after_record');
    },
    callTool: (call, turnId) =>
      callTool(ports, operation.tools, call, {
        agent: operation.agent,
        people: operation.people,
        place: operation.surroundings.place,
        signal: operation.signal,
        scope: { ...operation.scope, turnId },
        callKey: operation.callKeys.next(call.toolCallId),
        emit: operation.emit,
        used: (count) => countMore(spent, count),
      }),
    async nextTurn(usage, modelCalls) {
      guard.check();
      admitCall(spent, { usage, modelCalls });
      for (const { submissionId, message, images } of await operation.joining()) {
        const user: UserMessage = { role: 'user', content: [{ type: 'text', text: message }, ...images] };
        await operation.history.join(user, submissionId);
      }
      // A summary counts too.
      if (await room.beforeCall()) admitCall(spent, { usage, modelCalls });
      return withoutAborted(operation.history.context.messages);
    },
    makeRoom: room.afterOverflow,
  };
}

/** Resolves when every event so far is on disk. */
async function told({ journal }: SessionPorts, { scope }: Operation): Promise<void> {
  const executionId = scope.submissionId ?? scope.runId;
  if (executionId !== undefined) await journal.open(executionId).flush();
}

/** What the provider counted for a call says how long the conversation is with its answer. */
function marksOf({ inputTokens, outputTokens }: Usage): Marks {
  return inputTokens === 0 ? {} : { tokens: inputTokens + outputTokens };
}

/** Keeps what a model had written when the operation was stopped; one that goes on another time writes anew. */
function keepAborted({ redact }: SessionPorts, { history, signal }: Operation, text: string): void {
  if (text === '' || !signal.aborted || abortProblem(signal).code === 'shutting_down') return;
  history.hold({ role: 'assistant', content: [{ type: 'text', text: redact.text(text) }], aborted: true });
}

/** A model does not go on with what it was stopped at. */
function withoutAborted(messages: readonly Message[]): readonly Message[] {
  const last = messages.at(-1);
  return last?.role === 'assistant' && last.aborted === true ? messages.slice(0, -1) : messages;
}
