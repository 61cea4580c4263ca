import type { Value } from '../expr/index.ts';

/** What the engine tells of itself, and where. */
export interface TelemetrySettings {
  /** Undefined: nothing is sent. */
  readonly otlp:
    | {
        /** Address that `/v1/traces` and `/v1/metrics` are added to; undefined: that of the environment, or `http://localhost:4318`. */
        readonly endpoint: string | undefined;
        /** Over `{secrets, env}`. */
        readonly headers: Readonly<Record<string, Value>>;
      }
    | undefined;
  /** Whether spans are sent. */
  readonly traces: boolean;
  /** Whether measurements are sent, and served at `/metrics`. */
  readonly metrics: boolean;
  /** Whether spans hold messages, and the arguments and results of tools. */
  readonly content: boolean;
  /** Hosts that are sent trace headers: names, `name:port`, `*.domain`. */
  readonly propagate: readonly string[];
  /** Undefined: that of the environment, or the name of the project. */
  readonly serviceName: string | undefined;
}
