import type { Json } from '../../core/json.ts';
import type { ProblemData } from '../../core/problem.ts';
import type { StepStatus } from '../../core/status.ts';

/** One part of a condition, what it gave, and where that came from. */
export interface ConditionPart {
  /** The part as it is written. */
  readonly source: string;
  /** Absent when it failed, or was not looked at. */
  readonly value?: Json;
  readonly error?: string;
  /** Another part had decided already. */
  readonly ignored?: true;
  /** Names from the scope downwards, when the part only reads. */
  readonly path?: readonly string[];
  /** `input`, `env`, `run`, a name of the block around, or the step that gave the value. */
  readonly from?: string;
  readonly parts: readonly ConditionPart[];
}

/** Why a step of a run went as it did. */
export interface Explanation {
  readonly runId: string;
  readonly workflow: string;
  readonly step: string;
  readonly verb: string;
  /** `running`: it began and has no end yet; `not_reached`: it never began. */
  readonly status: StepStatus | 'running' | 'not_reached';
  readonly error?: ProblemData;
  /** One line. */
  readonly reason: string;
  readonly conditions: readonly {
    readonly step: string;
    readonly kind: 'if' | 'case';
    readonly index?: number;
    readonly tree?: ConditionPart;
    readonly chosen: boolean;
    /** Changes that would have made it otherwise; each list is enough. */
    readonly otherwise: readonly (readonly {
      readonly path: readonly string[];
      readonly was?: Json;
      readonly needs: string;
      readonly to: Json;
    }[])[];
  }[];
}
