import type { JsonObject } from '../core/json.ts';
import { Problem } from '../core/problem.ts';
import { backoffMs, maxFailures, pause } from './backoff.ts';
import { openLink, type Frame, type Link } from './link.ts';
import { readEnvelope } from './problem.ts';
import type { Transport } from './request.ts';

/** Where the frames of one request go; `problem` when the request or the socket failed, which is the last that comes. */
export interface Listener {
  frame(frame: Frame): void;
  problem(problem: Problem): void;
}

/** A request as it was asked. */
export interface Asked {
  /** Ends the work: the listener hears `aborted` at once, and nothing more. */
  abort(): void;
  /** Listens no more; the work goes on. */
  leave(): void;
}

/** A socket whose requests do not see each other, and do not see that it is opened again when it is lost. */
export interface Socket {
  ask(frame: Frame, listener: Listener): Asked;
  /** Everything that is asked hears `aborted`; the work goes on. */
  close(): void;
}

interface Ongoing {
  readonly frame: Frame;
  readonly listener: Listener;
  /** Index of the last stored event that came. */
  seen: number;
}

/**
 * Opens a socket. Throws Problem `server_unreachable`, `aborted`, and what the server refuses with as far as it can be known.
 * @param signal ends the opening.
 */
export async function openSocket(
  transport: Transport,
  path: string,
  signal: AbortSignal | undefined,
): Promise<Socket> {
  const { signIn } = transport;
  const url = transport.baseUrl.replace(/^http/, 'ws') + path;
  const ongoing = new Map<string, Ongoing>();
  /** Requests to be aborted that the server may have heard of. */
  const aborted = new Map<string, Frame>();
  const closing = new AbortController();
  let count = 0;
  let failures = 0;
  let isDialing = false;
  let link: Link | undefined;
  let token: string | undefined;
  /** Whether the token was asked for in place of one that was refused, and is not known to be taken yet. */
  let isRenewed = false;

  const onLink = {
    frame(frame: Frame): void {
      const id = frame['requestId'];
      if (typeof id !== 'string') return;
      if (frame.type !== 'started') failures = 0;
      isRenewed = false;
      const isLast = frame.type === 'result' || frame.type === 'error';
      if (isLast) aborted.delete(id);
      const request = ongoing.get(id);
      if (request === undefined) return;
      if (isLast) ongoing.delete(id);
      const problem = frame.type === 'error' ? readEnvelope(frame) : undefined;
      if (problem !== undefined) return request.listener.problem(problem);
      if (frame.type === 'event' && !isNews(request, frame)) return;
      request.listener.frame(frame);
    },
    lost(problem: Problem): void {
      link = undefined;
      void dial(problem);
    },
  };

  link = await orAborted(connect(), signal);

  return {
    ask(frame, listener) {
      count += 1;
      const requestId = String(count);
      const request: Ongoing = { frame: { ...frame, requestId }, listener, seen: 0 };
      if (closing.signal.aborted) {
        listener.problem(closed());
        return { abort: () => undefined, leave: () => undefined };
      }
      ongoing.set(requestId, request);
      if (link === undefined) void dial(undefined);
      else link.send(request.frame);
      const stop = (type: 'abort' | 'unsubscribe'): boolean => {
        if (!ongoing.delete(requestId)) return false;
        if (link !== undefined) link.send({ type, requestId });
        else if (type === 'abort') aborted.set(requestId, request.frame);
        return true;
      };
      return {
        abort() {
          if (stop('abort')) listener.problem(new Problem('aborted', 'the call was aborted'));
        },
        leave: () => void stop('unsubscribe'),
      };
    },
    close() {
      closing.abort();
      link?.close();
      link = undefined;
      failAll(closed());
    },
  };

  /** Opens the socket again as long as something is asked, and asks it again. */
  async function dial(lost: Problem | undefined): Promise<void> {
    if (isDialing) return;
    isDialing = true;
    let problem = lost;
    while (!closing.signal.aborted && (ongoing.size > 0 || aborted.size > 0)) {
      if (problem !== undefined) {
        failures += 1;
        if (!(await mayComeBack(problem)) || failures > maxFailures) {
          failAll(problem);
          break;
        }
        await pause(backoffMs(failures), closing.signal);
        if (closing.signal.aborted) break;
      }
      try {
        const opened = await connect();
        if (closing.signal.aborted) opened.close();
        else resume((link = opened));
        break;
      } catch (thrown) {
        problem = thrown as Problem;
      }
    }
    isDialing = false;
  }

  /** Whether it may be let in again: after most failures, and with another token in place of one that is no longer taken. */
  async function mayComeBack({ retryable, code }: Problem): Promise<boolean> {
    // Browsers do not say why a socket was refused.
    if (retryable && code === 'server_unreachable' && failures > 1) await signIn.renew(token);
    return retryable || (code === 'unauthorized' && renew());
  }

  /** Connects; once more with another token when this one is refused, and at the first failure, which may be just that. */
  async function connect(): Promise<Link> {
    token = await signIn.token();
    try {
      return await openLink(transport, url, token, onLink);
    } catch (thrown) {
      const { code } = thrown as Problem;
      const mayBeRefused = code === 'server_unreachable' && failures <= 1 && (await signIn.renew(token));
      if (!mayBeRefused && !(code === 'unauthorized' && (await renew()))) throw thrown;
      token = await signIn.token();
      return openLink(transport, url, token, onLink);
    }
  }

  /** Whether there may be another token in place of one that was refused; one that is new is not asked for anew. */
  async function renew(): Promise<boolean> {
    if (isRenewed) return false;
    isRenewed = await signIn.renew(token);
    return isRenewed;
  }

  function resume(opened: Link): void {
    for (const { frame, seen } of ongoing.values())
      opened.send(seen === 0 ? frame : { ...frame, after: seen });
    for (const [requestId, frame] of aborted) {
      opened.send(frame);
      opened.send({ type: 'abort', requestId });
    }
    aborted.clear();
  }

  function failAll(problem: Problem): void {
    const requests = [...ongoing.values()];
    failures = 0;
    isRenewed = false;
    ongoing.clear();
    aborted.clear();
    for (const { listener } of requests) listener.problem(problem);
  }
}

/** Whether an event has not come before; notes that it came. */
function isNews(request: Ongoing, frame: Frame): boolean {
  const { index } = frame['event'] as JsonObject & { readonly index: number };
  if (index === 0) return true;
  if (index <= request.seen) return false;
  request.seen = index;
  return true;
}

function closed(): Problem {
  return new Problem('aborted', 'the connection was closed');
}

/** The link, unless the signal aborts before it is there; one that comes later is closed. */
function orAborted(opening: Promise<Link>, signal: AbortSignal | undefined): Promise<Link> {
  if (signal === undefined) return opening;
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(new Problem('aborted', 'the call was aborted'));
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    opening
      .then((link) => (signal.aborted ? link.close() : resolve(link)), reject)
      .finally(() => signal.removeEventListener('abort', abort));
  });
}
