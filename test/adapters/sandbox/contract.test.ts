import { mkdir, mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findBubblewrap } from '../../../engine/adapters/sandbox/can-isolate.ts';
import { createSandboxes } from '../../../engine/adapters/sandbox/sandboxes.ts';
import type { Sandboxes } from '../../../engine/ports/sandbox.ts';
import type { Sandbox as SandboxSpec } from '../../../engine/program/sandbox.ts';
import {
  sandboxContract,
  type SandboxCase,
  type SandboxSubject,
} from '../../../engine/testing/sandbox-contract.ts';
import { folderMachine } from './folder-machine.ts';
import { sandboxSpec } from './open-test-sandbox.ts';

type Needs = NonNullable<SandboxCase['needs']>;

/** The contract with a fresh folder for each case. */
function keeps(
  name: string,
  { type, has }: { readonly type: SandboxSpec['type']; readonly has: readonly Needs[] },
  sandboxes: (folder: string) => Sandboxes,
): void {
  describe(`the ${name} sandbox keeps the sandbox contract`, () => {
    let folder = '';
    beforeEach(async () => {
      folder = await realpath(await mkdtemp(join(tmpdir(), 'engine-tier-')));
    });
    afterEach(() => rm(folder, { recursive: true, force: true }));

    const subject = (): SandboxSubject => {
      const owners = new Map<unknown, string>();
      let opened = 0;
      const all = sandboxes(folder);
      const openAs: SandboxSubject['open'] = async (changes = {}, { env = {}, restore, files = {} } = {}) => {
        opened += 1;
        const owner = `box.${opened}`;
        const root = `work-${opened}`;
        const options = type === 'local' ? { root } : {};
        await mkdir(join(folder, root));
        const whole = sandboxSpec({ type, options, ...changes });
        if (Object.keys(files).length > 0) {
          const writer = await all.open({ ...whole, write: true }, { env, owner });
          for (const [path, content] of Object.entries(files)) await writer.writeFile(path, content);
          if (writer.dirty) restore = await writer.snapshot();
          await writer.close();
        }
        const sandbox = await all.open(whole, { env, owner, ...(restore === undefined ? {} : { restore }) });
        owners.set(sandbox, owner);
        return sandbox;
      };
      return {
        open: openAs,
        reopen: (closed) =>
          all.open(
            sandboxSpec({
              type,
              options: closed.spec.options,
              write: true,
              shell: true,
              compound: true,
            }),
            { env: {}, owner: owners.get(closed) ?? '' },
          ),
      };
    };

    for (const { title, needs, run } of sandboxContract) {
      if (needs === undefined || has.includes(needs)) it(title, () => run(subject()));
    }
  });
}

keeps('virtual', { type: 'virtual', has: ['boundary', 'snapshot'] }, (projectRoot) =>
  createSandboxes({ projectRoot }),
);

keeps('local', { type: 'local', has: ['keeping', 'processes'] }, (projectRoot) =>
  createSandboxes({ projectRoot, stateFolder: join(projectRoot, 'state') }),
);

/** A machine of somebody else, which is a folder and its commands. */
keeps('custom', { type: 'custom', has: ['keeping', 'processes'] }, (projectRoot) =>
  createSandboxes({ projectRoot, custom: () => Promise.resolve(folderMachine) }),
);

describe('where bubblewrap works', () => {
  before(async function () {
    // Where it cannot run, what must be is that nothing else runs in its place: see isolated.test.ts.
    await findBubblewrap().catch((thrown: unknown) => {
      console.warn(`    left out: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
      this.skip();
    });
  });

  keeps('isolated', { type: 'isolated', has: ['boundary', 'keeping', 'processes'] }, (projectRoot) =>
    createSandboxes({ projectRoot, stateFolder: join(projectRoot, 'state') }),
  );
});
