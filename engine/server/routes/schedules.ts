import type { Engine, ScheduleRecord } from '../../api.ts';
import { Problem } from '../../core/problem.ts';
import { choices } from '../../core/suggest.ts';
import type { Caller } from '../auth/caller.ts';
import { visibleTo } from '../auth/unlisted.ts';
import { route, type Route } from '../route.ts';
import { at, listOf, objectOf } from '../openapi/shape.ts';
import { emptyBody, readEmpty } from './empty-body.ts';
import { runLocation, submissionLocation } from './locations.ts';

/** When work begins by itself. */
export const scheduleRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/schedules',
    operation: 'listSchedules',
    access: 'workflows',
    summary: 'The schedules, with the last and the next time of each.',
    answers: {
      200: {
        description: 'Schedules by name.',
        schema: () => objectOf({ schedules: listOf(at('Schedule')) }),
      },
    },
    async handle({ engine, caller }) {
      return { status: 200, body: { schedules: await schedulesFor(caller, engine) } };
    },
  }),
  route({
    method: 'POST',
    path: '/schedules/:name/trigger',
    operation: 'triggerSchedule',
    access: 'admin',
    summary: 'Fires a schedule now, whatever its times are, also when it is turned off.',
    throws: ['not_found', 'invalid_input', 'conflict', 'session_busy'],
    body: emptyBody,
    answers: {
      202: {
        description: 'The work is stored and will be carried through; `Location` says where to follow it.',
        schema: () => at('ScheduleFired'),
        headers: ['Location'],
      },
    },
    async handle({ engine, caller, params: { name }, body }) {
      readEmpty(body, 'the body');
      const names = (await schedulesFor(caller, engine)).map((one) => one.name);
      if (!names.includes(name))
        throw new Problem('not_found', `no schedule "${name}"${choices(name, names)}`);
      const fired = await engine.schedules.trigger(name);
      const where = 'runId' in fired ? runLocation(fired.runId) : submissionLocation(fired.submissionId);
      return { status: 202, body: fired, headers: { Location: where } };
    },
  }),
];

/** Schedules of the agents and workflows that there are for a caller. */
async function schedulesFor(caller: Caller, engine: Engine): Promise<readonly ScheduleRecord[]> {
  const { agents, workflows } = visibleTo(caller, engine.program);
  return (await engine.schedules.list()).filter(
    ({ agent, workflow }) =>
      (agent === undefined || Object.hasOwn(agents, agent)) &&
      (workflow === undefined || Object.hasOwn(workflows, workflow)),
  );
}
