import type { Sandbox as SandboxSpec } from '../../../program/sandbox.ts';

/** What machines of one service are found again by: texts of letters, digits and dashes. */
export interface Labels {
  /** The store of the engine whose machines they are. */
  readonly 'engine-store': string;
  /** The owner of the files and the sandbox they are of. */
  readonly 'engine-owner': string;
}

/** A service that lends machines, as one sandbox uses it. */
export interface RemoteService {
  /** Makes a machine. */
  create(labels: Labels): Promise<RemoteMachine>;
  /** Wakes a machine up; undefined where there is none any more. */
  connect(id: string): Promise<RemoteMachine | undefined>;
  /** The machine that has these labels. */
  find(labels: Labels): Promise<string | undefined>;
  /** Ends a machine with its files; one that is not there is no fault. */
  remove(id: string): Promise<void>;
}

/** A machine of a service, awake. What fails throws whatever the package of the service throws. */
export interface RemoteMachine {
  readonly id: string;
  /** Whether `shell` takes an environment apart from the script. */
  readonly takesEnv: boolean;
  /** Runs a script for `sh`, without input, to its end, and gives its output, at least all of it that is ASCII. */
  shell(script: string, options: ShellOptions): Promise<string>;
  /** Replaces a file or makes it; its folder is there. */
  upload(path: string, content: Uint8Array): Promise<void>;
  download(path: string): Promise<Uint8Array>;
  /** Keeps the machine awake, if it can for so long, and tells for how long from now it will be, in milliseconds. */
  stayAwake?(forMs: number): Promise<number>;
  /** Gives up the connections to the machine, which goes on. */
  letGo?(): void;
  /** Puts the machine to sleep, as the service can, with its files. */
  sleep?(): Promise<void>;
}

/** How a script runs on a machine. */
export interface ShellOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** When to stop waiting; the script is to end by itself before. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}

/** What a service is opened with. */
export interface ServiceGiven {
  readonly spec: SandboxSpec;
  readonly service: NonNullable<SandboxSpec['service']>;
  /** The package of the service. */
  readonly sdk: unknown;
  readonly apiKey: string;
  /** The second part of the key, of services that have two. */
  readonly apiSecret: string | undefined;
  /** Whether machines outlive this process. */
  readonly isLasting: boolean;
}

/** Opens a service; makes no call yet. Throws Problem `invalid_project` for what it cannot keep to. */
export type OpenService = (given: ServiceGiven) => RemoteService;
