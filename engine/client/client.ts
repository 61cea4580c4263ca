import { createAgents } from './agents.ts';
import { createApprovals } from './approvals.ts';
import { createTransport } from './request.ts';
import { createRuns } from './runs.ts';
import { createSubmissions } from './submissions.ts';
import type { Client, ClientOptions } from './types.ts';
import { createWorkflows } from './workflows.ts';

/**
 * A client of an engine's server, for Node and browsers.
 *
 * @example
 * const client = createClient({ baseUrl: 'http://127.0.0.1:8000' });
 * const { text } = await client.agents.invoke('assistant', 'thread-1', { message: 'Hello' });
 */
export function createClient(options: ClientOptions): Client {
  const transport = createTransport(options);
  return {
    health: ({ signal } = {}) => transport.json({ method: 'GET', path: '/health', signal }),
    agents: createAgents(transport, options),
    workflows: createWorkflows(transport, options),
    runs: createRuns(transport),
    approvals: createApprovals(transport),
    submissions: createSubmissions(transport),
  };
}
