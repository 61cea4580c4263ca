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
  /** Project folders seen in the workspace: `from` is absolute on the host, `to` absolute in the sandbox. */
  readonly mounts: readonly { readonly from: string; readonly to: string; readonly write: boolean }[];
  readonly env: Readonly<Record<string, Value>>;
  readonly limits: {
    readonly timeoutMs: number;
    readonly outputBytes: number;
    readonly fileBytes: number;
  };
  readonly options: JsonObject;
}
