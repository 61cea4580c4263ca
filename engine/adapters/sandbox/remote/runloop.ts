import { createHash } from 'node:crypto';
import type { Sandbox as SandboxSpec } from '../../../program/sandbox.ts';
import { statusOf } from './faults.ts';
import { hostsOf } from './network.ts';
import type { OpenService, RemoteMachine, ServiceGiven } from './service.ts';

/** Devboxes of Runloop. */
export const openRunloop: OpenService = ({ spec, service, sdk, apiKey, isLasting }) => {
  const { Runloop, toFile } = sdk as Sdk;
  const client = new Runloop({
    bearerToken: apiKey,
    // How often a call is made again is decided for all services alike.
    maxRetries: 0,
    ...(service.url === undefined ? {} : { baseURL: service.url }),
    // Its HTTP/2 works over TLS only.
    ...(service.url?.startsWith('http:') === true ? { http2: false } : {}),
  });
  const { devboxes } = client;
  const onIdle = isLasting && service.whenClosed !== 'remove' ? 'suspend' : 'shutdown';
  const machine = (id: string): RemoteMachine => machineOf(id, { devboxes, toFile, idleMs: service.idleMs });

  return {
    async create(labels) {
      const policy = await policyOf(client, spec);
      const { id } = await devboxes.create({
        name: 'engine-sandbox',
        metadata: { ...labels },
        ...(service.image === undefined ? {} : { blueprint_name: service.image }),
        launch_parameters: {
          lifecycle: {
            after_idle: {
              idle_time_seconds: Math.max(60, Math.ceil(service.idleMs / 1000)),
              on_idle: onIdle,
            },
          },
          ...sizeOf(service),
          ...(policy === undefined ? {} : { network_policy_id: policy }),
        },
      });
      try {
        await devboxes.awaitRunning(id, { longPoll: { timeoutMs: startMs } });
      } catch (thrown) {
        // Nobody knows of it.
        await devboxes.shutdown(id).catch(() => undefined);
        throw thrown;
      }
      return machine(id);
    },
    async connect(id) {
      const found = await devboxes.retrieve(id).catch((thrown: unknown) => {
        if (statusOf(thrown) === 404) return undefined;
        throw thrown;
      });
      if (found === undefined || ended.includes(found.status)) return undefined;
      if (found.status === 'suspending')
        await devboxes.awaitSuspended(id, { longPoll: { timeoutMs: startMs } });
      if (found.status === 'suspending' || found.status === 'suspended') await devboxes.resume(id);
      if (found.status !== 'running') {
        // One that was asked to resume may still say what it was.
        for (const end = Date.now() + startMs; Date.now() < end;) {
          const { status } = await devboxes.retrieve(id);
          if (status === 'running') break;
          if (ended.includes(status)) return undefined;
          await new Promise((resolve) => setTimeout(resolve, pollMs));
        }
      }
      return machine(id);
    },
    async find(labels) {
      const wanted = Object.entries(labels);
      // The service finds none by its labels.
      for (const status of ['running', 'suspended']) {
        for await (const { id, metadata } of devboxes.list({ status, limit: 100 }))
          if (wanted.every(([name, value]) => metadata[name] === value)) return id;
      }
      return undefined;
    },
    async remove(id) {
      await devboxes.shutdown(id).catch((thrown: unknown) => {
        if (statusOf(thrown) !== 404) throw thrown;
      });
    },
  };
};

const ended: readonly string[] = ['shutdown', 'failure'];
const startMs = 300_000;
const pollMs = 500;

function machineOf(
  id: string,
  {
    devboxes,
    toFile,
    idleMs,
  }: { readonly devboxes: Devboxes; readonly toFile: Sdk['toFile']; readonly idleMs: number },
): RemoteMachine {
  return {
    id,
    takesEnv: false,
    async shell(script, { timeoutMs, signal }) {
      const options = { longPoll: { timeoutMs }, ...(signal === undefined ? {} : { signal }) };
      const done = await devboxes.executeAndAwaitCompletion(id, { command: script }, options);
      return done.stdout ?? '';
    },
    async upload(path, content) {
      const name = path.slice(path.lastIndexOf('/') + 1);
      await devboxes.uploadFile(id, { path, file: await toFile(content, name) });
    },
    async download(path) {
      const answer = await devboxes.downloadFile(id, { path });
      return new Uint8Array(await answer.arrayBuffer());
    },
    async stayAwake() {
      await devboxes.keepAlive(id);
      return idleMs;
    },
    async sleep() {
      await devboxes.suspend(id);
    },
  };
}

function sizeOf({ cpu, memoryMb, diskGb }: ServiceGiven['service']): object {
  if (cpu === undefined && memoryMb === undefined && diskGb === undefined) return {};
  return {
    resource_size_request: 'CUSTOM_SIZE',
    custom_cpu_cores: cpu ?? 1,
    custom_gb_memory: memoryMb === undefined ? 2 : Math.ceil(memoryMb / 1024),
    ...(diskGb === undefined ? {} : { custom_disk_size: diskGb }),
  };
}

/** The network policy of the account that says what the spec says, made where there is none. */
async function policyOf({ networkPolicies }: Client, spec: SandboxSpec): Promise<string | undefined> {
  const { all, names, blocks } = hostsOf(spec);
  if (all) return undefined;
  const said = {
    allowed_hostnames: names,
    allowed_cidrs: blocks.map((cidr) => ({ cidr })),
  };
  const name = `engine-${createHash('sha256').update(JSON.stringify(said)).digest('hex').slice(0, 24)}`;
  const find = async (): Promise<string | undefined> => {
    for await (const policy of networkPolicies.list({ name })) if (policy.name === name) return policy.id;
    return undefined;
  };
  const found = await find();
  if (found !== undefined) return found;
  try {
    return (await networkPolicies.create({ name, ...said })).id;
  } catch (thrown) {
    // Somebody else may have made it at the same time.
    const made = await find();
    if (made !== undefined) return made;
    throw thrown;
  }
}

/** What of the package is used. */
interface Sdk {
  readonly Runloop: new (options: object) => Client;
  toFile(content: Uint8Array, name: string): Promise<object>;
}

interface Client {
  readonly devboxes: Devboxes;
  readonly networkPolicies: {
    list(query: { readonly name: string }): AsyncIterable<{ readonly id: string; readonly name: string }>;
    create(body: object): Promise<{ readonly id: string }>;
  };
}

interface Devbox {
  readonly id: string;
  readonly status: string;
  readonly metadata: Readonly<Record<string, string>>;
}

interface Devboxes {
  retrieve(id: string): Promise<Devbox>;
  create(body: object): Promise<Devbox>;
  awaitRunning(id: string, options: object): Promise<Devbox>;
  awaitSuspended(id: string, options: object): Promise<Devbox>;
  list(query: { readonly status: string; readonly limit: number }): AsyncIterable<Devbox>;
  resume(id: string): Promise<unknown>;
  suspend(id: string): Promise<unknown>;
  shutdown(id: string): Promise<unknown>;
  keepAlive(id: string): Promise<unknown>;
  executeAndAwaitCompletion(
    id: string,
    params: { readonly command: string },
    options: object,
  ): Promise<{ readonly stdout?: string | null }>;
  uploadFile(id: string, body: { readonly path: string; readonly file: object }): Promise<unknown>;
  downloadFile(id: string, body: { readonly path: string }): Promise<Response>;
}
