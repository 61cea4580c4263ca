import type { WebSocket } from 'ws';
import type { Engine } from '../../api.ts';
import { Problem } from '../../core/problem.ts';
import type { Json, JsonObject } from '../../core/json.ts';
import type { Report } from '../error-body.ts';
import { parseJson } from '../parse-json.ts';
import { readPrompt } from '../prompt-body.ts';
import { objectReader } from '../read-object.ts';
import { resultOf } from '../routes/agents.ts';
import { runProblem } from '../routes/workflows.ts';
import { readFrame, requestIdOf, type ClientFrame } from './frames.ts';
import { createOutbox, type Outbox } from './outbox.ts';
import type { Target } from './target.ts';

/** Most requests one socket may have at work. */
const maxRequests = 64;

const readInvoke = objectReader({ type: 'object', additionalProperties: false, properties: { input: {} } });

/** What a request at work can be asked. */
type Abort = () => void;

/**
 * Serves one open socket. Every failure becomes an `error` frame and leaves the socket open; what was asked goes on when the
 * socket closes.
 */
export function serveConnection(
  socket: WebSocket,
  { engine, target, report }: { readonly engine: Engine; readonly target: Target; readonly report: Report },
): void {
  const requests = new Map<string, Abort>();
  const closed = new AbortController();
  const outbox = createOutbox(socket);
  const place = { method: 'WS', url: urlOf(target) };
  const fail = (thrown: unknown, requestId: string | undefined): void => {
    const { error } = report(thrown, place).body;
    outbox.send({ type: 'error', ...(requestId === undefined ? {} : { requestId }), error });
  };

  socket.on('close', () => closed.abort());
  socket.on('message', (data, isBinary) => {
    if (isBinary) return socket.close(1003, 'frames are text');
    let frame: Json = null;
    try {
      frame = parseJson(data as Buffer);
      receive(readFrame(frame, target.target));
    } catch (thrown) {
      fail(thrown, requestIdOf(frame));
    }
  });
  outbox.send({ type: 'ready', ...target });

  function receive({ type, requestId, rest }: ClientFrame): void {
    if (requestId === undefined || type === 'ping') {
      return outbox.send({ type: 'pong', ...(requestId === undefined ? {} : { requestId }) });
    }
    if (type === 'abort') {
      const abort = requests.get(requestId);
      if (abort === undefined)
        throw new Problem('not_found', `no request "${requestId}" is at work on this socket`);
      return abort();
    }
    if (requests.has(requestId)) throw new Problem('conflict', `request "${requestId}" is at work already`);
    if (requests.size >= maxRequests) {
      throw new Problem('too_many_requests', `more than ${maxRequests} requests are at work on this socket`);
    }
    const request: Request = {
      engine,
      requestId,
      outbox,
      closed: closed.signal,
      onAbort: (abort) => requests.set(requestId, abort),
    };
    requests.set(requestId, () => undefined);
    const work =
      target.target === 'agent' ? prompt(request, target, rest) : invoke(request, target.name, rest);
    void work
      .then(
        (result) => outbox.send({ type: 'result', requestId, result }),
        (thrown: unknown) => fail(thrown, requestId),
      )
      .finally(() => requests.delete(requestId));
  }
}

interface Request {
  readonly engine: Engine;
  readonly requestId: string;
  readonly outbox: Outbox;
  readonly closed: AbortSignal;
  readonly onAbort: (abort: Abort) => void;
}

async function prompt(
  { engine, requestId, outbox, onAbort }: Request,
  { name, instanceId }: Target & { target: 'agent' },
  rest: JsonObject,
): Promise<object> {
  const { message, session, options } = readPrompt(rest, 'the frame');
  const controller = new AbortController();
  onAbort(() => controller.abort(new Problem('aborted', 'the request was aborted')));
  let started = false;
  const result = await engine.agents.session(name, instanceId, session).prompt(message, {
    ...options,
    signal: controller.signal,
    onEvent(event) {
      if (!started) {
        started = true;
        outbox.send({ type: 'started', requestId, submissionId: event.executionId });
      }
      outbox.send({ type: 'event', requestId, event });
    },
  });
  return resultOf(result);
}

async function invoke(
  { engine, requestId, outbox, closed, onAbort }: Request,
  workflow: string,
  rest: JsonObject,
): Promise<object> {
  const { input = {} } = readInvoke(rest, 'the frame');
  const { runId } = await engine.workflows.start(workflow, input);
  onAbort(() => void engine.runs.cancel(runId).catch(() => undefined));
  outbox.send({ type: 'started', requestId, runId });
  for await (const event of engine.runs.subscribe(runId, { signal: closed })) {
    await outbox.sendInTurn({ type: 'event', requestId, event });
    if (event.type !== 'run_end') continue;
    const { state, output = null, error, usage } = event.data;
    if (state === 'succeeded') return { runId, output, usage };
    throw runProblem({ runId, ...(error === undefined ? {} : { error }) });
  }
  throw new Problem('shutting_down', 'the events of the run ended before the run', { details: { runId } });
}

function urlOf(target: Target): string {
  return target.target === 'agent'
    ? `/agents/${target.name}/${target.instanceId}`
    : `/workflows/${target.name}`;
}
