import type { Json, JsonObject } from '../core/json.ts';
import type { Origin } from '../core/range.ts';
import type { Value } from '../expr/index.ts';
import type { ScriptRule } from './model.ts';

/** A test of a workflow or an agent (`tests/*.yaml`): input, faked models, tools and people, and what must come out. */
export interface SpecTest {
  readonly name: string;
  readonly hash: string;
  readonly origin: Origin;
  readonly description: string;
  readonly target: {
    readonly kind: 'agent' | 'workflow';
    readonly name: string;
    /** Of an agent: what is said to it, one after the other. */
    readonly messages: readonly string[];
    readonly input: Value | undefined;
  };
  /** Replies that take the place of every model; undefined: the models of the project. */
  readonly model: readonly ScriptRule[] | undefined;
  /** Results of tools by name. */
  readonly tools: Readonly<Record<string, Value>>;
  /** Failures of tools by name; `times` undefined: always. */
  readonly toolErrors: Readonly<
    Record<string, { readonly code: string; readonly message: string; readonly times: number | undefined }>
  >;
  /** By id of the step or name of the tool. */
  readonly approvals: Readonly<Record<string, TestDecision>>;
  /** By id of the step. */
  readonly answers: Readonly<
    Record<string, { readonly data: Value; readonly by: string; readonly afterMs: number }>
  >;
  /** By topic. */
  readonly events: Readonly<Record<string, { readonly data: Value; readonly afterMs: number }>>;
  readonly env: JsonObject;
  /** Where the clock starts, as ISO 8601. */
  readonly startAt: string;
  readonly expect: TestExpectation;
}

/** A decision on an approval. */
export interface TestDecision {
  readonly decision: 'approved' | 'rejected' | 'expired';
  readonly by: string;
  readonly data: Value | undefined;
  readonly afterMs: number;
}

/** What must come out; undefined is not looked at. */
export interface TestExpectation {
  readonly status: 'succeeded' | 'failed' | 'cancelled';
  /** Of a map only the keys given here count. */
  readonly output: Json | undefined;
  readonly text:
    { readonly equals?: string; readonly contains?: string; readonly pattern?: string } | undefined;
  /** Code of the failure. */
  readonly error: string | undefined;
  /** Paths of the steps that ran, in order. */
  readonly path: readonly string[] | undefined;
  /** Arguments of the calls of tools, by name. */
  readonly calls: Readonly<Record<string, readonly Json[]>>;
}
