import { findBubblewrap } from '../../engine/adapters/sandbox/can-isolate.ts';
import { createSandboxes } from '../../engine/adapters/sandbox/sandboxes.ts';
import type { Sandbox } from '../../engine/ports/sandbox.ts';
import type { Sandbox as SandboxSpec } from '../../engine/program/sandbox.ts';

/** A sandbox of each type that works here. */
export async function openTiers(
  folder: string,
): Promise<readonly { readonly name: string; readonly sandbox: Sandbox }[]> {
  const sandboxes = createSandboxes({ projectRoot: folder, stateFolder: `${folder}/state` });
  const canIsolate = await findBubblewrap().then(
    () => true,
    (thrown: unknown) => {
      process.stdout.write(`${String(thrown)}\n\n`);
      return false;
    },
  );
  const types = ['virtual', 'local', ...(canIsolate ? (['isolated'] as const) : [])] as const;
  return Promise.all(
    types.map(async (type) => {
      const sandbox = await sandboxes.open(specOf(type), { env: {}, owner: type });
      await sandbox.writeFile('lines.txt', 'a line of text\n'.repeat(200));
      return { name: type, sandbox };
    }),
  );
}

/** A sandbox in which all is allowed. */
export function specOf(type: SandboxSpec['type']): SandboxSpec {
  const start = { line: 1, column: 1, offset: 0 };
  return {
    name: type,
    hash: '',
    origin: { file: '', range: { start, end: start }, pointer: '' },
    type,
    workspace: '/workspace',
    write: true,
    shell: true,
    commands: [],
    commandRules: [],
    compound: true,
    files: { read: undefined, write: undefined, protect: [] },
    network: { allow: [], deny: [] },
    mounts: [],
    env: {},
    limits: { timeoutMs: 60_000, outputBytes: 1_000_000, fileBytes: 10_000_000 },
    bounds: { files: 10_000, memoryMb: 512, processes: 64 },
    module: undefined,
    options: {},
  };
}
