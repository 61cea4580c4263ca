import type { CommandRule, Sandbox as SandboxSpec } from '../program/sandbox.ts';
import type { FileInfo } from '../core/records/file-info.ts';

export type { FileInfo } from '../core/records/file-info.ts';

/** What a command left. */
export interface ExecResult {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
  /** True when output was cut at the limit. */
  readonly truncated: boolean;
}

/**
 * Files and commands for tools, under the policy of its spec. Paths are absolute or relative to the workspace.
 * Contract: leaving the sandbox, writing without `write`, running without `shell` throw Problem `sandbox_denied`;
 * missing files and other failures throw Problem `sandbox_failed`; a failing command is a result, not a throw;
 * a command over its time is ended and throws Problem `timeout`; calls may run in parallel.
 */
export interface Sandbox {
  readonly spec: SandboxSpec;
  readFile(path: string): Promise<Uint8Array>;
  writeFile(path: string, content: Uint8Array | string): Promise<void>;
  stat(path: string): Promise<FileInfo | undefined>;
  /** Entries of a folder, sorted by name. */
  list(path: string): Promise<readonly FileInfo[]>;
  makeFolder(path: string): Promise<void>;
  remove(path: string, options?: { readonly recursive?: boolean }): Promise<void>;
  exec(
    command: string,
    options?: {
      readonly cwd?: string;
      readonly env?: Readonly<Record<string, string>>;
      readonly timeoutMs?: number;
      readonly signal?: AbortSignal;
      /** Commands that may run this time besides those of the spec, by name or by rule; where the spec names none, all may. */
      readonly commands?: readonly (string | CommandRule)[];
    },
  ): Promise<ExecResult>;
  /** Absolute, normalised path; throws Problem `sandbox_denied` when it leaves the sandbox. */
  resolve(path: string): string;
  /** The same files with less allowed. What is said holds for commands too; where it cannot be kept for them, the view has none. */
  restricted(view: SandboxView): Sandbox;
  /** Whether any call would have to begin a machine, or wake it up, which takes time and costs money; absent: it is there. */
  readonly asleep?: boolean;
  /** Changed since the last `snapshot`? Always false in a sandbox that keeps its files by itself. */
  readonly dirty: boolean;
  /** The workspace's own files (mounts left out), to be given to `open` again; marks it clean. */
  snapshot(): Promise<SandboxSnapshot>;
  close(): Promise<void>;
}

/** What a view of a sandbox takes away; nothing is given that the sandbox does not allow. */
export interface SandboxView {
  /** False: nothing is written. */
  readonly write?: boolean;
  /** False: no commands. */
  readonly shell?: boolean;
  /** Folder of the sandbox that is all of it, absolute or relative to the workspace: the workspace of the view. */
  readonly folder?: string;
}

/** Files by absolute path, base64. */
export interface SandboxSnapshot {
  readonly [path: string]: string;
}

/** Opens sandboxes by spec. Throws Problem `sandbox_failed` when the type is not available here. */
export interface Sandboxes {
  open(
    spec: SandboxSpec,
    options: {
      readonly restore?: SandboxSnapshot;
      readonly env: Readonly<Record<string, string>>;
      /** Whose files they are: the key of an instance or run, under which a sandbox keeps them by itself. */
      readonly owner?: string;
    },
  ): Promise<Sandbox>;
  /** Whether a sandbox of this spec keeps its files by itself, below the key of its owner. */
  keeps?(spec: SandboxSpec): boolean;
  /** Removes the files that are kept so for an owner. Resolves where there are none. */
  forget?(owner: string): Promise<void>;
  /** Removes those of everybody else. @param owners asked for after what is there was looked at: who comes later loses nothing. */
  keepOnly?(owners: () => Promise<readonly string[]>): Promise<void>;
}
