import type { EngineEvent } from '../core/event.ts';
import type { JsonObject } from '../core/json.ts';
import { toJson } from '../core/json.ts';
import { Problem } from '../core/problem.ts';
import { openSocket, type Socket } from './socket.ts';
import type { AgentConnection, ClientOptions, PromptResult, RunResult, WorkflowConnection } from './types.ts';

/** Opens a socket to an agent instance. */
export async function connectAgent(options: ClientOptions, path: string): Promise<AgentConnection> {
  const socket = await openSocket(options, path);
  return {
    prompt: (message, { signal, ...prompt } = {}) =>
      resultOf<PromptResult>(socket, frameOf('prompt', { message, ...prompt }), signal),
    stream: (message, { signal, ...prompt } = {}) =>
      eventsOf(socket, frameOf('prompt', { message, ...prompt }), signal),
    close: () => socket.close(),
  };
}

/** Opens a socket to a workflow. */
export async function connectWorkflow(options: ClientOptions, path: string): Promise<WorkflowConnection> {
  const socket = await openSocket(options, path);
  return {
    invoke: (input = {}, { signal } = {}) =>
      resultOf<RunResult>(socket, frameOf('invoke', { input }), signal),
    stream: (input = {}, { signal } = {}) => eventsOf(socket, frameOf('invoke', { input }), signal),
    close: () => socket.close(),
  };
}

type Ask = Parameters<Socket['ask']>[0];

function frameOf(type: string, rest: object): Ask {
  return { type, ...(toJson(rest) as JsonObject) };
}

function resultOf<T>(socket: Socket, ask: Ask, signal: AbortSignal | undefined): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    if (signal?.aborted === true) return reject(new Problem('aborted', 'the call was aborted'));
    const abort = socket.ask(ask, {
      frame(frame) {
        if (frame.type !== 'result') return;
        signal?.removeEventListener('abort', abort);
        resolve(frame['result'] as T);
      },
      problem(problem) {
        signal?.removeEventListener('abort', abort);
        reject(problem);
      },
    });
    signal?.addEventListener('abort', abort, { once: true });
  });
}

/** The events of one request, queued while nobody asks for them; leaving early does not stop the work. */
async function* eventsOf(
  socket: Socket,
  ask: Ask,
  signal: AbortSignal | undefined,
): AsyncGenerator<EngineEvent> {
  if (signal?.aborted === true) throw new Problem('aborted', 'the call was aborted');
  const events: EngineEvent[] = [];
  let ended = false;
  let failed: Problem | undefined;
  let left = false;
  let wake: () => void = () => undefined;
  const abort = socket.ask(ask, {
    frame(frame) {
      if (frame.type === 'event' && !left) events.push(frame['event'] as unknown as EngineEvent);
      if (frame.type === 'result') ended = true;
      wake();
    },
    problem(problem) {
      failed = problem;
      wake();
    },
  });
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
    left = true;
    signal?.removeEventListener('abort', abort);
  }
}
