import { statusOf } from './faults.ts';
import { hostsOf } from './network.ts';
import type { OpenService, RemoteMachine, ServiceGiven } from './service.ts';

/** Sandboxes of Modal. They cannot be paused: one ends with its files when it was idle for long, and after a day. */
export const openModal: OpenService = ({ spec, service, sdk, apiKey, apiSecret }) => {
  const { ModalClient } = sdk as Sdk;
  const connect = (): Client =>
    at(
      service.url ?? publicUrl,
      // Its messages would go to the console.
      () => new ModalClient({ tokenId: apiKey, tokenSecret: apiSecret, logger: silent }),
    );
  const { all, names, blocks } = hostsOf(spec);

  /** Connections are closed when nothing uses them, as they keep a process alive. */
  async function briefly<T>(use: (client: Client) => Promise<T>): Promise<T> {
    const client = connect();
    try {
      return await use(client);
    } finally {
      client.close();
    }
  }
  async function lasting(
    use: (client: Client) => Promise<Sandbox | undefined>,
  ): Promise<RemoteMachine | undefined> {
    const client = connect();
    try {
      const sandbox = await use(client);
      if (sandbox !== undefined) return machineOf(client, sandbox);
    } catch (thrown) {
      client.close();
      throw thrown;
    }
    client.close();
    return undefined;
  }
  const appOf = (client: Client): Promise<App> => client.apps.fromName(appName, { createIfMissing: true });

  return {
    async create(labels) {
      const made = await lasting(async (client) =>
        client.sandboxes.create(
          await appOf(client),
          client.images.fromRegistry(service.image ?? 'debian:12-slim'),
          {
            tags: { ...labels },
            timeoutMs: longestMs,
            idleTimeoutMs: wholeSeconds(service.idleMs),
            ...sizeOf(service),
            ...(service.region === undefined ? {} : { regions: [service.region] }),
            ...(all
              ? {}
              : names.length + blocks.length === 0
                ? { blockNetwork: true }
                : {
                    ...(names.length === 0 ? {} : { outboundDomainAllowlist: names }),
                    ...(blocks.length === 0 ? {} : { outboundCidrAllowlist: blocks }),
                  }),
          },
        ),
      );
      return made as RemoteMachine;
    },
    connect: (id) =>
      lasting(async (client) => {
        try {
          const sandbox = await client.sandboxes.fromId(id);
          return (await sandbox.poll()) === null ? sandbox : undefined;
        } catch (thrown) {
          if (statusOf(thrown) === 404) return undefined;
          throw thrown;
        }
      }),
    find: (labels) =>
      briefly(async (client) => {
        const { appId } = await appOf(client);
        for await (const { sandboxId } of client.sandboxes.list({ appId, tags: { ...labels } }))
          return sandboxId;
        return undefined;
      }),
    remove: (id) =>
      briefly(async (client) => {
        try {
          await (await client.sandboxes.fromId(id)).terminate();
        } catch (thrown) {
          if (statusOf(thrown) !== 404) throw thrown;
        }
      }),
  };
};

const publicUrl = 'https://api.modal.com:443';

/** The package takes an address from the environment only, and from a file of the user that has no say here. */
function at<T>(url: string, make: () => T): T {
  const before = process.env[urlVariable];
  process.env[urlVariable] = url;
  try {
    return make();
  } finally {
    if (before === undefined) delete process.env[urlVariable];
    else process.env[urlVariable] = before;
  }
}

const urlVariable = 'MODAL_SERVER_URL';
const appName = 'engine-sandboxes';
/** The longest life that the service gives. */
const longestMs = 86_400_000;
/** Milliseconds that a file may take to come or go. */
const moveMs = 300_000;
/** Bytes that are sent at a time. */
const pieceBytes = 1024 * 1024;

function machineOf(client: Client, sandbox: Sandbox): RemoteMachine {
  return {
    id: sandbox.sandboxId,
    takesEnv: true,
    async shell(script, { env = {}, timeoutMs }) {
      const running = await sandbox.exec(['sh', '-c', script], {
        env,
        stderr: 'ignore',
        timeoutMs: wholeSeconds(timeoutMs),
      });
      const said = await running.stdout.readText();
      await running.wait();
      return said;
    },
    async upload(path, content) {
      const running = await sandbox.exec(['sh', '-c', 'cat >"$1"', 'sh', path], {
        mode: 'binary',
        stdout: 'ignore',
        stderr: 'ignore',
        timeoutMs: moveMs,
      });
      for (let at = 0; at < content.length; at += pieceBytes)
        await running.stdin.writeBytes(content.subarray(at, at + pieceBytes));
      await running.stdin.close();
      if ((await running.wait()) !== 0) throw new Error(`EACCES: permission denied: '${path}'`);
    },
    async download(path) {
      const running = await sandbox.exec(['cat', '--', path], {
        mode: 'binary',
        stderr: 'ignore',
        timeoutMs: moveMs,
      });
      const bytes = await running.stdout.readBytes();
      if ((await running.wait()) !== 0) throw new Error(`ENOENT: no such file, '${path}'`);
      return bytes;
    },
    letGo() {
      sandbox.detach();
      client.close();
    },
  };
}

function sizeOf({ cpu, memoryMb }: ServiceGiven['service']): object {
  return {
    ...(cpu === undefined ? {} : { cpu, cpuLimit: cpu }),
    ...(memoryMb === undefined ? {} : { memoryMiB: memoryMb, memoryLimitMiB: memoryMb }),
  };
}

function wholeSeconds(ms: number): number {
  return Math.max(1, Math.ceil(ms / 1000)) * 1000;
}

const silence = (): void => undefined;
const silent = { debug: silence, info: silence, warn: silence, error: silence };

/** What of the package is used. */
interface Sdk {
  readonly ModalClient: new (options: object) => Client;
}

interface App {
  readonly appId: string;
}

interface Client {
  readonly apps: { fromName(name: string, options: { readonly createIfMissing: boolean }): Promise<App> };
  readonly images: { fromRegistry(tag: string): object };
  readonly sandboxes: {
    create(app: App, image: object, options: object): Promise<Sandbox>;
    fromId(id: string): Promise<Sandbox>;
    list(query: object): AsyncIterable<Sandbox>;
  };
  close(): void;
}

interface Sandbox {
  readonly sandboxId: string;
  /** The exit code; null while it runs. */
  poll(): Promise<number | null>;
  exec(command: readonly string[], options: object): Promise<Running>;
  terminate(): Promise<void>;
  detach(): void;
}

interface Running {
  readonly stdin: { writeBytes(bytes: Uint8Array): Promise<void>; close(): Promise<void> };
  readonly stdout: { readText(): Promise<string>; readBytes(): Promise<Uint8Array> };
  wait(): Promise<number>;
}
