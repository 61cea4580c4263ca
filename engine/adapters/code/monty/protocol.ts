import type { Json, JsonObject } from '../../../core/json.ts';
import type { CodeFault, CodeLimits } from '../../../ports/code-runner.ts';

/** The first word of a process. */
export type Readiness = { readonly isReady: true } | { readonly isReady: false; readonly message: string };

/** A piece of work for the interpreter's process: from the beginning, or from an answered call, to the next call or the end. */
export type Order =
  | {
      readonly kind: 'start';
      readonly code: string;
      readonly inputs: JsonObject;
      readonly functions: readonly string[];
      /** What stands before the code when its types are looked at first. */
      readonly typing: string | undefined;
      readonly limits: CodeLimits;
    }
  | {
      readonly kind: 'resume';
      readonly paused: Uint8Array;
      readonly functions: readonly string[];
      readonly answer: Answer;
      readonly limits: CodeLimits;
    }
  | {
      readonly kind: 'feed';
      readonly state: Uint8Array | undefined;
      readonly inputs: readonly string[];
      /** Code that sets the inputs. */
      readonly setting: string;
      readonly code: string;
      /** Line that ends what is printed. */
      readonly mark: string;
      readonly limits: CodeLimits;
    };

/** What a function gave, or the exception that it is for the code. */
export type Answer =
  { readonly value: Json } | { readonly exception: { readonly type: string; readonly message: string } };

/** How a piece of work ended. */
export type Report = { readonly stdout: string; readonly truncated: boolean } & (
  | { readonly kind: 'done'; readonly value: Json; readonly state?: Uint8Array }
  | {
      readonly kind: 'call';
      readonly name: string;
      readonly args: readonly Json[];
      readonly named: JsonObject;
      readonly paused: Uint8Array;
    }
  | { readonly kind: 'failed'; readonly fault: CodeFault; readonly isLate: boolean }
  /** Findings about types, as the package lists them. */
  | { readonly kind: 'mistyped'; readonly found: Json }
  /** What was asked for cannot be done. */
  | { readonly kind: 'refused'; readonly message: string }
  /** The package itself could not be loaded, or failed in a way that is nobody's code. */
  | { readonly kind: 'broken'; readonly message: string }
);
