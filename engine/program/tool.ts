import type { JsonSchema } from '../core/json.ts';
import type { Origin } from '../core/range.ts';
import type { Template, Value } from '../expr/index.ts';

/** Tools every engine has. */
export const builtinTools = [
  'read',
  'write',
  'edit',
  'ls',
  'glob',
  'grep',
  'bash',
  'task',
  'load_skill',
] as const;

/** Name of a built-in tool. */
export type BuiltinTool = (typeof builtinTools)[number];

/** How often and how patiently something is tried. */
export interface Retry {
  /** Tries in all, the first included. */
  readonly maxAttempts: number;
  readonly delayMs: number;
  readonly maxDelayMs: number;
  readonly backoff: 'fixed' | 'linear' | 'exponential';
  /** Problem codes that are tried again; empty: every retryable problem. */
  readonly on: readonly string[];
}

/** A declared tool. */
export interface Tool {
  readonly name: string;
  readonly hash: string;
  readonly origin: Origin;
  readonly description: string;
  /** Undefined only for a lone TypeScript tool, whose module brings them. */
  readonly inputSchema: JsonSchema | undefined;
  readonly outputSchema: JsonSchema | undefined;
  readonly annotations: {
    readonly readOnlyHint?: boolean;
    readonly destructiveHint?: boolean;
    readonly idempotentHint?: boolean;
    readonly openWorldHint?: boolean;
  };
  readonly timeoutMs: number | undefined;
  readonly retry: Retry | undefined;
  /** Names of secrets the tool may read. */
  readonly secrets: readonly string[];
  readonly run: NodeTool | HttpTool;
}

/** A tool in TypeScript or JavaScript. */
export interface NodeTool {
  readonly type: 'node';
  /** Absolute path of the module. */
  readonly module: string;
  /** Export that holds the tool; default `default`. */
  readonly export: string;
}

/** A tool that is one HTTP request. Templates and values see `{input, env}`; headers may also read `secrets`. */
export interface HttpTool {
  readonly type: 'http';
  readonly method: string;
  readonly url: Template;
  readonly query: Readonly<Record<string, Value>>;
  readonly headers: Readonly<Record<string, Value>>;
  readonly body: Value | undefined;
}
