import type { EngineEvent } from '../core/event.ts';
import { toJson, type JsonObject } from '../core/json.ts';
import { Problem } from '../core/problem.ts';
import type { Frame } from './link.ts';
import type { AnyProject } from '../core/register.ts';
import type { Transport } from './request.ts';
import { openSocket, type Socket } from './socket.ts';
import type { AgentConnection, WorkflowConnection } from './types/connections.ts';

/** Opens a socket to an agent instance. */
export async function connectAgent(
  transport: Transport,
  path: string,
  signal: AbortSignal | undefined,
): Promise<AgentConnection<AnyProject>> {
  const socket = await openSocket(transport, path, signal);
  return {
    prompt: (message, { signal, ...prompt } = {}) =>
      resultOf(socket, startOf('prompt', { message, ...prompt }), signal),
    stream: (message, { signal, ...prompt } = {}) =>
      eventsOf(socket, startOf('prompt', { message, ...prompt }), signal),
    subscribe: (submissionId, { signal, ...from } = {}) =>
      eventsOf(socket, frameOf('subscribe', { submissionId, ...from }), signal, 'leave'),
    close: () => socket.close(),
  };
}

/** Opens a socket to a workflow. */
export async function connectWorkflow(
  transport: Transport,
  path: string,
  signal: AbortSignal | undefined,
): Promise<WorkflowConnection<AnyProject>> {
  const socket = await openSocket(transport, path, signal);
  return {
    invoke: (input = {}, { signal, ...start } = {}) =>
      resultOf(socket, startOf('invoke', { input, ...start }), signal),
    stream: (input = {}, { signal, ...start } = {}) =>
      eventsOf(socket, startOf('invoke', { input, ...start }), signal),
    subscribe: (runId, { signal, ...from } = {}) =>
      eventsOf(socket, frameOf('subscribe', { runId, ...from }), signal, 'leave'),
    close: () => socket.close(),
  };
}

function frameOf(type: string, rest: object): Frame {
  return { type, ...(toJson(rest) as JsonObject) };
}

/** A frame that starts work, with a key, so that it can be sent again on another connection. */
function startOf(type: 'prompt' | 'invoke', rest: object): Frame {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const idempotencyKey = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return frameOf(type, { idempotencyKey, ...rest });
}

function resultOf<T>(socket: Socket, frame: Frame, signal: AbortSignal | undefined): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    if (signal?.aborted === true) return reject(new Problem('aborted', 'the call was aborted'));
    const abort = (): void => asked.abort();
    const asked = socket.ask(frame, {
      frame(answer) {
        if (answer.type !== 'result') return;
        signal?.removeEventListener('abort', abort);
        resolve(answer['result'] as T);
      },
      problem(problem) {
        signal?.removeEventListener('abort', abort);
        reject(problem);
      },
    });
    signal?.addEventListener('abort', abort, { once: true });
  });
}

/**
 * The events of one request, queued while nobody asks for them; leaving early does not stop the work, and what the signal does is
 * said by `onAbort`.
 */
async function* eventsOf(
  socket: Socket,
  frame: Frame,
  signal: AbortSignal | undefined,
  onAbort: 'abort' | 'leave' = 'abort',
): AsyncGenerator<EngineEvent> {
  if (signal?.aborted === true) throw new Problem('aborted', 'the call was aborted');
  const events: EngineEvent[] = [];
  let ended = false;
  let failed: Problem | undefined;
  let wake: () => void = () => undefined;
  const asked = socket.ask(frame, {
    frame(answer) {
      if (answer.type === 'event') events.push(answer['event'] as unknown as EngineEvent);
      if (answer.type === 'result') ended = true;
      wake();
    },
    problem(problem) {
      failed = problem;
      wake();
    },
  });
  const abort = (): void => {
    events.length = 0;
    if (onAbort === 'abort') asked.abort();
    failed = new Problem('aborted', 'the call was aborted');
    wake();
  };
  signal?.addEventListener('abort', abort, { once: true });
  try {
    for (;;) {
      const event = events.shift();
      if (event !== undefined) yield event;
      else if (failed !== undefined) throw failed;
      else if (ended) return;
      else await new Promise<void>((resolve) => (wake = resolve));
    }
  } finally {
    asked.leave();
    signal?.removeEventListener('abort', abort);
  }
}
