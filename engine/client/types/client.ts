import type { JsonObject } from '../../core/json.ts';
import type { ProjectTypes, Registered } from '../../core/register.ts';
import type { ClientAdmin, ClientChannels, ClientSchedules } from './admin.ts';
import type { ClientAgents } from './agents.ts';
import type { ClientCallbacks } from './callbacks.ts';
import type { ClientApprovals } from './approvals.ts';
import type { CallOptions } from './options.ts';
import type { ClientRuns } from './runs.ts';
import type { ClientFiles, ClientSessions } from './sessions.ts';
import type { ClientSubmissions } from './submissions.ts';
import type { ClientWorkflows } from './workflows.ts';

/**
 * A client of one server. Every method throws Problems: those of the server, `server_unreachable`, `timeout`, `aborted`. Names, inputs
 * and outputs are those of the project `P`, by default of the one that is registered (see `engine types`).
 */
export interface Client<P extends ProjectTypes = Registered> {
  readonly agents: ClientAgents<P>;
  readonly sessions: ClientSessions<P>;
  readonly files: ClientFiles<P>;
  readonly submissions: ClientSubmissions<P>;
  readonly workflows: ClientWorkflows<P>;
  readonly runs: ClientRuns<P>;
  readonly approvals: ClientApprovals<P>;
  readonly schedules: ClientSchedules<P>;
  readonly channels: ClientChannels;
  readonly callbacks: ClientCallbacks;
  readonly admin: ClientAdmin<P>;
  /** Tells that the process lives. */
  health(options?: CallOptions): Promise<{ readonly status: string }>;
  /** Tells that work is taken. Throws Problem `shutting_down`, `store_unavailable`. */
  ready(options?: CallOptions): Promise<{ readonly status: string }>;
  /** What was measured, in the text format of Prometheus. */
  metrics(options?: CallOptions): Promise<string>;
  /** The description of the API as OpenAPI 3.1. */
  openapi(options?: CallOptions): Promise<JsonObject>;
}
