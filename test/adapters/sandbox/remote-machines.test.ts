import { expect } from 'chai';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Attached } from '../../../engine/adapters/sandbox/remote/attach.ts';
import { remoteHost } from '../../../engine/adapters/sandbox/remote/host.ts';
import { createMachineRecords } from '../../../engine/adapters/sandbox/remote/machine-records.ts';
import { createRemoteSandboxes } from '../../../engine/adapters/sandbox/remote/remote-sandboxes.ts';
import { runCommand } from '../../../engine/adapters/sandbox/remote/run-command.ts';
import type { RemoteMachine } from '../../../engine/adapters/sandbox/remote/service.ts';
import type { HostCommand } from '../../../engine/ports/sandbox-host.ts';
import type { SandboxService } from '../../../engine/program/sandbox.ts';
import { gate } from '../../engine/kit.ts';
import { temporaryFolder, writeFiles } from '../../fakes/project.ts';
import { sandboxSpec } from './open-test-sandbox.ts';

const service = { idleMs: 900_000, apiKey: 'KEY', whenClosed: 'pause' } as unknown as SandboxService;
const spec = sandboxSpec({ type: 'e2b', name: 'box', service, workspace: '/tmp' });

/** A machine that is this one. */
function machineOf(changes: Partial<RemoteMachine> = {}): RemoteMachine {
  return {
    id: 'm',
    takesEnv: false,
    shell: async (script) => (await promisify(execFile)('sh', ['-c', script])).stdout,
    upload: (path, content) => writeFile(path, content),
    download: () => Promise.reject(new Error('unused')),
    ...changes,
  };
}
const attachedTo = (machine: RemoteMachine): Attached => ({ machine, roots: ['/tmp'] });

describe('machines of services', () => {
  it('one that fell asleep is woken up once, though several calls find it so one after the other', async () => {
    const [first, second] = [gate(), gate()];
    let calls = 0;
    let letGo = 0;
    const asleep = machineOf({
      async shell() {
        calls += 1;
        await (calls === 1 ? first.opened : second.opened);
        throw new Error('sandbox is paused');
      },
    });
    const awake = machineOf({ letGo: () => void (letGo += 1) });
    const machines = [asleep, awake, machineOf()];
    let attaches = 0;
    const host = remoteHost({
      ...{ spec, hidden: [] },
      attach: () => Promise.resolve(attachedTo(machines[(attaches += 1) - 1] as RemoteMachine)),
      letGo: () => Promise.resolve(),
    });
    const [one, other] = [host.stat('/tmp'), host.stat('/tmp')];
    first.open();
    expect((await one)?.kind).to.equal('folder');
    second.open();
    expect((await other)?.kind).to.equal('folder');
    expect([attaches, letGo]).to.deep.equal([2, 0]);
  });

  it('one is kept awake for as long as the longest command needs, whatever is asked beside it', async () => {
    const asked: number[] = [];
    const [begun, go] = [gate(), gate()];
    const machine = machineOf({
      async stayAwake(forMs) {
        asked.push(forMs);
        begun.open();
        await go.opened;
        return forMs;
      },
    });
    const host = remoteHost({
      ...{ spec, hidden: [] },
      attach: () => Promise.resolve(attachedTo(machine)),
      letGo: () => Promise.resolve(),
    });
    const ran = host.run(commandOf({ timeoutMs: 3_600_000 }));
    await begun.opened;
    const seen = host.stat('/tmp');
    go.open();
    await Promise.all([ran, seen]);
    expect(Math.min(...asked)).to.be.at.least(3_600_000);
  });

  const commandOf = (changes: Partial<HostCommand> = {}): HostCommand => ({
    ...{ argv: undefined, script: 'true', env: {}, cwd: '/tmp', timeoutMs: 5_000, outputBytes: 1_000 },
    ...{ signal: new AbortController().signal, write: true, folder: '/tmp' },
    ...changes,
  });

  it('secrets of a command that did not come to run are not left there', async () => {
    const sent: string[] = [];
    const removed: string[] = [];
    const own = machineOf();
    const machine = machineOf({
      async upload(path) {
        sent.push(path);
      },
      shell(script, options) {
        const found = /^rm -rf '(.*)'$/.exec(script)?.[1];
        if (found === undefined) return own.shell(script, options);
        removed.push(found);
        return Promise.resolve('');
      },
    });
    const command = commandOf({ env: { TOKEN: 'secret' }, cwd: '/nowhere' });
    const failure: unknown = await runCommand(machine, spec, command).catch((thrown: unknown) => thrown);
    expect(failure).to.have.property('code', 'sandbox_failed');
    const stopping = new AbortController();
    const late = machineOf({
      ...machine,
      async upload(path) {
        sent.push(path);
        stopping.abort();
      },
    });
    const aborted: unknown = await runCommand(late, spec, { ...command, signal: stopping.signal }).catch(
      (thrown: unknown) => thrown,
    );
    expect(aborted).to.have.property('code', 'aborted');
    expect(sent).to.have.lengthOf(2);
    expect(removed).to.deep.equal(sent);
  });

  it('a machine that answers no more keeps no command, also one whose text was sent as a file', async () => {
    const machine = machineOf({ shell: () => new Promise(() => undefined), upload: async () => undefined });
    const command = commandOf({ env: { TOKEN: 'secret' }, timeoutMs: 1 });
    const failure: unknown = await runCommand(machine, spec, command, 1).catch((thrown: unknown) => thrown);
    expect(failure).to.have.property('code', 'timeout');
  });

  it('a command that ran too long leaves nothing of its output', async () => {
    const command = commandOf({
      script: 'head -c 20000 /dev/zero; sleep 60',
      timeoutMs: 300,
      outputBytes: 50_000,
    });
    const own = machineOf();
    const folders: string[] = [];
    const machine = machineOf({
      shell(script, options) {
        folders.push(/\/tmp\/\.engine-[0-9a-f]+/.exec(script)?.[0] ?? '');
        return own.shell(script, options);
      },
    });
    const failure: unknown = await runCommand(machine, spec, command).catch((thrown: unknown) => thrown);
    expect(failure).to.have.property('code', 'timeout');
    expect(folders.map((folder) => [folder === '', existsSync(folder)])).to.deep.equal([[false, false]]);
  });

  it('a store of machines has one name, also when many ask at once and a crash left half of it', async () => {
    const folder = join(temporaryFolder(), 'machines');
    await mkdir(folder);
    await writeFile(join(folder, 'store'), '');
    const records = createMachineRecords(folder);
    const names = new Set(await Promise.all(Array.from({ length: 20 }, () => records.store())));
    const [name = ''] = names;
    expect([names.size, name.length]).to.deep.equal([1, 36]);
    expect(await createMachineRecords(folder).store()).to.equal(name);
  });

  it('a record that a crash left half written says nothing, and is in nobody else’s way', async () => {
    const folder = temporaryFolder();
    const records = createMachineRecords(folder);
    const record = { sandbox: 'box', type: 'e2b', id: 'm', made: 'x', owner: 'o' };
    await records.set(record);
    await records.set({ ...record, owner: 'other' });
    const [half = ''] = (await readdir(folder)).filter((name) => name.startsWith('o.'));
    await writeFile(join(folder, half), '{"sand');
    expect(await records.get('o', 'box')).to.equal(undefined);
    expect((await records.all()).map(({ owner }) => owner)).to.deep.equal(['other']);
  });

  it('what a service says of a machine that cannot be removed is told without the key', async () => {
    const root = temporaryFolder();
    writeFiles(root, {
      'package.json': '{}',
      'node_modules/e2b/package.json': '{"name":"e2b","version":"2.51.0","main":"index.js"}',
      'node_modules/e2b/index.js':
        'exports.Sandbox = { async kill() { throw new Error("400 key-canary is not valid"); } };',
    });
    const folder = join(root, 'machines');
    const records = createMachineRecords(folder);
    await records.set({ sandbox: 'box', type: 'e2b', id: 'm-1', made: 'x', owner: 'o' });
    const sandboxes = createRemoteSandboxes({
      ...{ projectRoot: root, folder, specs: [spec] },
      secret: () => 'key-canary',
    });
    const failure = (await sandboxes
      .keepOnly(() => Promise.resolve([]))
      .catch((thrown: unknown) => thrown)) as Error;
    expect(failure.message).to.include('"m-1"').and.to.include('[secret]');
    expect(JSON.stringify([failure.message, String(failure.cause)])).not.to.include('key-canary');
    expect(await records.all()).to.have.lengthOf(1);
  });
});
