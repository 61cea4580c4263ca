import { createSandboxes } from '../../../engine/adapters/sandbox/sandboxes.ts';
import type { Sandbox, SandboxSnapshot } from '../../../engine/ports/sandbox.ts';
import type { Sandbox as SandboxSpec } from '../../../engine/program/sandbox.ts';

/** A sandbox spec with everything off, changed as given. */
export function sandboxSpec(changes: Partial<SandboxSpec> = {}): SandboxSpec {
  const start = { line: 1, column: 1, offset: 0 };
  return {
    name: 'box',
    hash: 'hash',
    origin: { file: 'src/sandboxes/box.yaml', range: { start, end: start }, pointer: '' },
    type: 'virtual',
    workspace: '/workspace',
    write: false,
    shell: false,
    commands: [],
    commandRules: [],
    compound: true,
    files: { read: undefined, write: undefined, protect: [] },
    network: { allow: [], deny: [] },
    mounts: [],
    env: {},
    limits: { timeoutMs: 5_000, outputBytes: 10_000, fileBytes: 100_000 },
    bounds: { files: 1000, memoryMb: 512, processes: 64 },
    module: undefined,
    options: {},
    ...changes,
  };
}

/** Opens a virtual sandbox for tests. */
export function openTestSandbox(
  changes: Partial<SandboxSpec> = {},
  options: {
    readonly restore?: SandboxSnapshot;
    readonly env?: Readonly<Record<string, string>>;
    readonly projectRoot?: string;
  } = {},
): Promise<Sandbox> {
  const { projectRoot = process.cwd(), env = {}, ...rest } = options;
  return createSandboxes({ projectRoot }).open(sandboxSpec(changes), { env, ...rest });
}
