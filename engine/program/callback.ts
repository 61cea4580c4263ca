import type { CallbackEvent } from '../core/records/callback.ts';
import type { Template } from '../expr/index.ts';
import type { Retry, Sign } from './tool.ts';

/** An address that is told of outcomes, in a signed request. */
export interface Callback {
  readonly name: string;
  readonly description: string;
  /** Over `{env}`. */
  readonly url: Template;
  readonly sign: Sign;
  readonly on: readonly CallbackEvent[];
  /** Only runs of these; undefined: all, or none where `agents` is given. */
  readonly workflows: readonly string[] | undefined;
  /** Only messages to these; undefined: all, or none where `workflows` is given. */
  readonly agents: readonly string[] | undefined;
  /** What is told besides ids, status and times. */
  readonly include: readonly ('output' | 'error' | 'question')[];
  readonly retry: Omit<Retry, 'on'>;
  /** Of one attempt. */
  readonly timeoutMs: number;
}
