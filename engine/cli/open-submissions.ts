import type { SubmissionFilter, SubmissionRecord } from '../api.ts';
import type { EngineEvent } from '../core/event.ts';
import { asProblem, Problem } from '../core/problem.ts';
import { createEngine } from '../engine.ts';
import { clientAt } from './client-at.ts';
import { followStored } from './follow-stored.ts';
import { withAdvice, type RunsPlace } from './open-runs.ts';
import { openProgram } from './open-program.ts';
import type { Terminal } from './terminal.ts';

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
  { project, server }: RunsPlace,
  terminal: Terminal,
  use: (submissions: OpenSubmissions) => Promise<T>,
): Promise<T> {
  if (server !== undefined) return use(atServer(server));
  const program = await openProgram(project, terminal);
  const engine = await createEngine({ program, readOnly: true });
  try {
    if (program.settings.store.type === 'memory')
      terminal.err.line(
        'messages are kept in memory (store.type in engine.yaml), so those of other processes are not seen',
      );
    const { list, get, events } = engine.submissions;
    const follow: OpenSubmissions['follow'] = (id, after, signal) =>
      followStored(engine.submissions, id, after, signal);
    return await use({ list, get, events, follow });
  } finally {
    await engine.close();
  }
}

/** Ends a message. Throws Problem `store_locked` with the process that owns the store, when there is one. */
export async function abortSubmissionAt(
  { project, server }: RunsPlace,
  submissionId: string,
  terminal: Terminal,
): Promise<boolean> {
  if (server !== undefined) return clientAt(server).submissions.abort(submissionId);
  const program = await openProgram(project, terminal);
  const engine = await createEngine({ program, recover: false }).catch((thrown: unknown) => {
    throw withAdvice(asProblem(thrown));
  });
  try {
    return await engine.submissions.abort(submissionId, 'the submission was aborted by "engine submissions"');
  } finally {
    await engine.close();
  }
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
      const page = await submissions.list({
        ...filter,
        ...(states === undefined ? {} : { state: states }),
        ...(since === undefined ? {} : { since: new Date(since).toISOString() }),
      });
      return page.submissions;
    },
    get: (id) => submissions.get(id),
    events: async (id, page) => (await submissions.events(id, page)).events,
    follow: (id, after, signal) => submissions.stream(id, { after, signal }),
  };
}
