import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createSandboxes } from '../../../engine/adapters/sandbox/sandboxes.ts';
import { Problem } from '../../../engine/core/problem.ts';
import type { Sandbox, Sandboxes } from '../../../engine/ports/sandbox.ts';
import type { Sandbox as SandboxSpec, SandboxService } from '../../../engine/program/sandbox.ts';
import { sandboxContract } from '../../../engine/testing/sandbox-contract.ts';
import { sandboxSpec } from '../../adapters/sandbox/open-test-sandbox.ts';
import type { FakeService } from './fake-machines.ts';

/** The key that fakes know. */
export const key = 'key-canary-5b1f';

/** A kind of service under test. */
export interface Kind {
  readonly type: SandboxSpec['type'];
  serve(): Promise<FakeService>;
  /** What the spec says of the service, besides what all have. */
  readonly service?: Partial<SandboxService>;
}

/** Sandboxes on a fake, with a folder of their own. */
export interface World {
  readonly fake: FakeService;
  readonly folder: string;
  spec(changes?: Partial<SandboxSpec>, service?: Partial<SandboxService>): SandboxSpec;
  /** The engine's sandboxes; another call is another process with the same state. */
  sandboxes(given?: { readonly key?: string; readonly isLasting?: boolean }): Sandboxes;
  open(spec: SandboxSpec, owner?: string): Promise<Sandbox>;
  close(): Promise<void>;
}

/** Everything that a service's sandbox may. */
export const free = { write: true, shell: true, compound: true } as const;

/** Begins a fake and what works with it. */
export async function openWorld({ type, serve, service = {} }: Kind): Promise<World> {
  const folder = await realpath(await mkdtemp('/var/tmp/engine-remote-'));
  const fake = await serve();
  const specs: SandboxSpec[] = [];
  const spec: World['spec'] = (changes = {}, more = {}) => {
    const made = sandboxSpec({
      ...{ type, workspace: join(folder, 'work') },
      service: {
        ...{ apiKey: 'KEY', apiSecret: type === 'modal' ? 'SECRET' : undefined },
        ...{ url: fake.url, machineUrl: type === 'e2b' ? fake.url : undefined },
        ...{ image: undefined, region: undefined, cpu: undefined, memoryMb: undefined, diskGb: undefined },
        ...{ idleMs: 600_000, whenClosed: type === 'modal' ? 'keep' : 'pause' },
        ...service,
        ...more,
      },
      ...changes,
    });
    specs.push(made);
    return made;
  };
  const sandboxes: World['sandboxes'] = ({ key: own = key, isLasting = true } = {}) =>
    createSandboxes({
      projectRoot: process.env['ENGINE_OPTIONAL'] ?? '',
      ...(isLasting ? { stateFolder: join(folder, 'state') } : {}),
      services: { specs: [spec()], secret: () => own },
    });
  return {
    ...{ fake, folder, spec, sandboxes },
    open: (one, owner = 'agent.one') => sandboxes().open(one, { env: {}, owner }),
    async close() {
      await fake.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Holds a service to the contract of sandboxes. */
export function keepsContract(kind: Kind): void {
  describe(`a sandbox of type ${kind.type} keeps the sandbox contract`, function () {
    this.timeout(30_000);
    let world: World;
    before(async () => (world = await openWorld(kind)));
    after(() => world.close());
    let opened = 0;
    const owners = new Map<Sandbox, { readonly owner: string; readonly workspace: string }>();

    for (const { title, needs, run } of sandboxContract) {
      if (needs !== undefined && needs !== 'keeping' && needs !== 'processes') continue;
      it(title, () => {
        const all = world.sandboxes();
        return run({
          async open(changes = {}, { env = {}, files = {} } = {}) {
            opened += 1;
            const [owner, workspace] = [`box.${opened}`, join(world.folder, `work-${opened}`)];
            const whole = world.spec({ workspace, ...changes });
            if (Object.keys(files).length > 0) {
              const writer = await all.open({ ...whole, write: true }, { env, owner });
              for (const [path, content] of Object.entries(files)) await writer.writeFile(path, content);
              await writer.close();
            }
            const sandbox = await all.open(whole, { env, owner });
            owners.set(sandbox, { owner, workspace });
            return sandbox;
          },
          reopen(closed) {
            const { owner = '', workspace = '' } = owners.get(closed) ?? {};
            // Another process with the same state.
            return world.sandboxes().open(world.spec({ workspace, ...free }), { env: {}, owner });
          },
        });
      });
    }
  });
}

/** How the service of a kind shows what it does. */
export interface Calls {
  /** Calls that make a machine. */
  readonly create: RegExp;
  /** Calls that only look at or bring files, and may be made again. */
  readonly safe: RegExp;
  /** False where machines cannot be paused. */
  readonly sleeps?: false;
}

/** The problem that a call ends with. */
export async function thrownBy(call: () => Promise<unknown>): Promise<Problem> {
  try {
    await call();
  } catch (thrown) {
    if (thrown instanceof Problem) return thrown;
    throw thrown;
  }
  throw new Error('nothing was thrown');
}
