import type { SubmissionFilter, SubmissionRecord } from '../api.ts';
import type { EngineEvent } from '../core/event.ts';
import { Problem } from '../core/problem.ts';
import { asMany } from './as-many.ts';
import { clientAt } from './client-at.ts';
import { followStored } from './follow-stored.ts';
import type { Terminal } from './terminal.ts';
import { actOnStore, adviseServer, lookAtStore, type WorkPlace } from './use-store.ts';

/** Messages to agents, at a server or in the store of a project. */
export interface OpenSubmissions {
  list(filter: SubmissionFilter): Promise<readonly SubmissionRecord[]>;
  get(submissionId: string): Promise<SubmissionRecord>;
  events(
    submissionId: string,
    page: { readonly after: number; readonly limit: number },
  ): Promise<readonly EngineEvent[]>;
  /** Stored events after an index and those that come, until `submission_end`. */
  follow(submissionId: string, after: number, signal: AbortSignal): AsyncIterable<EngineEvent>;
}

/** Looks at messages, also beside the engine that owns the store. */
export async function lookAtSubmissions<T>(
  { project, server }: WorkPlace,
  terminal: Terminal,
  use: (submissions: OpenSubmissions) => Promise<T>,
): Promise<T> {
  if (server !== undefined) return use(atServer(server));
  return lookAtStore(project, 'messages', terminal, ({ submissions }) =>
    use({
      list: submissions.list,
      get: submissions.get,
      events: submissions.events,
      follow: (id, after, signal) => followStored(submissions, id, after, signal),
    }),
  );
}

/** Ends a message. Throws Problem `store_locked` with the process that owns the store, when there is one. */
export async function abortSubmissionAt(
  { project, server }: WorkPlace,
  submissionId: string,
  terminal: Terminal,
): Promise<boolean> {
  if (server !== undefined) return clientAt(server).submissions.abort(submissionId);
  return actOnStore(project, {}, terminal, ({ submissions }) =>
    submissions.abort(submissionId, 'the submission was aborted by "engine submissions"'),
  ).catch(adviseServer);
}

/** The id that a word stands for: itself, or `latest` the newest message. Throws Problem `submission_not_found` without any. */
export async function submissionIdOf({ list }: Pick<OpenSubmissions, 'list'>, word: string): Promise<string> {
  if (word !== 'latest') return word;
  const [newest] = await list({ limit: 1 });
  if (newest !== undefined) return newest.submissionId;
  throw new Problem('submission_not_found', 'no agent was sent a message yet');
}

function atServer(server: string): OpenSubmissions {
  const { submissions } = clientAt(server);
  return {
    async list({ states, since, ...filter }) {
      return asMany('submissions', filter, (page) =>
        submissions.list({
          ...page,
          ...(states === undefined ? {} : { state: states }),
          ...(since === undefined ? {} : { since: new Date(since).toISOString() }),
        }),
      );
    },
    get: (id) => submissions.get(id),
    events: async (id, page) => (await submissions.events(id, page)).events,
    follow: (id, after, signal) => submissions.stream(id, { after, signal }),
  };
}
