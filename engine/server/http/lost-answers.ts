import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

/**
 * Gives what has every answer emit `close` when its connection is gone. Node does so only for the one that is being sent: those of
 * requests that came behind it on the same connection would wait for ever, and keep what they hold.
 */
export function createLostAnswers(): (request: IncomingMessage, response: ServerResponse) => void {
  const open = new WeakMap<Duplex, Set<ServerResponse>>();
  return ({ socket }, response) => {
    const answers = open.get(socket) ?? listen(socket);
    open.set(socket, answers);
    answers.add(response);
    response.once('close', () => answers.delete(response));
  };
}

function listen(socket: Duplex): Set<ServerResponse> {
  const answers = new Set<ServerResponse>();
  socket.once('close', () => answers.forEach(lose));
  return answers;
}

function lose(response: ServerResponse): void {
  // One that has the connection hears of it from Node.
  if (response.socket !== null || response.writableFinished) return;
  response.destroy();
  response.emit('close');
}
