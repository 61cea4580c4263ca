import type { AnyProject, ProjectTypes, Registered } from '../core/register.ts';
import { createAdmin, createChannels, createSchedules } from './admin.ts';
import { createAgents } from './agents.ts';
import { createCallbacks } from './callbacks.ts';
import { createApprovals } from './approvals.ts';
import { createRuns } from './runs.ts';
import { createFiles, createSessions } from './sessions.ts';
import { createSubmissions } from './submissions.ts';
import { createTransport } from './transport.ts';
import type { Client } from './types/client.ts';
import type { ClientOptions } from './types/options.ts';
import { createWorkflows } from './workflows.ts';

/**
 * A client of an engine's server, for Node and browsers.
 *
 * @example
 * const client = createClient({ baseUrl: 'http://127.0.0.1:8000' });
 * const { text } = await client.agents.invoke('assistant', 'thread-1', { message: 'Hello' });
 */
export function createClient<P extends ProjectTypes = Registered>(options: ClientOptions): Client<P> {
  const transport = createTransport(options);
  const client: Client<AnyProject> = {
    agents: createAgents(transport),
    sessions: createSessions(transport),
    files: createFiles(transport),
    submissions: createSubmissions(transport),
    workflows: createWorkflows(transport),
    runs: createRuns(transport),
    approvals: createApprovals(transport),
    schedules: createSchedules(transport),
    channels: createChannels(transport),
    callbacks: createCallbacks(transport),
    admin: createAdmin(transport),
    health: (call) => transport.json({ method: 'GET', path: '/health', ...call }),
    ready: (call) => transport.json({ method: 'GET', path: '/ready', ...call }),
    metrics: (call) =>
      transport.read({ method: 'GET', path: '/metrics', ...call }, (response) => response.text()),
    openapi: (call) => transport.json({ method: 'GET', path: '/openapi.json', ...call }),
  };
  return client as unknown as Client<P>;
}
