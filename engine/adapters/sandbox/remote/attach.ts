import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { Problem } from '../../../core/problem.ts';
import type { Sandbox as SandboxSpec } from '../../../program/sandbox.ts';
import { patiently } from './faults.ts';
import { bytesOf, newMark, printFrame, readFrame } from './framed.ts';
import type { MachineRecords } from './machine-records.ts';
import { quote } from './quote.ts';
import type { RemoteMachine, RemoteService } from './service.ts';

/** A machine with what is known of it. */
export interface Attached {
  readonly machine: RemoteMachine;
  /** The workspace, `/tmp` and mounts, by name and as they are when links are followed. */
  readonly roots: readonly string[];
}

/**
 * Wakes up the machine of an owner, or makes one with the workspace and copies of the mounts in it.
 * Throws Problem `sandbox_failed`: the machine that held the files is gone (said once, the next call makes another), or it was made with
 * other settings.
 */
export async function attach(
  service: RemoteService,
  {
    spec,
    owner,
    records,
  }: { readonly spec: SandboxSpec; readonly owner: string; readonly records: MachineRecords },
): Promise<Attached> {
  const { name, type } = spec;
  const made = settingsOf(spec);
  const record = await records.get(owner, name);
  if (record?.type === type) {
    const machine = await patiently(true, () => service.connect(record.id));
    if (machine === undefined) {
      await records.delete(record);
      throw new Problem(
        'sandbox_failed',
        `the machine of sandbox "${name}" (${type}) is gone, and its files with it; the next call gets a new one`,
        { retryable: true },
      );
    }
    if (record.made !== made)
      throw new Problem(
        'sandbox_failed',
        `the machine of sandbox "${name}" (${type} ${record.id}) was made with another "service", "network", "workspace" or "mounts"; undo the change, or remove the machine at the service`,
      );
    return { machine, roots: await prepared(machine, spec) };
  }
  const labels = { 'engine-store': await records.store(), 'engine-owner': `${owner}-${made}` };
  // A process that ended before it could remember the machine has left it.
  const left = await patiently(true, () => service.find(labels));
  const machine =
    (left === undefined ? undefined : await patiently(true, () => service.connect(left))) ??
    (await patiently(false, () => service.create(labels)));
  try {
    const roots = await prepared(machine, spec);
    await copyMounts(machine, spec);
    await records.set({ sandbox: name, type, id: machine.id, made, owner });
    return { machine, roots };
  } catch (thrown) {
    machine.letGo?.();
    await service.remove(machine.id).catch(() => undefined);
    throw thrown;
  }
}

/** What of a spec a machine is made with, in short. */
function settingsOf({ service, network, workspace, mounts, name }: SandboxSpec): string {
  const said = JSON.stringify([name, service, network, workspace, mounts.map(({ to }) => to)]);
  return createHash('sha256').update(said).digest('hex').slice(0, 16);
}

/** Makes the workspace where it is not there, and tells where things really are. */
async function prepared(machine: RemoteMachine, spec: SandboxSpec): Promise<readonly string[]> {
  const names = [...new Set([spec.workspace, '/tmp', ...spec.mounts.map(({ to }) => posix.normalize(to))])];
  const look = (mark: string): string => `
for p in ${names.map(quote).join(' ')}; do
  [ -d "$p" ] || mkdir -p -- "$p" 2>/dev/null || { sudo -n mkdir -p -- "$p" && sudo -n chown "$(id -u):$(id -g)" "$p"; } >/dev/null 2>&1
done
for tool in base64 find grep head mkfifo mktemp readlink setsid stat; do command -v "$tool" >/dev/null || { ${printFrame(mark, 'printf "%s" "$tool"')}; exit 0; }; done
[ -d ${quote(spec.workspace)} ] && [ -w ${quote(spec.workspace)} ] || { ${printFrame(mark, 'printf -')}; exit 0; }
${printFrame(mark, 'printf +', `readlink -f -- ${names.map(quote).join(' ')} | base64`)}`;
  const mark = newMark();
  const said = await patiently(true, () => machine.shell(look(mark), { timeoutMs: 60_000 }), {
    isThere: true,
  });
  const [first, real] = readFrame(said, mark) ?? [];
  if (first === '+') return [...new Set([...names, ...bytesOf(real).toString('utf8').trimEnd().split('\n')])];
  throw new Problem(
    'sandbox_failed',
    first === undefined
      ? `the machine of sandbox "${spec.name}" (${spec.type}) runs no scripts for "sh"`
      : first === '-'
        ? `the machine of sandbox "${spec.name}" (${spec.type}) has no folder "${spec.workspace}" that may be written, and none can be made`
        : `the machine of sandbox "${spec.name}" (${spec.type}) has no command "${first}", which the engine needs there`,
  );
}

/** Puts copies of the folders of the project on a machine. */
async function copyMounts(machine: RemoteMachine, spec: SandboxSpec): Promise<void> {
  for (const { from, to } of spec.mounts) {
    const entries = await readdir(from, { recursive: true, withFileTypes: true });
    const below = (entry: (typeof entries)[number]): string =>
      posix.join(to, join(entry.parentPath, entry.name).slice(from.length).replaceAll('\\', '/'));
    const folders = entries.filter((entry) => entry.isDirectory()).map(below);
    for (let at = 0; at < folders.length; at += 200) {
      const script = `mkdir -p -- ${folders
        .slice(at, at + 200)
        .map(quote)
        .join(' ')}`;
      await patiently(true, () => machine.shell(script, { timeoutMs: 60_000 }));
    }
    const files = entries.filter((entry) => entry.isFile());
    for (let at = 0; at < files.length; at += 8)
      await Promise.all(
        files.slice(at, at + 8).map(async (entry) => {
          const content = await readFile(join(entry.parentPath, entry.name));
          await patiently(true, () => machine.upload(below(entry), content));
        }),
      );
  }
}
