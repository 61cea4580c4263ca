import type { Engine } from '../../api.ts';
import { refuseUnknown } from '../../core/refuse-unknown.ts';
import { executionStates } from '../../core/status.ts';
import { listReader } from '../answers/bounded-page.ts';
import { refuseNarrow } from '../auth/own-only.ts';
import { integer, list, text, time, word } from '../requests/parameters.ts';
import { route, type Route } from '../route.ts';
import { at, listOf, objectOf } from '../openapi/shape.ts';

/** Reading routes that operators have under `/admin` too, with a scope of its own. */
const readable = [
  'listInstances',
  'listSessions',
  'readHistory',
  'readEntries',
  'listRuns',
  'readRun',
  'readRunEvents',
  'listSubmissions',
  'readSubmission',
  'readSubmissionEvents',
  'listApprovals',
  'listSchedules',
];

/**
 * What operators see: everything, whoever it belongs to, and nothing that changes anything.
 * @param others the routes some of which are offered here too.
 */
export function adminRoutes(others: readonly Route[]): readonly Route[] {
  return [
    ...own,
    ...others
      .filter(({ operation }) => readable.includes(operation))
      .map((one): Route => ({
        ...one,
        path: `/admin${one.path}`,
        operation: `admin${one.operation[0]?.toUpperCase() ?? ''}${one.operation.slice(1)}`,
        access: 'admin',
      })),
  ];
}

const own: readonly Route[] = [
  route({
    method: 'GET',
    path: '/admin/status',
    operation: 'adminStatus',
    access: 'admin',
    summary: 'What is served: names, the hash of the specs, and which secrets are missing, by name only.',
    answers: { 200: { description: 'The project.', schema: () => at('ProjectStatus') } },
    async handle({ engine: { program, secrets }, caller }) {
      refuseNarrow(caller);
      const body = {
        name: program.name,
        hash: program.hash,
        agents: Object.keys(program.agents),
        workflows: Object.keys(program.workflows),
        channels: Object.keys(program.channels),
        schedules: Object.keys(program.schedules),
        unavailable: program.unavailable.map(({ message, origin }) => ({ message, file: origin.file })),
        secrets: { declared: Object.keys(program.settings.secrets), ...secrets },
      };
      return Promise.resolve({ status: 200, body });
    },
  }),
  route({
    method: 'GET',
    path: '/admin/usage',
    operation: 'adminUsage',
    access: 'admin',
    summary: 'Tokens and cost of the work that is still stored, by agent and workflow.',
    query: { since: time('Only work accepted then or later.') },
    answers: { 200: { description: 'The sum, and a line for each.', schema: () => at('UsageReport') } },
    async handle({ engine, caller, query }) {
      refuseNarrow(caller);
      return { status: 200, body: await engine.usage(query) };
    },
  }),
  route({
    method: 'GET',
    path: '/admin/executions',
    operation: 'adminExecutions',
    access: 'admin',
    summary: 'Runs and messages to agents in one list, newest first.',
    query: {
      kind: word(['run', 'submission'] as const, 'Only of this kind.'),
      name: text('Only of this workflow or agent.'),
      state: list(executionStates, 'Only those in these states.'),
      since: time('Only what was accepted then or later.'),
      limit: integer(1, 1000, 'At most so many. Default: 100.'),
      before: text('Only what was accepted before this one; the `next` of the page before.'),
    },
    throws: ['run_not_found', 'submission_not_found', 'agent_not_found', 'workflow_not_found', 'not_found'],
    answers: {
      200: {
        description: 'A page; `next` is null on the last page.',
        schema: () => objectOf({ executions: listOf(at('Execution')), next: { type: ['string', 'null'] } }),
      },
    },
    async handle({ engine, caller, query: { state, ...filter } }) {
      refuseNarrow(caller);
      const { limit = 100, before, ...rest } = filter;
      if (before?.startsWith('sub_') === true) await engine.submissions.get(before);
      else if (before !== undefined) await engine.runs.get(before);
      const idOf = ({ id }: { readonly id: string }): string => id;
      const read = listReader(idOf, async (page) => {
        const found = await engine.executions({
          ...{ ...rest, ...page, brief: true },
          ...(state === undefined ? {} : { states: state }),
        });
        return found.map(({ id, kind, name, state: now, parent, usage, createdAt, endedAt }) => ({
          ...{ id, kind, name, state: now },
          ...(parent === undefined ? {} : { parent }),
          ...(usage === undefined ? {} : { usage }),
          createdAt: new Date(createdAt).toISOString(),
          ...(endedAt === undefined ? {} : { endedAt: new Date(endedAt).toISOString() }),
        }));
      });
      // Without inputs and outputs all are small: the limit is bound enough.
      const { items: executions, next } = await read(before, limit);
      if (executions.length === 0) await refuseUnknownName(engine, filter);
      return { status: 200, body: { executions, next } };
    },
  }),
];

/** Refuses a name that no workflow or agent has, and none of which anything is stored. */
async function refuseUnknownName(
  { program: { agents, workflows }, executions }: Engine,
  { name, kind }: { readonly name?: string; readonly kind?: 'run' | 'submission' },
): Promise<void> {
  if (name === undefined) return;
  const isLeft = async (): Promise<boolean> =>
    (await executions({ name, limit: 1, ...(kind === undefined ? {} : { kind }) })).length > 0;
  if (kind === 'run') return refuseUnknown('workflow', name, Object.keys(workflows), isLeft);
  if (kind === 'submission') return refuseUnknown('agent', name, Object.keys(agents), isLeft);
  const both = [...Object.keys(workflows), ...Object.keys(agents)];
  return refuseUnknown('workflow or agent', name, both, isLeft);
}
