import assert from 'node:assert/strict';
import { Problem } from '../../core/problem.ts';
import type { Sandbox, SandboxSnapshot } from '../../ports/sandbox.ts';
import type { Sandbox as SandboxSpec } from '../../program/sandbox.ts';

/** How the suite opens the sandbox under test. */
export interface SandboxSubject {
  /** A fresh sandbox whose spec is the subject's own (workspace, type, limits) with these changes. */
  open(
    changes?: Partial<Pick<SandboxSpec, 'write' | 'shell' | 'commands' | 'compound'>>,
    options?: {
      /** Texts by path in the workspace that are there from the start. */
      readonly files?: Readonly<Record<string, string>>;
      readonly restore?: SandboxSnapshot;
      readonly env?: Readonly<Record<string, string>>;
    },
  ): Promise<Sandbox>;
  /** Opens the files of a sandbox that was closed; only of one that keeps them by itself. */
  reopen?(closed: Sandbox): Promise<Sandbox>;
}

/** One promise of the sandbox port, for any test runner. */
export interface SandboxCase {
  readonly title: string;
  /**
   * What not every sandbox has: `boundary` keeps commands from files outside and from writing; `snapshot` gives its files to be stored;
   * `keeping` stores them itself; `processes` runs several at a time.
   */
  readonly needs?: 'boundary' | 'snapshot' | 'keeping' | 'processes';
  run(subject: SandboxSubject): Promise<void>;
}

/** Everything allowed. */
export const free = { write: true, shell: true, compound: true } as const;

/** Bytes as text. */
export const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

/** Passes when a call ends with a Problem of this code. */
export async function rejectsWith(code: string, call: () => Promise<unknown>): Promise<void> {
  await assert.rejects(call, (thrown) => thrown instanceof Problem && thrown.code === code);
}
