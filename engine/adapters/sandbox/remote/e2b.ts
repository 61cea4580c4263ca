import { hostsOf } from './network.ts';
import type { OpenService, RemoteMachine } from './service.ts';

/** Sandboxes of E2B. */
export const openE2b: OpenService = ({ spec, service, sdk, apiKey, isLasting }) => {
  const { Sandbox } = sdk as Sdk;
  const account = {
    apiKey,
    ...(service.url === undefined ? {} : { apiUrl: service.url }),
    ...(service.machineUrl === undefined ? {} : { sandboxUrl: service.machineUrl }),
  };
  const { all, names, blocks } = hostsOf(spec);
  const hosts = [...names, ...blocks];
  return {
    async create(labels) {
      const made = await Sandbox.create(service.image ?? 'base', {
        ...account,
        metadata: { ...labels },
        timeoutMs: service.idleMs,
        ...(all || hosts.length === 0
          ? { allowInternetAccess: all }
          : { network: { allowOut: hosts, denyOut: ['0.0.0.0/0'] } }),
        lifecycle: { onTimeout: isLasting && service.whenClosed !== 'remove' ? 'pause' : 'kill' },
      });
      return machineOf(made, account);
    },
    async connect(id) {
      try {
        return machineOf(await Sandbox.connect(id, { ...account, timeoutMs: service.idleMs }), account);
      } catch (thrown) {
        if (isNamed(thrown, 'SandboxNotFoundError', 'NotFoundError')) return undefined;
        throw thrown;
      }
    },
    async find(labels) {
      const pages = Sandbox.list({ ...account, query: { metadata: { ...labels } }, limit: 1 });
      return (await pages.nextItems())[0]?.sandboxId;
    },
    async remove(id) {
      await Sandbox.kill(id, account);
    },
  };
};

function machineOf(sandbox: Connected, account: object): RemoteMachine {
  return {
    id: sandbox.sandboxId,
    takesEnv: true,
    async shell(script, { env = {}, timeoutMs, signal }) {
      const options = { envs: env, timeoutMs, requestTimeoutMs: timeoutMs };
      try {
        const done = await sandbox.commands.run(script, {
          ...options,
          ...(signal === undefined ? {} : { signal }),
        });
        return done.stdout;
      } catch (thrown) {
        // A script that fails has said why.
        if (isNamed(thrown, 'CommandExitError')) return (thrown as unknown as { stdout: string }).stdout;
        throw thrown;
      }
    },
    async upload(path, content) {
      const bytes = content.buffer.slice(content.byteOffset, content.byteOffset + content.byteLength);
      await sandbox.files.write(path, bytes);
    },
    async download(path) {
      try {
        return await sandbox.files.read(path, { format: 'bytes' });
      } catch (thrown) {
        if (isNamed(thrown, 'FileNotFoundError'))
          throw new Error(`ENOENT: no such file, '${path}'`, { cause: thrown });
        throw thrown;
      }
    },
    async stayAwake(forMs) {
      await sandbox.setTimeout(forMs);
      return forMs;
    },
    async sleep() {
      await sandbox.pause({ ...account });
    },
  };
}

function isNamed(thrown: unknown, ...names: readonly string[]): thrown is Error {
  return thrown instanceof Error && (names.includes(thrown.name) || names.includes(thrown.constructor.name));
}

/** What of the package is used. */
interface Sdk {
  readonly Sandbox: {
    create(template: string, options: object): Promise<Connected>;
    connect(id: string, options: object): Promise<Connected>;
    list(options: object): { nextItems(): Promise<readonly { readonly sandboxId: string }[]> };
    kill(id: string, options: object): Promise<boolean>;
  };
}

interface Connected {
  readonly sandboxId: string;
  readonly commands: { run(command: string, options: object): Promise<{ readonly stdout: string }> };
  readonly files: {
    write(path: string, data: ArrayBufferLike): Promise<unknown>;
    read(path: string, options: { readonly format: 'bytes' }): Promise<Uint8Array>;
  };
  setTimeout(timeoutMs: number): Promise<void>;
  pause(options: object): Promise<unknown>;
}
