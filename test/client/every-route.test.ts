import { expect } from 'chai';
import { createClient, type Client } from '../../engine/client/index.ts';
import { routes } from '../../engine/server/routes/routes.ts';

const start = { idempotencyKey: 'k', onDisconnect: 'cancel' } as const;
const since = '2026-01-01T00:00:00Z';
const names = { limit: 5, after: 'a' };
const newest = { limit: 5, before: 'b' };
const page = { ...names, order: 'newest' } as const;
const events = { after: 1, limit: 5, types: ['run_end'] };
const removed = { abort: true, records: true };
const submissions = { agent: 'a', instance: 'i', session: 's', state: 'failed', since, ...newest } as const;
const runs = { workflow: 'w', state: ['failed'], since, ...newest } as const;
const approvals = { workflow: 'w', runId: 'r', agent: 'a', submissionId: 's', ...names };
const executions = { kind: 'run', name: 'w', state: 'failed', since, ...newest } as const;

/** The call of the client for each route, with everything that its query takes. */
const calls: Readonly<Record<string, (client: Client) => unknown>> = {
  health: (c) => c.health(),
  ready: (c) => c.ready(),
  metrics: (c) => c.metrics(),
  describeApi: (c) => c.openapi(),
  listAgents: (c) => c.agents.list(),
  readAgent: (c) => c.agents.get('a'),
  promptAgent: (c) => c.agents.invoke('a', 'i', { message: 'Hi' }, start),
  abortSession: (c) => c.agents.abort('a', 'i', 's'),
  useSkill: (c) => c.agents.skill('a', 'i', 'k', { args: {} }, start),
  startTask: (c) => c.agents.task('a', 'i', { prompt: 'p' }, start),
  listInstances: (c) => c.agents.instances('a', names),
  deleteInstance: (c) => c.agents.delete('a', 'i', removed),
  dispatchToAgent: (c) => c.agents.dispatch('a', 'i', { message: 'Hi' }, { idempotencyKey: 'k' }),
  listSessions: (c) => c.sessions.list('a', 'i', names),
  readHistory: (c) => c.sessions.messages('a', 'i', 's', page),
  readEntries: (c) => c.sessions.entries('a', 'i', 's', page),
  exportSession: (c) => all(c.sessions.export('a', 'i', 's')),
  deleteSession: (c) => c.sessions.delete('a', 'i', 's', removed),
  createSession: (c) => c.sessions.create('a', 'i', 's'),
  forkSession: (c) => c.sessions.fork('a', 'i', 's', { session: 't' }),
  importSession: (c) => c.sessions.import('a', 'i', 's', ['{}']),
  compactSession: (c) => c.sessions.compact('a', 'i', 's'),
  listFiles: (c) => c.files.list('a', 'i', '/f'),
  readFile: (c) => c.files.read('a', 'i', '/f'),
  listSubmissions: (c) => c.submissions.list(submissions),
  readSubmission: (c) => c.submissions.get('x'),
  readSubmissionEvents: (c) => c.submissions.events('x', events),
  streamSubmission: (c) => all(c.submissions.stream('x')),
  abortSubmission: (c) => c.submissions.abort('x'),
  listWorkflows: (c) => c.workflows.list(),
  readWorkflow: (c) => c.workflows.get('w'),
  startWorkflow: (c) => c.workflows.invoke('w', {}, { ...start, wait: true }),
  listRuns: (c) => c.runs.list(runs),
  readRun: (c) => c.runs.get('x'),
  readRunEvents: (c) => c.runs.events('x', events),
  streamRun: (c) => all(c.runs.stream('x')),
  cancelRun: (c) => c.runs.cancel('x'),
  redriveRun: (c) => c.runs.redrive('x'),
  resumeRun: (c) => c.runs.resume('x'),
  forkRun: (c) => c.runs.fork('x', 'one'),
  explainStep: (c) => c.runs.why('x', 'one'),
  signalRun: (c) => c.runs.signal('x', 't'),
  listApprovals: (c) => c.approvals.list(approvals),
  answerApproval: (c) => c.approvals.resolve('x', 'one', { decision: 'approved' }),
  listSchedules: (c) => c.schedules.list(),
  triggerSchedule: (c) => c.schedules.trigger('n'),
  listChannels: (c) => c.channels.list(),
  listCallbacks: (c) => c.callbacks.list({ callback: 'h', state: ['failed'], ...newest }),
  readCallback: (c) => c.callbacks.get('x'),
  redeliverCallback: (c) => c.callbacks.redeliver('x'),
  adminStatus: (c) => c.admin.status(),
  adminUsage: (c) => c.admin.usage({ since }),
  adminExecutions: (c) => c.admin.executions.list(executions),
  adminListInstances: (c) => c.admin.instances('a', names),
  adminListSessions: (c) => c.admin.sessions.list('a', 'i', names),
  adminReadHistory: (c) => c.admin.sessions.messages('a', 'i', 's', page),
  adminReadEntries: (c) => c.admin.sessions.entries('a', 'i', 's', page),
  adminListSubmissions: (c) => c.admin.submissions.list(submissions),
  adminReadSubmission: (c) => c.admin.submissions.get('x'),
  adminReadSubmissionEvents: (c) => c.admin.submissions.events('x', events),
  adminListRuns: (c) => c.admin.runs.list(runs),
  adminReadRun: (c) => c.admin.runs.get('x'),
  adminReadRunEvents: (c) => c.admin.runs.events('x', events),
  adminListApprovals: (c) => c.admin.approvals.list(approvals),
  adminListSchedules: (c) => c.admin.schedules.list(),
};

/** Routes that are not for programs like the client, and why. */
const without: Readonly<Record<string, string>> = {
  receiveDelivery: 'services sign what they deliver',
  readApi: 'a page for people',
};

describe('every route has a call of the client', () => {
  for (const { operation, method, path, query, streams } of routes) {
    if (Object.hasOwn(without, operation)) continue;
    it(`${method} ${path}`, async () => {
      const call = calls[operation];
      if (call === undefined)
        throw new Error(`the client has no call for "${operation}"; add one, and name it here`);
      const asked: { method: string; url: URL }[] = [];
      const client = createClient({
        baseUrl: 'http://127.0.0.1:1',
        fetch: (url, init) => {
          asked.push({ method: init?.method ?? 'GET', url: new URL(String(url)) });
          const accept = new Headers(init?.headers).get('accept') ?? 'application/json';
          return Promise.resolve(streams === 'always' ? new Response(null, { status: 204 }) : empty(accept));
        },
      });
      await call(client);
      expect(asked).to.have.length(1);
      const pattern = new RegExp(`^${path.replace(/[.]/g, '\\.').replace(/:\w+/g, '[^/]+')}$`);
      expect(asked[0]?.method).to.equal(method);
      expect(asked[0]?.url.pathname).to.match(pattern);
      // A stream says in a header where it goes on.
      const expected = streams === 'always' ? [] : Object.keys(query);
      expect([...(asked[0]?.url.searchParams.keys() ?? [])].sort()).to.deep.equal([...expected].sort());
    });
  }

  it('and no call is for a route that is gone', () => {
    const operations = routes.map(({ operation }) => operation);
    expect(operations).to.include.members([...Object.keys(calls), ...Object.keys(without)]);
  });
});

/** What any route could answer, when it has nothing to tell. */
function empty(contentType: string): Response {
  const lists = [
    'agents',
    'approvals',
    'callbacks',
    'channels',
    'deliveries',
    'events',
    'executions',
    'files',
  ];
  const others = [
    'instances',
    'messages',
    'entries',
    'runs',
    'schedules',
    'sessions',
    'submissions',
    'workflows',
  ];
  const words = ['aborted', 'accepted', 'cancelled', 'id', 'name', 'runId', 'step', 'submissionId', 'time'];
  return new Response(
    JSON.stringify({
      result: {},
      next: null,
      ...Object.fromEntries([...lists, ...others].map((key) => [key, []])),
      ...Object.fromEntries(words.map((key) => [key, ''])),
    }),
    { headers: { 'content-type': contentType } },
  );
}

async function all(items: AsyncIterable<unknown>): Promise<void> {
  for await (const _item of items);
}
