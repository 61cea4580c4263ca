import { posix } from 'node:path';
import { Problem } from '../../../core/problem.ts';
import type { Sandbox } from '../../../ports/sandbox.ts';
import type { Sandbox as SandboxSpec } from '../../../program/sandbox.ts';
import { guarded } from '../guarded.ts';
import { temporaryFolder } from '../virtual-path.ts';
import { attach } from './attach.ts';
import { patiently, serviceProblem } from './faults.ts';
import { remoteHost } from './host.ts';
import { loadSdk, type Sdk } from './load-sdk.ts';
import { createMachineRecords, ownerLabel, type MachineRecord } from './machine-records.ts';
import type { OpenService, RemoteService } from './service.ts';

/** What sandboxes on machines of services are made with. */
export interface RemoteOptions {
  readonly projectRoot: string;
  /** Folder where it is remembered which machines are whose; without one, machines end with what they were made for. */
  readonly folder: string | undefined;
  /** The specs of the project. */
  readonly specs: readonly SandboxSpec[];
  /** The value of a declared secret. */
  readonly secret: (name: string) => string | undefined;
}

/** Sandboxes on machines that services lend. */
export interface RemoteSandboxes {
  open(
    spec: SandboxSpec,
    given: { readonly owner: string; readonly env: Readonly<Record<string, string>> },
  ): Promise<Sandbox>;
  forget(owner: string): Promise<void>;
  keepOnly(owners: () => Promise<readonly string[]>): Promise<void>;
}

/** Types of sandboxes that are services. */
export type RemoteType = 'e2b' | 'runloop' | 'daytona' | 'modal';

const services: Readonly<
  Record<RemoteType, { readonly sdk: Sdk; readonly open: () => Promise<OpenService> }>
> = {
  e2b: {
    sdk: { module: 'e2b', version: '2.51.0', isExact: false },
    open: async () => (await import('./e2b.ts')).openE2b,
  },
  runloop: {
    sdk: { module: '@runloop/api-client', version: '1.32.0', isExact: false },
    open: async () => (await import('./runloop.ts')).openRunloop,
  },
  daytona: {
    sdk: { module: '@daytona/sdk', version: '0.216.0', isExact: false },
    open: async () => (await import('./daytona.ts')).openDaytona,
  },
  modal: {
    // Other versions of this name are another package.
    sdk: { module: 'modal', version: '0.11.1', isExact: true },
    open: async () => (await import('./modal.ts')).openModal,
  },
};

/** Whether a type of sandbox is a service. */
export function isRemote(type: string): type is RemoteType {
  return Object.hasOwn(services, type);
}

/**
 * Sandboxes whose machines are lent by services. Opening one calls nobody: its machine is woken up or made at the first use. The same owner
 * gets the same machine again.
 */
export function createRemoteSandboxes(options: RemoteOptions): RemoteSandboxes {
  const { projectRoot, folder, specs, secret } = options;
  const records = createMachineRecords(folder);
  const opened = new Map<string, RemoteService>();

  async function serviceOf(spec: SandboxSpec): Promise<RemoteService> {
    const found = opened.get(spec.hash + spec.name);
    if (found !== undefined) return found;
    const { service } = spec;
    if (!isRemote(spec.type) || service === undefined)
      throw new Problem('sandbox_failed', `sandbox "${spec.name}" names no service`);
    const { sdk, open } = services[spec.type];
    const [apiKey, apiSecret] = keysOf(spec);
    const made = (await open())({
      ...{ spec, service, apiKey, apiSecret },
      sdk: loadSdk(spec.type, sdk, projectRoot),
      isLasting: folder !== undefined,
    });
    opened.set(spec.hash + spec.name, made);
    return made;
  }

  /** Throws Problem `missing_secret`. */
  function keysOf({ name, type, service }: SandboxSpec): readonly [string, string | undefined] {
    const valueOf = (key: string): string => {
      const value = secret(key);
      if (value === undefined)
        throw new Problem(
          'missing_secret',
          `sandbox "${name}" (${type}) needs the secret "${key}", which is not set`,
          { details: { secret: key } },
        );
      return value;
    };
    return [
      valueOf(service?.apiKey ?? ''),
      service?.apiSecret === undefined ? undefined : valueOf(service.apiSecret),
    ];
  }

  function specOf(record: Pick<MachineRecord, 'sandbox' | 'type'>): SandboxSpec | undefined {
    return specs.find(({ name, type }) => name === record.sandbox && type === record.type);
  }

  async function removeMachine(record: MachineRecord): Promise<void> {
    const spec = specOf(record);
    // A sandbox that the project no longer has cannot be asked; its machine ends by itself.
    if (spec !== undefined) {
      const service = await serviceOf(spec);
      await patiently(true, () => service.remove(record.id));
    }
    await records.delete(record);
  }

  function stays({ sandbox: name, type, id }: MachineRecord, thrown: unknown): Problem {
    const spec = specOf({ sandbox: name, type });
    const hidden = spec === undefined ? [] : keysOf(spec).filter((value) => value !== undefined);
    const doing = `has the machine "${id}", which nobody needs any more and which cannot be removed`;
    return serviceProblem(thrown, { type, name, doing, hidden });
  }

  return {
    async open(spec, { owner: key, env }) {
      const owner = ownerLabel(key);
      const hidden: string[] = [];
      const host = remoteHost({
        spec,
        hidden,
        async attach() {
          hidden.splice(0, hidden.length, ...keysOf(spec).filter((value) => value !== undefined));
          return attach(await serviceOf(spec), { spec, owner, records });
        },
        async letGo(machine) {
          if (spec.service?.whenClosed === 'remove') {
            await (await serviceOf(spec)).remove(machine.id);
            await records.delete({ owner, sandbox: spec.name });
            // One that nothing will come back to is left to end when it is idle.
          } else if (spec.service?.whenClosed === 'pause' && folder !== undefined) await machine.sleep?.();
        },
      });
      return guarded(spec, host, {
        env,
        visible: [temporaryFolder, ...spec.mounts.map(({ to }) => posix.normalize(to))],
        keepsCommands: false,
        isAsleep: () => host.asleep,
      });
    },
    async forget(key) {
      const owner = ownerLabel(key);
      const mine = (await records.all()).filter((record) => record.owner === owner);
      // One that cannot be removed now is at the next upkeep, as nobody's.
      await Promise.all(mine.map((record) => removeMachine(record).catch(() => undefined)));
    },
    async keepOnly(owners) {
      const all = await records.all();
      if (all.length === 0) return;
      const kept = new Set((await owners()).map(ownerLabel));
      const faults: Problem[] = [];
      for (const record of all)
        if (!kept.has(record.owner))
          await removeMachine(record).catch((thrown: unknown) => {
            faults.push(thrown instanceof Problem ? thrown : stays(record, thrown));
          });
      const [fault] = faults;
      if (fault !== undefined) throw fault;
    },
  };
}
