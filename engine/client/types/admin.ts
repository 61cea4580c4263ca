import type { ChannelRecord } from '../../core/records/channel.ts';
import type { InstanceNote } from '../../core/records/conversation.ts';
import type { ScheduleFired, ScheduleRecord } from '../../core/records/schedule.ts';
import type { UsageReport } from '../../core/records/usage-report.ts';
import type { AgentName, ProjectTypes, Registered } from '../../core/register.ts';
import type { ExecutionState } from '../../core/status.ts';
import type { ApprovalReads } from './approvals.ts';
import type { ExecutionNote, ProjectStatus } from './described.ts';
import type { CallOptions, NewestOptions, Page, PageOptions } from './options.ts';
import type { RunReads } from './runs.ts';
import type { SessionReads } from './sessions.ts';
import type { SubmissionReads } from './submissions.ts';

/** Which runs and messages to list. */
export interface ExecutionFilter extends NewestOptions {
  readonly kind?: 'run' | 'submission';
  /** Of a workflow or an agent. */
  readonly name?: string;
  readonly state?: ExecutionState | readonly ExecutionState[];
  /** ISO time: only what was accepted then or later. */
  readonly since?: string;
}

/** Work that begins by itself. */
export interface ClientSchedules<P extends ProjectTypes = Registered> {
  list(options?: CallOptions): Promise<readonly ScheduleRecord[]>;
  /** Fires now, whatever its times are, also when it is turned off. */
  trigger(name: P['schedules'], options?: CallOptions): Promise<ScheduleFired>;
}

/** Webhooks of other services; what is delivered comes from them. */
export interface ClientChannels {
  /** The channels, with what came to each since the engine started. */
  list(options?: CallOptions): Promise<readonly ChannelRecord[]>;
}

/** What operators read: everything, whoever it belongs to. Needs the scope `admin`. */
export interface ClientAdmin<P extends ProjectTypes = Registered> {
  /** What is served, and which secrets are missing, by name only. */
  status(options?: CallOptions): Promise<ProjectStatus>;
  /** Tokens and cost of the work that is still stored, by agent and workflow. */
  usage(filter?: { readonly since?: string }, options?: CallOptions): Promise<UsageReport>;
  readonly executions: {
    /** A page of runs and messages in one list, newest first. */
    list(filter?: ExecutionFilter, options?: CallOptions): Promise<Page<'executions', ExecutionNote>>;
    /** All of them, newest first. */
    all(
      filter?: Omit<ExecutionFilter, 'before' | 'limit'>,
      options?: CallOptions,
    ): AsyncIterable<ExecutionNote>;
  };
  /** A page of the instances of an agent. */
  instances(
    agent: AgentName<P>,
    page?: PageOptions,
    options?: CallOptions,
  ): Promise<Page<'instances', InstanceNote>>;
  readonly sessions: SessionReads<P>;
  readonly submissions: SubmissionReads<P>;
  readonly runs: RunReads<P>;
  readonly approvals: ApprovalReads<P>;
  readonly schedules: Pick<ClientSchedules<P>, 'list'>;
}
