import type { EngineEvent } from '../../core/event.ts';
import type { Json, JsonSchema } from '../../core/json.ts';
import type { ImagePart, Message } from '../../core/message.ts';
import type { PromptResult } from '../../core/records/answer.ts';
import type { InstanceNote } from '../../core/records/conversation.ts';
import type { SubmissionReceipt } from '../../core/records/submission.ts';
import type {
  AgentName,
  InputOf,
  ModelName,
  OutputOf,
  ProjectTypes,
  Registered,
  Said,
  Suggested,
} from '../../core/register.ts';
import type { AgentConnection } from './connections.ts';
import type { DescribedAgent, Listed, Thinking } from './described.ts';
import type { CallOptions, DeleteOptions, Page, PageOptions, StartOptions, WaitOptions } from './options.ts';

/** How one call asks a model. */
export interface Asking<
  P extends ProjectTypes = Registered,
  Result extends JsonSchema | undefined = JsonSchema,
> {
  /** Default `default`. */
  readonly session?: string;
  readonly role?: P['roles'];
  readonly model?: ModelName<P>;
  readonly thinking?: Thinking;
  readonly images?: readonly Omit<ImagePart, 'type'>[];
  /** JSON Schema of the answer; default that of the agent. */
  readonly result?: Result;
}

/** What to say to an agent. */
export type Prompt<
  P extends ProjectTypes = Registered,
  Name extends AgentName<P> = AgentName<P>,
  Result extends JsonSchema | undefined = JsonSchema,
> = Said<InputOf<P['agents'], Name>> & Asking<P, Result>;

/** What is done by a skill. */
export interface SkillCall<
  P extends ProjectTypes = Registered,
  Result extends JsonSchema | undefined = JsonSchema,
> extends Asking<P, Result> {
  /** What the skill shall be done with. */
  readonly args?: Json;
}

/** A piece of work for a helper with an empty history. */
export interface TaskCall<
  P extends ProjectTypes = Registered,
  Result extends JsonSchema | undefined = JsonSchema,
> extends Asking<P, Result> {
  readonly prompt: string;
  /** A subagent of the agent; default the agent itself. */
  readonly agent?: string;
  /** A few words for people who watch. */
  readonly description?: string;
  /** Folder of the workspace that it is about, and all it sees. */
  readonly cwd?: string;
  /** For a subagent with an `inputSchema`. */
  readonly input?: Json;
}

/** Output of a call: what its `result` says is JSON, else what the agent declares. */
export type Answered<P extends ProjectTypes, Name extends AgentName<P>, Result> = [Result] extends [undefined]
  ? OutputOf<P['agents'], Name>
  : Json;

/** Talking to agents. */
export interface ClientAgents<P extends ProjectTypes = Registered> {
  list(options?: CallOptions): Promise<readonly Listed[]>;
  get(name: AgentName<P>, options?: CallOptions): Promise<DescribedAgent>;
  /**
   * Sends a message to an instance of an agent and waits for the answer.
   *
   * @example
   * const { text } = await client.agents.invoke('assistant', 'thread-1', { message: 'Hello' });
   */
  invoke<const Name extends AgentName<P>, Result extends JsonSchema | undefined = undefined>(
    name: Name,
    id: string,
    prompt: Prompt<P, Name, Result>,
    options?: WaitOptions,
  ): Promise<PromptResult<Answered<P, Name, Result>>>;
  /** Hands over a message and does not wait for its answer; it is carried through from then on. */
  dispatch<const Name extends AgentName<P>>(
    name: Name,
    id: string,
    prompt: Prompt<P, Name>,
    options?: StartOptions,
  ): Promise<SubmissionReceipt>;
  /**
   * Events until `submission_end`; a failed prompt ends the iteration with its Problem. Connects again like `runs.stream`.
   *
   * @example
   * for await (const event of client.agents.stream('assistant', 'thread-1', { message: 'Hello' }))
   *   if (event.type === 'text_delta') process.stdout.write(event.data.text);
   */
  stream<const Name extends AgentName<P>>(
    name: Name,
    id: string,
    prompt: Prompt<P, Name>,
    options?: StartOptions,
  ): AsyncIterable<EngineEvent>;
  /** Works by a skill of the project or the workspace. */
  skill<const Name extends AgentName<P>, Result extends JsonSchema | undefined = undefined>(
    name: Name,
    id: string,
    skill: Suggested<P['skills']>,
    call?: SkillCall<P, Result>,
    options?: WaitOptions,
  ): Promise<PromptResult<Answered<P, Name, Result>>>;
  /** Has a helper with an empty history do a piece of work. */
  task<Result extends JsonSchema | undefined = undefined>(
    name: AgentName<P>,
    id: string,
    task: TaskCall<P, Result>,
    options?: WaitOptions,
  ): Promise<PromptResult>;
  /** Messages so far, oldest first, of all pages. */
  history(
    name: AgentName<P>,
    id: string,
    session?: string,
    options?: CallOptions,
  ): Promise<readonly Message[]>;
  /** Ends the running prompt of a conversation and refuses the waiting ones; false when nothing ran. */
  abort(name: AgentName<P>, id: string, session?: string, options?: CallOptions): Promise<boolean>;
  /** A page of the instances that have a conversation, by their ids. */
  instances(
    name: AgentName<P>,
    page?: PageOptions,
    options?: CallOptions,
  ): Promise<Page<'instances', InstanceNote>>;
  /** All instances that have a conversation. */
  allInstances(name: AgentName<P>, options?: CallOptions): AsyncIterable<InstanceNote>;
  /** Removes all conversations of an instance, and its files. */
  delete(name: AgentName<P>, id: string, options?: DeleteOptions): Promise<void>;
  /**
   * An open WebSocket.
   *
   * @example
   * const socket = await client.agents.connect('assistant', 'thread-1');
   * const { text } = await socket.prompt('Hello');
   * socket.close();
   */
  connect<const Name extends AgentName<P>>(
    name: Name,
    id: string,
    options?: Pick<CallOptions, 'signal'>,
  ): Promise<AgentConnection<P, Name>>;
}
