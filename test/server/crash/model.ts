import type { ServerResponse } from 'node:http';
import { errorReply, textReply, toolReply, type FakeReply } from '../../fakes/openai-server.ts';

interface Said {
  readonly role: string;
  readonly content?: unknown;
}

/**
 * Answers a chat completion as a model that remembers nothing: a message `… use a b` has it call the tools a and b, one after the other,
 * and then say `done: ` and the message; any other is repeated at once. Gives the message, and the version that its instructions name.
 */
export function answerAsModel(
  response: ServerResponse,
  request: string,
  fails: boolean,
): { readonly message: string; readonly version: string } {
  const { messages } = JSON.parse(request) as { messages: readonly Said[] };
  const place = messages.findLastIndex(({ role }) => role === 'user');
  const message = textOf(messages[place]);
  const version = /version (v\d+)/.exec(textOf(messages.find(({ role }) => role === 'system')))?.[1] ?? '';
  const done = messages.slice(place + 1).filter(({ role }) => role === 'assistant').length;
  const tool = (/ use (.*)$/.exec(message)?.[1] ?? '').split(' ').filter((name) => name !== '')[done];
  if (fails) {
    const { status = 500, body } = errorReply(503, 'overloaded');
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  } else if (tool === undefined) send(response, textReply('done: ', ...message.split(/(?= )/)));
  else {
    const input = JSON.stringify({ item: `${message}/${done}` });
    send(
      response,
      toolReply({ id: `call-${done}`, name: tool, fragments: [input.slice(0, 5), input.slice(5)] }),
    );
  }
  return { message, version };
}

/** Writes piece by piece, so that whoever reads may die in between. */
function send(response: ServerResponse, { events = [] }: FakeReply): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  const left = [...events];
  const next = (): void => {
    const event = left.shift();
    if (event === undefined) response.end();
    else {
      response.write(`data: ${typeof event === 'string' ? event : JSON.stringify(event)}\n\n`);
      setTimeout(next, 2);
    }
  };
  next();
}

/** What was said last: one that failed and was not answered stands in the same message. */
function textOf(said: Said | undefined): string {
  const content = said?.content ?? '';
  if (typeof content === 'string') return content;
  return (content as readonly { readonly text?: string }[]).at(-1)?.text ?? '';
}
