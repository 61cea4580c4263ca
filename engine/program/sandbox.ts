import type { JsonObject } from '../core/json.ts';
import type { Origin } from '../core/range.ts';
import type { Value } from '../expr/index.ts';

/** Where tools work and what they may do there. Everything not granted is denied. */
export interface Sandbox {
  readonly name: string;
  readonly hash: string;
  readonly origin: Origin;
  readonly type:
    'none' | 'virtual' | 'isolated' | 'local' | 'daytona' | 'e2b' | 'modal' | 'runloop' | 'custom';
  /** Absolute path of the workspace inside the sandbox. */
  readonly workspace: string;
  readonly write: boolean;
  readonly shell: boolean;
  /** Commands the shell may run by name; empty: every command the sandbox has. */
  readonly commands: readonly string[];
  /** The same with what is said of their arguments. */
  readonly commandRules: readonly CommandRule[];
  /** Whether one line may hold several commands. */
  readonly compound: boolean;
  /** Path patterns of the files that may be read, that may be written (where it is not all), and that are out of reach. */
  readonly files: {
    readonly read: readonly string[] | undefined;
    readonly write: readonly string[] | undefined;
    readonly protect: readonly string[];
    /** Path patterns of the files that may be read and never changed. */
    readonly frozen?: readonly string[];
  };
  /** Hosts that may be reached, and those that may not whatever else is said; `*.` in front stands for any subdomain. */
  readonly network: { readonly allow: readonly string[]; readonly deny: readonly string[] };
  /** Project folders seen in the workspace: `from` is absolute on the host, `to` absolute in the sandbox. */
  readonly mounts: readonly { readonly from: string; readonly to: string; readonly write: boolean }[];
  readonly env: Readonly<Record<string, Value>>;
  readonly limits: {
    readonly timeoutMs: number;
    readonly outputBytes: number;
    readonly fileBytes: number;
  };
  /** Bounds of the sandbox as a whole, where it can keep them. */
  readonly bounds: {
    readonly files: number;
    readonly memoryMb: number;
    readonly processes: number;
  };
  /** Of `custom`: absolute path of the module that makes it, or the name of a package. */
  readonly module: string | undefined;
  /** Of a service: the machines that it lends. */
  readonly service?: SandboxService;
  readonly options: JsonObject;
}

/** The machines of a service, and the account they are of. */
export interface SandboxService {
  /** Names of declared secrets that hold the key, and its second part where it has one. */
  readonly apiKey: string;
  readonly apiSecret: string | undefined;
  /** Address of the service, and of its machines where they have one apart; undefined: those of its package. */
  readonly url: string | undefined;
  readonly machineUrl: string | undefined;
  /** What a machine begins with; undefined: as the service has it. */
  readonly image: string | undefined;
  readonly region: string | undefined;
  readonly cpu: number | undefined;
  readonly memoryMb: number | undefined;
  readonly diskGb: number | undefined;
  /** How long a machine stays awake without being used. */
  readonly idleMs: number;
  /** What becomes of a machine when its work ends. */
  readonly whenClosed: 'pause' | 'keep' | 'remove';
}

/** A command that may run. */
export interface CommandRule {
  readonly command: string;
  /** A pattern for each argument: `*` stands for any text, a last `**` for any further arguments; undefined: any arguments. */
  readonly args: readonly string[] | undefined;
}
