import type { Client } from '../../client/index.ts';
import { imageTypes } from '../../core/image-types.ts';
import { Problem } from '../../core/problem.ts';
import { askerOf } from '../questions/how-to-answer.ts';
import type { SessionNote } from '../../core/records/conversation.ts';
import type { Talk } from './talk.ts';

/** A talk with an agent of a server. */
export function talkAtServer({ agents, sessions, approvals }: Client, agent: string, instance: string): Talk {
  return {
    agent,
    instance,
    async *ask(message, { files, ...how }, signal) {
      const stop = (): void => void agents.abort(agent, instance, how.session).catch(() => undefined);
      // The prompt goes on when only the stream is left.
      signal.addEventListener('abort', stop, { once: true });
      try {
        yield* agents.stream(agent, instance, { message, ...how, ...imagesOf(files) });
      } finally {
        signal.removeEventListener('abort', stop);
      }
    },
    history: (session) => agents.history(agent, instance, session),
    async sessions() {
      const all: SessionNote[] = [];
      for await (const one of sessions.all(agent, instance)) all.push(one);
      return all;
    },
    compact: (session) => sessions.compact(agent, instance, session),
    abort: (session) => agents.abort(agent, instance, session),
    about: () => agents.get(agent),
    questions: async (submissionId) => (await approvals.list({ submissionId })).approvals,
    answer: (question, answer) => approvals.resolve(askerOf(question), question.step, answer),
  };
}

function imagesOf(files: Parameters<Talk['ask']>[1]['files']): {
  readonly images?: readonly { readonly image: string; readonly mediaType: string }[];
} {
  if (files.length === 0) return {};
  const images = files.map(({ name, data }) => {
    const mediaType = imageTypes[name.split('.').at(-1)?.toLowerCase() ?? ''];
    if (mediaType === undefined)
      throw new Problem(
        'invalid_request',
        `"${name}" is no image; a server takes only images (${Object.keys(imageTypes).join(', ')}), so put its text into the message`,
      );
    return { image: Buffer.from(data).toString('base64'), mediaType };
  });
  return { images };
}
