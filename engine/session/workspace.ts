import { instanceKey } from '../core/ids.ts';
import type { Scope, Value } from '../expr/index.ts';
import type { Sandbox, SandboxSnapshot } from '../ports/sandbox.ts';
import type { Sandbox as SandboxSpec } from '../program/sandbox.ts';
import { filesToKeep } from './files-to-keep.ts';
import type { SessionPorts } from './ports.ts';

/** The files of one agent instance or run, shared by its sessions, opened at first use. */
export interface Workspace {
  readonly spec: SandboxSpec;
  /** The workspace that this one is a part of; absent where it is a whole one. */
  readonly outer?: Workspace;
  open(): Promise<Sandbox>;
  /** Stores the files when they changed. */
  save(): Promise<void>;
  close(): Promise<void>;
}

/** Namespace of the files among the documents. */
export const namespace = 'workspaces';

/**
 * The workspace of an owner (agent and instance, or workflow and run).
 * @param env values of the owner's `env`, added to the sandbox's own.
 */
export function createWorkspace(
  ports: SessionPorts,
  spec: SandboxSpec,
  owner: { readonly name: string; readonly id: string; readonly env: Readonly<Record<string, Value>> },
): Workspace {
  const key = instanceKey(owner.name, owner.id);
  let opening: Promise<Sandbox> | undefined;
  let saving: Promise<void> = Promise.resolve();
  /** A change that could not be stored. */
  let isOwed = false;

  async function saveNow(): Promise<void> {
    const sandbox = await opening;
    if (sandbox === undefined || !(sandbox.dirty || isOwed)) return;
    isOwed = true;
    await ports.store.documents.set(namespace, key, filesToKeep(ports.redact, await sandbox.snapshot()));
    isOwed = false;
  }

  async function openNow(): Promise<Sandbox> {
    const scope: Scope = { env: ports.env };
    const restore = (await ports.store.documents.get(namespace, key)) as SandboxSnapshot | undefined;
    const env = Object.fromEntries(
      Object.entries({ ...spec.env, ...owner.env }).map(([name, value]) => [
        name,
        String(value.evaluate(scope)),
      ]),
    );
    return ports.sandboxes.open(spec, { env, ...(restore === undefined ? {} : { restore }) });
  }

  return {
    spec,
    open() {
      opening ??= openNow().catch((thrown: unknown) => {
        opening = undefined;
        throw thrown;
      });
      return opening;
    },
    save() {
      // One after the other, so that no older state is stored behind a newer one.
      const save = saving.then(saveNow);
      saving = save.catch(() => undefined);
      return save;
    },
    async close() {
      const sandbox = await opening?.catch(() => undefined);
      opening = undefined;
      await sandbox?.close();
    },
  };
}
