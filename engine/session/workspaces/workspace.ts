import { instanceKey } from '../../core/ids.ts';
import type { Value } from '../../expr/index.ts';
import type { Sandbox, SandboxSnapshot } from '../../ports/sandbox.ts';
import type { Documents } from '../../ports/store.ts';
import type { Sandbox as SandboxSpec } from '../../program/sandbox.ts';
import { envOfCommands, readsSecrets } from './env-of-commands.ts';
import { filesToKeep } from './files-to-keep.ts';
import { withEnv } from './granted-workspace.ts';
import type { SessionPorts } from '../ports.ts';

/** The files of one agent instance or run, shared by its sessions, opened at first use. */
export interface Workspace {
  readonly spec: SandboxSpec;
  /** The workspace that this one is a part of; absent where it is a whole one. */
  readonly outer?: Workspace;
  /** The same for others than its owner: without the secrets of the owner's environment. Absent where there are none. */
  readonly common?: Workspace;
  open(): Promise<Sandbox>;
  /** Stores the files when they changed. */
  save(): Promise<void>;
  close(): Promise<void>;
}

/** Keys of the owners of stored files, and of those that sandboxes keep by themselves. */
export async function workspaceOwners(documents: Documents): Promise<readonly string[]> {
  const found: string[] = [];
  for (;;) {
    const page = await documents.keys(namespace, { after: found.at(-1) ?? '', limit: 500 });
    found.push(...page.map(({ key }) => key));
    if (page.length < 500) return found;
  }
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
  const isPrivate = ([, value]: readonly [string, Value]): boolean => readsSecrets(value);
  const entries = Object.entries(owner.env);
  const plain = Object.fromEntries(entries.filter((entry) => !isPrivate(entry)));
  const own = Object.fromEntries(entries.filter(isPrivate));
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
    const restore = (await ports.store.documents.get(namespace, key)) as SandboxSnapshot | undefined;
    const env = envOfCommands(ports, { ...spec.env, ...plain }, { env: ports.env });
    // What a sandbox keeps by itself is kept as long as this is.
    if (restore === undefined && ports.sandboxes.keeps?.(spec) === true)
      await ports.store.documents.set(namespace, key, {});
    return ports.sandboxes.open(spec, { env, owner: key, ...(restore === undefined ? {} : { restore }) });
  }

  const common: Workspace = {
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
  if (Object.keys(own).length === 0) return common;
  const open = async (): Promise<Sandbox> =>
    withEnv(await common.open(), envOfCommands(ports, own, { env: ports.env }));
  return { ...common, common, open };
}
