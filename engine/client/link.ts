import { isObject, type JsonObject } from '../core/json.ts';
import { Problem } from '../core/problem.ts';
import { noEngine } from './answer.ts';
import { closeProblem, openProblem } from './close-problem.ts';
import { parsed } from './parsed.ts';
import { unreachable } from './problem.ts';
import type { Transport } from './request.ts';
import { longestTimerMs } from './timer.ts';
import { constructSocket } from './web-socket.ts';

/** A frame of the server. */
export type Frame = JsonObject & { readonly type: string };

/** One open connection of a socket. */
export interface Link {
  send(frame: JsonObject): void;
  close(): void;
}

/** What becomes of a link. */
export interface LinkListener {
  frame(frame: Frame): void;
  /** It is lost, and says nothing more. Not called after `close`. */
  lost(problem: Problem): void;
}

/**
 * Connects and waits until the server is ready. A link of which nothing is heard is asked for a sign of life, and then counts as lost.
 * Throws Problem `server_unreachable`, and what the server refuses with as far as it can be known.
 */
export async function openLink(
  transport: Transport,
  url: string,
  token: string | undefined,
  listener: LinkListener,
): Promise<Link> {
  const { silenceMs } = transport;
  const socket = await constructSocket(transport, url, token).catch((thrown: unknown) => {
    throw unreachable(url, thrown);
  });
  let heard = Date.now();
  let over = false;
  let watch: ReturnType<typeof setInterval> | undefined;
  const send = (frame: JsonObject): void => socket.send(JSON.stringify({ v: 1, ...frame }));
  const drop = (): void => {
    over = true;
    clearInterval(watch);
    if (socket.terminate === undefined) socket.close();
    else socket.terminate();
  };

  await new Promise<void>((resolve, reject) => {
    let isReady = false;
    const end = (problem: Problem): void => {
      if (over) return;
      over = true;
      clearInterval(watch);
      if (isReady) listener.lost(problem);
      else reject(problem);
    };
    socket.addEventListener('message', ({ data }) => {
      heard = Date.now();
      if (over) return;
      const frame = frameIn(data);
      if (frame === undefined) {
        end(noEngine(url));
        drop();
        return;
      }
      if (frame['type'] === 'ready') {
        isReady = true;
        resolve();
      } else listener.frame(frame);
    });
    socket.addEventListener('error', (event) => {
      if (!isReady) end(openProblem(url, 'error' in event ? event.error : undefined));
    });
    socket.addEventListener('close', ({ code, reason }) => end(closeProblem(code, reason)));
    watch = setInterval(
      () => {
        const silent = Date.now() - heard;
        if (silent >= silenceMs) {
          end(new Problem('server_unreachable', `nothing was heard of the server for ${silenceMs} ms`));
          drop();
        } else if (isReady && silent >= silenceMs / 2) send({ type: 'ping' });
      },
      Math.min(silenceMs / 4, longestTimerMs),
    );
  });

  return {
    send,
    close() {
      over = true;
      clearInterval(watch);
      socket.close(1000);
    },
  };
}

/** The frame that a message is; undefined where no engine can have sent it. */
function frameIn(data: unknown): Frame | undefined {
  const frame = parsed(String(data));
  return isObject(frame) && typeof frame['type'] === 'string' ? (frame as Frame) : undefined;
}
