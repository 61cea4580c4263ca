import type { EngineEvent } from '../../core/event.ts';
import type { Json } from '../../core/json.ts';
import type { Usage } from '../../core/message.ts';
import type { RunReceipt } from '../../core/records/run.ts';
import type {
  InputOf,
  Inputs,
  IsLeftOut,
  OutputOf,
  ProjectTypes,
  Registered,
  WorkflowName,
} from '../../core/register.ts';
import type { ExecutionState } from '../../core/status.ts';
import type { WorkflowConnection } from './connections.ts';
import type { DescribedWorkflow, Listed } from './described.ts';
import type { CallOptions, StartOptions, WaitOptions } from './options.ts';

/** A run that was accepted. */
export interface Receipt extends RunReceipt {
  readonly state: ExecutionState;
}

/** A run that succeeded. */
export interface RunResult<Output = Json> {
  readonly runId: string;
  readonly output: Output;
  readonly usage: Usage;
}

/** Starting workflows. */
export interface ClientWorkflows<P extends ProjectTypes = Registered> {
  list(options?: CallOptions): Promise<readonly Listed[]>;
  get(name: WorkflowName<P>, options?: CallOptions): Promise<DescribedWorkflow>;
  /**
   * Starts a run; with `wait` the output, or the Problem of the run with its id in the details.
   *
   * @example
   * const { output } = await client.workflows.invoke('refund', { orderId: '17' }, { wait: true });
   */
  invoke<const Name extends WorkflowName<P>>(
    name: Name,
    input: InputOf<P['workflows'], Name> | Missing<InputOf<P['workflows'], Name>>,
    options: WaitOptions & { readonly wait: true },
  ): Promise<RunResult<OutputOf<P['workflows'], Name>>>;
  invoke<const Name extends WorkflowName<P>>(
    name: Name,
    ...given: Inputs<InputOf<P['workflows'], Name>, WaitOptions & { readonly wait?: false }>
  ): Promise<Receipt>;
  /** Starts a run and gives its events until `run_end`, which tells how it ended; connects again like `runs.stream`. */
  stream<const Name extends WorkflowName<P>>(
    name: Name,
    ...given: Inputs<InputOf<P['workflows'], Name>, StartOptions>
  ): AsyncIterable<EngineEvent>;
  /** An open WebSocket. */
  connect<const Name extends WorkflowName<P>>(
    name: Name,
    options?: Pick<CallOptions, 'signal'>,
  ): Promise<WorkflowConnection<P, Name>>;
}

/** `undefined` where the input may be left out. */
type Missing<Input> = IsLeftOut<Input> extends true ? undefined : never;
