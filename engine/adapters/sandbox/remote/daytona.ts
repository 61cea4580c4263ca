import { statusOf } from './faults.ts';
import { newMark } from './framed.ts';
import { hostsOf } from './network.ts';
import { quote } from './quote.ts';
import type { OpenService, RemoteMachine } from './service.ts';

/** Sandboxes of Daytona. */
export const openDaytona: OpenService = ({ spec, service, sdk, apiKey, isLasting }) => {
  const { Daytona } = sdk as Sdk;
  const client = new Daytona({
    apiKey,
    // Asking for a state is one call; its events would keep a socket open.
    useDeprecatedPolling: true,
    ...(service.url === undefined ? {} : { apiUrl: service.url }),
    ...(service.region === undefined ? {} : { target: service.region }),
  });
  const idleMinutes = Math.max(1, Math.ceil(service.idleMs / 60_000));
  const { all, names, blocks } = hostsOf(spec);
  const found = async (id: string): Promise<Sandbox | undefined> => {
    try {
      return await client.get(id);
    } catch (thrown) {
      if (statusOf(thrown) === 404) return undefined;
      throw thrown;
    }
  };
  return {
    async create(labels) {
      const sandbox = await client.create(
        {
          labels: { ...labels },
          autoStopInterval: idleMinutes,
          // Right after it stopped, where nothing can come back to it.
          ...(isLasting && service.whenClosed !== 'remove' ? {} : { autoDeleteInterval: 0 }),
          ...(service.image === undefined ? {} : { snapshot: service.image }),
          ...(all
            ? {}
            : names.length + blocks.length === 0
              ? { networkBlockAll: true }
              : {
                  ...(names.length === 0 ? {} : { domainAllowList: names.join(',') }),
                  ...(blocks.length === 0 ? {} : { networkAllowList: blocks.join(',') }),
                }),
        },
        { timeout: startSeconds },
      );
      return machineOf(sandbox, service.idleMs);
    },
    async connect(id) {
      const sandbox = await found(id);
      if (sandbox === undefined || ended.includes(sandbox.state ?? '')) return undefined;
      if (sandbox.state === 'stopping') await sandbox.waitUntilStopped(startSeconds);
      if (sandbox.state !== 'started') await sandbox.start(startSeconds);
      return machineOf(sandbox, service.idleMs);
    },
    async find(labels) {
      for await (const { id, state } of client.list({ labels: { ...labels } }))
        if (!ended.includes(state ?? '')) return id;
      return undefined;
    },
    async remove(id) {
      const sandbox = await found(id);
      if (sandbox !== undefined) await sandbox.delete(startSeconds);
    },
  };
};

const ended: readonly string[] = ['destroyed', 'destroying', 'error', 'build_failed'];
const startSeconds = 300;
const moveMs = 60_000;

/** Paths that the headers of a file in a form bring over as they are. */
const plain = /^[\w./-]+$/;

function machineOf(sandbox: Sandbox, idleMs: number): RemoteMachine {
  const shell: RemoteMachine['shell'] = async (script, { env = {}, timeoutMs }) => {
    // Machines differ in whether a shell reads the command; this reads the same with and without one.
    const encoded = Buffer.from(script).toString('base64');
    const command = `sh -c "echo ${encoded} | base64 -d | sh"`;
    const seconds = Math.ceil(timeoutMs / 1000);
    return (await sandbox.process.executeCommand(command, '/', env, seconds)).result;
  };
  /** A script does not say by itself that it failed. */
  const copy = async (from: string, to: string, then: string): Promise<void> => {
    const mark = newMark();
    const said = await shell(`cat <${quote(from)} >${quote(to)} && printf %s ${mark}; ${then}`, {
      timeoutMs: moveMs,
    });
    if (!said.includes(mark)) throw new Error(`EIO: the machine could not copy '${from}' to '${to}'`);
  };
  return {
    id: sandbox.id,
    takesEnv: true,
    shell,
    async upload(path, content) {
      const place = plain.test(path) ? path : `/tmp/.engine-${newMark()}.up`;
      await sandbox.fs.uploadFile(Buffer.from(content), place);
      if (place !== path) await copy(place, path, `rm -f ${place}`);
    },
    async download(path) {
      const place = plain.test(path) ? path : `/tmp/.engine-${newMark()}.down`;
      try {
        if (place !== path) await copy(path, place, ':');
        return await sandbox.fs.downloadFile(place);
      } finally {
        if (place !== path) await shell(`rm -f ${place}`, { timeoutMs: moveMs });
      }
    },
    async stayAwake() {
      await sandbox.refreshActivity();
      return idleMs;
    },
    sleep: () => sandbox.stop(startSeconds),
  };
}

/** What of the package is used. */
interface Sdk {
  readonly Daytona: new (options: object) => Client;
}

interface Client {
  create(params: object, options: { readonly timeout: number }): Promise<Sandbox>;
  get(id: string): Promise<Sandbox>;
  list(query: { readonly labels: Readonly<Record<string, string>> }): AsyncIterable<Sandbox>;
}

interface Sandbox {
  readonly id: string;
  readonly state?: string;
  readonly process: {
    executeCommand(
      command: string,
      cwd: string,
      env: Readonly<Record<string, string>>,
      timeout: number,
    ): Promise<{ readonly result: string }>;
  };
  readonly fs: {
    uploadFile(content: Buffer, path: string): Promise<void>;
    downloadFile(path: string): Promise<Buffer>;
  };
  start(timeout: number): Promise<void>;
  stop(timeout: number): Promise<void>;
  delete(timeout: number): Promise<void>;
  waitUntilStopped(timeout: number): Promise<void>;
  refreshActivity(): Promise<void>;
}
