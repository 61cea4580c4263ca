import type { ChannelRecord } from '../core/records/channel.ts';
import type { ScheduleRecord } from '../core/records/schedule.ts';
import type { AnyProject } from '../core/register.ts';
import { createInstances } from './agents.ts';
import { createApprovalReads } from './approvals.ts';
import { allOf } from './pages.ts';
import { pathOf } from './paths.ts';
import { listed, type Transport } from './request.ts';
import { createRunReads } from './runs.ts';
import { createSessionReads } from './sessions.ts';
import { createSubmissionReads } from './submissions.ts';
import type { ClientAdmin, ClientChannels, ClientSchedules } from './types/admin.ts';

/** The `admin` part of a client. */
export function createAdmin(transport: Transport): ClientAdmin<AnyProject> {
  const executions: ClientAdmin['executions'] = {
    list: ({ state, ...filter } = {}, call) =>
      transport.json({
        ...{ method: 'GET', path: '/admin/executions', has: 'executions', ...call },
        query: { ...filter, state: listed(state) },
      }),
    all: (filter, call) =>
      allOf('executions', (before) =>
        executions.list({ ...filter, ...(before === undefined ? {} : { before }) }, call),
      ),
  };
  return {
    status: (call) => transport.json({ method: 'GET', path: '/admin/status', ...call }),
    usage: ({ since } = {}, call) =>
      transport.json({ method: 'GET', path: '/admin/usage', query: { since }, ...call }),
    executions,
    ...createInstances(transport, '/admin'),
    sessions: createSessionReads(transport, '/admin'),
    submissions: createSubmissionReads(transport, '/admin'),
    runs: createRunReads(transport, '/admin'),
    approvals: createApprovalReads(transport, '/admin'),
    schedules: createScheduleReads(transport, '/admin'),
  };
}

/** The `schedules` part of a client. */
export function createSchedules(transport: Transport): ClientSchedules<AnyProject> {
  return {
    ...createScheduleReads(transport, ''),
    trigger: async (name, call) =>
      transport.json({ method: 'POST', path: `/schedules${pathOf(name)}/trigger`, has: 'time', ...call }),
  };
}

/** The `channels` part of a client. */
export function createChannels(transport: Transport): ClientChannels {
  return {
    async list(call) {
      const { channels } = await transport.json<{ channels: readonly ChannelRecord[] }>({
        ...{ method: 'GET', path: '/channels', has: 'channels', ...call },
      });
      return channels;
    },
  };
}

function createScheduleReads(
  transport: Transport,
  prefix: string,
): Pick<ClientSchedules<AnyProject>, 'list'> {
  return {
    async list(call) {
      const { schedules } = await transport.json<{ schedules: readonly ScheduleRecord[] }>({
        ...{ method: 'GET', path: `${prefix}/schedules`, has: 'schedules', ...call },
      });
      return schedules;
    },
  };
}
