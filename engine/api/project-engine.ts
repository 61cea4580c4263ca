import type { EngineEvent } from '../core/event.ts';
import type { Usage } from '../core/message.ts';
import type { PromptResult } from '../core/records/answer.ts';
import type { RunReceipt } from '../core/records/run.ts';
import type { ScheduleFired } from '../core/records/schedule.ts';
import type { SubmissionReceipt } from '../core/records/submission.ts';
import type {
  AgentName,
  AnyProject,
  InputOf,
  Inputs,
  ModelName,
  OutputOf,
  ProjectTypes,
  Said,
  Spoken,
  Suggested,
  WorkflowName,
} from '../core/register.ts';
import type { PromptOptions, SkillOptions } from './call-options.ts';
import type { Engine } from './engine.ts';
import type { ResultOf, ResultSchema } from './result-schema.ts';
import type { EngineWorkflows } from './runs.ts';
import type { SentPrompt, Session } from './session.ts';
import type { EngineAgents } from './sessions.ts';
import type { DispatchMessage, ToInstance } from './submissions.ts';

/** An engine whose calls know the names, inputs and outputs of a project; of one that is not known it is an `Engine`. */
export type EngineOf<P extends ProjectTypes> = AnyProject extends P ? Engine : ProjectEngine<P>;

/** An engine of one project. */
export interface ProjectEngine<P extends ProjectTypes> extends Omit<
  Engine,
  'agents' | 'dispatch' | 'schedules' | 'workflows'
> {
  readonly agents: ProjectAgents<P>;
  /** See `Engine.dispatch`. */
  dispatch<const Name extends AgentName<P>>(
    agent: Name,
    message: Omit<DispatchMessage, 'message' | 'input' | 'role' | 'model'> &
      ToInstance &
      Said<InputOf<P['agents'], Name>> &
      HowOf<P>,
  ): Promise<SubmissionReceipt>;
  readonly workflows: ProjectWorkflows<P>;
  readonly schedules: Omit<Engine['schedules'], 'trigger'> & {
    trigger(name: P['schedules']): Promise<ScheduleFired>;
  };
}

/** The agents of one project. */
export interface ProjectAgents<P extends ProjectTypes> extends Omit<EngineAgents, 'session'> {
  /** See `EngineAgents.session`. */
  session<const Name extends AgentName<P>>(
    agent: Name,
    instance: string,
    session?: string,
  ): ProjectSession<P, Name>;
}

/** A conversation with an agent of one project. */
export interface ProjectSession<P extends ProjectTypes, Name extends AgentName<P>> extends Omit<
  Session,
  'prompt' | 'send' | 'skill' | 'stream'
> {
  /** See `Session.prompt`; without a `result` the output is that of the agent. */
  prompt<Result extends ResultSchema = never>(
    ...said: Spoken<InputOf<P['agents'], Name>, AskedOf<P, Result>>
  ): Promise<PromptResult<AnswerOf<P, Name, Result>>>;
  /** See `Session.send`. */
  send<Result extends ResultSchema = never>(
    ...said: Spoken<InputOf<P['agents'], Name>, AskedOf<P, Result>>
  ): Promise<SentPrompt<AnswerOf<P, Name, Result>>>;
  /** See `Session.skill`. */
  skill<Result extends ResultSchema = never>(
    name: Suggested<P['skills']>,
    options?: Omit<SkillOptions<Result>, 'role' | 'model'> & HowOf<P>,
  ): Promise<PromptResult<AnswerOf<P, Name, Result>>>;
  /** See `Session.stream`. */
  stream(...said: Spoken<InputOf<P['agents'], Name>, AskedOf<P, ResultSchema>>): AsyncIterable<EngineEvent>;
}

/** The workflows of one project. */
export interface ProjectWorkflows<P extends ProjectTypes> {
  /** See `EngineWorkflows.start`. */
  start<const Name extends WorkflowName<P>>(
    workflow: Name,
    ...given: Inputs<InputOf<P['workflows'], Name>, Parameters<EngineWorkflows['start']>[2]>
  ): Promise<RunReceipt>;
  /** See `EngineWorkflows.run`. */
  run<const Name extends WorkflowName<P>>(
    workflow: Name,
    ...given: Inputs<InputOf<P['workflows'], Name>, Parameters<EngineWorkflows['run']>[2]>
  ): Promise<{
    readonly runId: string;
    readonly output: OutputOf<P['workflows'], Name>;
    readonly usage: Usage;
  }>;
}

/** How a call asks a model, by names of the project. */
interface HowOf<P extends ProjectTypes> {
  readonly role?: P['roles'];
  readonly model?: ModelName<P>;
}

type AskedOf<P extends ProjectTypes, Result extends ResultSchema> = Omit<
  PromptOptions<Result>,
  'input' | 'role' | 'model'
> &
  HowOf<P>;

type AnswerOf<P extends ProjectTypes, Name extends AgentName<P>, Result> = [Result] extends [never]
  ? OutputOf<P['agents'], Name>
  : ResultOf<Result>;
