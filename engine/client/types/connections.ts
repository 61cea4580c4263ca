import type { EngineEvent } from '../../core/event.ts';
import type { PromptResult } from '../../core/records/answer.ts';
import type { JsonSchema } from '../../core/json.ts';
import type {
  AgentName,
  InputOf,
  Inputs,
  OutputOf,
  ProjectTypes,
  Registered,
  Spoken,
  WorkflowName,
} from '../../core/register.ts';
import type { Answered, Asking } from './agents.ts';
import type { StartOptions, StreamOptions } from './options.ts';
import type { RunResult } from './workflows.ts';

/** What goes with a message over a socket. */
type Besides<P extends ProjectTypes, Result extends JsonSchema | undefined> = Asking<P, Result> &
  Omit<StartOptions, 'timeoutMs'>;

/**
 * A socket to an agent instance. When it breaks or falls silent, it is opened again, and what was asked goes on without gap and
 * without being done twice. Leaving a loop over events early ends nothing else; a signal ends the work too.
 */
export interface AgentConnection<
  P extends ProjectTypes = Registered,
  Name extends AgentName<P> = AgentName<P>,
> {
  prompt<Result extends JsonSchema | undefined = undefined>(
    ...said: Spoken<InputOf<P['agents'], Name>, Besides<P, Result>>
  ): Promise<PromptResult<Answered<P, Name, Result>>>;
  /** Events until `submission_end`; a failed prompt ends the iteration with its Problem. */
  stream(...said: Spoken<InputOf<P['agents'], Name>, Besides<P, JsonSchema>>): AsyncIterable<EngineEvent>;
  /** Events of a message to this instance after an index, until `submission_end`; ends with its Problem when it failed. */
  subscribe(submissionId: string, options?: Omit<StreamOptions, 'timeoutMs'>): AsyncIterable<EngineEvent>;
  /** What is at work goes on without us; calls that wait throw Problem `aborted`. */
  close(): void;
}

/** A socket to a workflow, like one to an agent instance. */
export interface WorkflowConnection<
  P extends ProjectTypes = Registered,
  Name extends WorkflowName<P> = WorkflowName<P>,
> {
  invoke(
    ...given: Inputs<InputOf<P['workflows'], Name>, Omit<StartOptions, 'timeoutMs'>>
  ): Promise<RunResult<OutputOf<P['workflows'], Name>>>;
  /** Events until `run_end`; a failed run ends the iteration with its Problem. */
  stream(
    ...given: Inputs<InputOf<P['workflows'], Name>, Omit<StartOptions, 'timeoutMs'>>
  ): AsyncIterable<EngineEvent>;
  /** Events of a run of this workflow after an index, until `run_end`; ends with its Problem when it failed. */
  subscribe(runId: string, options?: Omit<StreamOptions, 'timeoutMs'>): AsyncIterable<EngineEvent>;
  close(): void;
}
