import { createSandboxes } from '../../../engine/adapters/sandbox/sandboxes.ts';
import { sandboxSpec } from './open-test-sandbox.ts';

/** A process that runs a command in a sandbox until somebody ends it: `hold-command.ts <type> <folder> <command>`. */
const [, , type, folder = '', command = ''] = process.argv;
const spec = sandboxSpec({
  type: type === 'local' ? 'local' : 'isolated',
  write: true,
  shell: true,
  compound: true,
  limits: { timeoutMs: 60_000, outputBytes: 1000, fileBytes: 1000 },
});
const sandbox = await createSandboxes({ projectRoot: folder, stateFolder: `${folder}/state` }).open(spec, {
  env: {},
});
await sandbox.exec(command);
