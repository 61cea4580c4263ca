import type { Clock } from '../ports/clock.ts';
import type { CodeRunner } from '../ports/code-runner.ts';
import type { Harness } from '../ports/harness.ts';
import type { Models } from '../ports/model.ts';
import type { Observer } from '../ports/observer.ts';
import type { OpenSandboxHost } from '../ports/sandbox-host.ts';
import type { Sandboxes } from '../ports/sandbox.ts';
import type { Secrets, SecretSource } from '../ports/secrets.ts';
import type { Store } from '../ports/store.ts';
import type { Telemetry } from '../ports/telemetry.ts';
import type { ToolServers } from '../ports/tool-servers.ts';
import type { ToolSource } from '../ports/tool-source.ts';
import type { Program } from '../program/program.ts';

/** How to start an engine. Everything is optional but the project (or a ready Program). */
export interface EngineOptions {
  /** Project folder; default the current folder. */
  readonly project?: string;
  /** A compiled Program, instead of `project`. */
  readonly program?: Program;
  /** Replaces the store of the config. */
  readonly store?: Store | 'memory';
  /** Receives every event. */
  readonly observers?: readonly Observer[];
  /** Receives traces and measurements, from `createTelemetry`; goes before `telemetry` of the config. */
  readonly telemetry?: Telemetry;
  /** Environment for secrets and `env.*`; default `process.env`. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Asked for each declared secret once, before variables and files. */
  readonly secrets?: SecretSource;
  /** More runners of code by name; one called `monty` takes the place of the built-in one. */
  readonly codeRunners?: Readonly<Record<string, CodeRunner>>;
  /** More harnesses by name. */
  readonly harnesses?: Readonly<Record<string, Harness>>;
  /** What makes the machines of sandboxes of type `custom`, by the name of the sandbox; goes before the module that its spec names. */
  readonly sandboxes?: Readonly<Record<string, OpenSandboxHost>>;
  /** Take up at start what a crash or shutdown left unfinished; default true. */
  readonly recover?: boolean;
  /** Only look at what is stored: works beside the engine that owns the store, admits nothing; default false. */
  readonly readOnly?: boolean;
  /**
   * A cassette to write every model call into, for `replay`: a file, begun or gone on with. Known secrets and what looks like a key are
   * taken out.
   */
  readonly record?: string;
  /**
   * A cassette to answer every model call from: no network, no keys. A call that is not in it fails with `cassette_miss`.
   */
  readonly replay?: string;
  /** Ports to replace, mostly in tests. */
  readonly ports?: {
    readonly clock?: Clock;
    readonly models?: Models;
    readonly sandboxes?: Sandboxes;
    readonly secrets?: Secrets;
    readonly tools?: ToolSource;
    /** Default: MCP servers, through their SDK. */
    readonly servers?: ToolServers;
  };
}
