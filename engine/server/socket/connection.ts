import type { Writable } from 'node:stream';
import type { WebSocket } from 'ws';
import { asProblem, Problem } from '../../core/problem.ts';
import type { Json } from '../../core/json.ts';
import type { Report } from '../answers/error-body.ts';
import { parseJson } from '../../core/parse-json.ts';
import { limitFrames } from './frame-rate.ts';
import { readFrame, requestIdOf, type ClientFrame } from './frames.ts';
import { createOutbox } from './outbox.ts';
import { invoke, prompt, subscribeToRun, subscribeToSubmission, type Request } from './requests.ts';
import type { Target } from './target.ts';

/** Most requests one socket may have at work. */
const maxRequests = 64;

/** What a request at work can be asked. */
interface Ongoing {
  abort: () => void;
  readonly left: AbortController;
}

/** Who asks what. */
type Asker = Pick<Request, 'engine' | 'caller' | 'ownership'>;

/** What one socket is served with. */
export interface ConnectionOptions extends Asker {
  /** What the socket writes to. */
  readonly stream: Writable;
  readonly target: Target;
  readonly report: Report;
  readonly enter: Enter;
}

/**
 * Counts a request before it is worked on, and gives what lets go of its place. Throws Problem `too_many_requests`.
 */
export type Enter = (type: ClientFrame['type']) => Promise<() => void>;

/**
 * Serves one open socket. Every failure becomes an `error` frame and leaves the socket open; what was asked goes on when the
 * socket closes.
 */
export function serveConnection(
  socket: WebSocket,
  { stream, target, report, enter, ...asker }: ConnectionOptions,
): void {
  const requests = new Map<string, Ongoing>();
  const outbox = createOutbox(socket, stream);
  const told = (thrown: unknown): ReturnType<Report> => report(thrown, { method: 'WS', url: urlOf(target) });
  const fail = (thrown: unknown, requestId: string | undefined): void => {
    const { error } = told(thrown).body;
    outbox.send({ type: 'error', ...(requestId === undefined ? {} : { requestId }), error });
  };

  limitFrames(socket);
  socket.on('close', () => {
    for (const { left } of requests.values()) left.abort();
  });
  socket.on('message', (data, isBinary) => {
    if (socket.readyState !== socket.OPEN) return;
    if (isBinary) return socket.close(1003, 'frames are text');
    let frame: Json = null;
    try {
      frame = parseFrame(data as Buffer);
      receive(readFrame(frame, target.target));
    } catch (thrown) {
      fail(thrown, requestIdOf(frame));
    }
  });
  outbox.send({ type: 'ready', ...target });

  function receive({ type, requestId, rest }: ClientFrame): void {
    if (requestId === undefined || type === 'ping')
      return outbox.send({ type: 'pong', ...(requestId === undefined ? {} : { requestId }) });
    const ongoing = requests.get(requestId);
    if (type === 'abort' || type === 'unsubscribe') {
      if (ongoing === undefined)
        throw new Problem('not_found', `no request "${requestId}" is at work on this socket`);
      if (type === 'abort') return ongoing.abort();
      ongoing.left.abort();
      requests.delete(requestId);
      return outbox.send({ type: 'unsubscribed', requestId });
    }
    if (ongoing !== undefined) throw new Problem('conflict', `request "${requestId}" is at work already`);
    if (requests.size >= maxRequests)
      throw new Problem('too_many_requests', `more than ${maxRequests} requests are at work on this socket`);
    start(type, requestId, rest);
  }

  function start(type: ClientFrame['type'], requestId: string, rest: ClientFrame['rest']): void {
    const early = new AbortController();
    const ongoing: Ongoing = { abort: () => early.abort(), left: new AbortController() };
    requests.set(requestId, ongoing);
    const { signal: left } = ongoing.left;
    const request: Request = {
      ...{ ...asker, requestId, outbox, left },
      onFault: (thrown) => void told(thrown),
      onAbort(abort) {
        ongoing.abort = abort;
        if (early.signal.aborted) abort();
      },
    };
    const end = (say: () => void): void => {
      // Another request may have the id by now.
      if (requests.get(requestId) === ongoing) requests.delete(requestId);
      if (!left.aborted) say();
    };
    const admitted = async (): Promise<object> => {
      const letGo = await enter(type);
      // Nobody waits any more, though the work goes on.
      left.addEventListener('abort', letGo, { once: true });
      if (left.aborted) letGo();
      try {
        if (early.signal.aborted) throw new Problem('aborted', 'the request was aborted');
        return await work(request, target, type, rest);
      } finally {
        letGo();
      }
    };
    admitted().then(
      (result) => end(() => outbox.send({ type: 'result', requestId, result })),
      (thrown: unknown) => end(() => fail(thrown, requestId)),
    );
  }
}

function work(
  request: Request,
  target: Target,
  type: ClientFrame['type'],
  rest: ClientFrame['rest'],
): Promise<object> {
  if (target.target === 'agent')
    return type === 'subscribe'
      ? subscribeToSubmission(request, target, rest)
      : prompt(request, target, rest);
  return type === 'subscribe' ? subscribeToRun(request, target, rest) : invoke(request, target, rest);
}

function urlOf(target: Target): string {
  return target.target === 'agent'
    ? `/agents/${target.name}/${target.instanceId}`
    : `/workflows/${target.name}`;
}

/** `parseJson` in the words of sockets. */
function parseFrame(bytes: Uint8Array): Json {
  try {
    return parseJson(bytes);
  } catch (thrown) {
    const { code, message } = asProblem(thrown);
    throw new Problem(code, message.replace('the body', 'the frame'));
  }
}
