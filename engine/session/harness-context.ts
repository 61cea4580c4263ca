import type { Json } from '../core/json.ts';
import { failpoint } from '../core/failpoint.ts';
import type { Message } from '../core/message.ts';
import { Problem } from '../core/problem.ts';
import type { HarnessContext } from '../ports/harness.ts';
import { abortProblem } from './deadline.ts';
import type { UserMessage } from './history.ts';
import type { Operation } from './operation.ts';
import type { SessionPorts } from './ports.ts';
import { callTool } from './tool-call.ts';

/** What a harness may do for an operation: call its models and tools, write its history, tell its events. */
export function harnessContext(ports: SessionPorts, operation: Operation): HarnessContext {
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
