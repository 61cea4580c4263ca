import type { Sandbox as SandboxSpec } from '../program/sandbox.ts';
import type { ExecResult, FileInfo } from './sandbox.ts';

/**
 * The files and processes of some machine, for a sandbox whose policy the engine keeps: paths are absolute, normalised and inside the
 * workspace, `/tmp` or a mount, writing and commands are allowed already. What fails throws, with a code such as `ENOENT` or `EISDIR` at
 * the start of the message, or a Problem.
 */
export interface SandboxHost {
  /** The whole file. Throws `EFBIG` for a file of more than `maxBytes`. */
  readFile(path: string, maxBytes: number): Promise<Uint8Array>;
  /** Replaces the file or makes it, with the folders on the way. */
  writeFile(path: string, content: Uint8Array): Promise<void>;
  /** Follows links; undefined where there is nothing. */
  stat(path: string): Promise<FileInfo | undefined>;
  /** Entries of a folder, in any order. */
  list(path: string): Promise<readonly FileInfo[]>;
  /** Makes a folder with those on the way; one that is there is no fault. */
  makeFolder(path: string): Promise<void>;
  /** Removes a file, an empty folder or, where it says so, a folder with all that is in it; links are removed, not followed. */
  remove(path: string, recursive: boolean): Promise<void>;
  /** Runs a command to its end; ends it and what it started at `signal` and after `timeoutMs` (Problem `aborted`, `timeout`). */
  run(command: HostCommand): Promise<ExecResult>;
  /** Ends what still runs. */
  close(): Promise<void>;
}

/** A command as a machine is to run it. */
export interface HostCommand {
  /** Its words where it is one command of plain words: run without a shell. */
  readonly argv: readonly [string, ...string[]] | undefined;
  /** The same for a POSIX shell. */
  readonly script: string;
  readonly cwd: string;
  /** All of its environment, but what the machine needs itself. */
  readonly env: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** Most bytes of each of its outputs; the rest is dropped while it runs. */
  readonly outputBytes: number;
  /** Whether it may change files. */
  readonly write: boolean;
  /** All that it may see of the workspace. */
  readonly folder: string;
}

/**
 * Makes the machine of a custom sandbox: what the module of a spec with `type: custom` exports as `default` or `openSandbox`, and what
 * `createEngine({ sandboxes })` takes. Called once for each instance that works in it.
 *
 * @example export const openSandbox: OpenSandboxHost = async ({ spec, owner }) => connect(spec.options, owner)
 */
export type OpenSandboxHost = (given: {
  readonly spec: SandboxSpec;
  /** Key of the instance or run whose files they are; the same one comes back after a restart. */
  readonly owner: string;
  /** Folder of the project on this machine. */
  readonly projectRoot: string;
}) => Promise<SandboxHost> | SandboxHost;
