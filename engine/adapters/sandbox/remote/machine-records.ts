import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A machine that was lent for an owner. */
export interface MachineRecord {
  readonly sandbox: string;
  readonly type: string;
  readonly id: string;
  /** What the machine was made with, in short. */
  readonly made: string;
  /** Says whose it is without saying who that is. */
  readonly owner: string;
}

/** Remembers which machines of services belong to this engine, over its restarts where it has a folder. */
export interface MachineRecords {
  /** Name of this store of machines, which no other one has. */
  store(): Promise<string>;
  get(owner: string, sandbox: string): Promise<MachineRecord | undefined>;
  set(record: MachineRecord): Promise<void>;
  delete(record: Pick<MachineRecord, 'owner' | 'sandbox'>): Promise<void>;
  all(): Promise<readonly MachineRecord[]>;
}

/** Stands for an owner at a service, where its name has no business. */
export function ownerLabel(owner: string): string {
  return createHash('sha256').update(owner).digest('hex').slice(0, 40);
}

/** @param folder absolute path; undefined: remembered as long as this process lives. */
export function createMachineRecords(folder: string | undefined): MachineRecords {
  return folder === undefined ? inMemory() : inFolder(folder);
}

function inMemory(): MachineRecords {
  const found = new Map<string, MachineRecord>();
  const name = randomUUID();
  return {
    store: () => Promise.resolve(name),
    get: (owner, sandbox) => Promise.resolve(found.get(fileOf(owner, sandbox))),
    set: (record) => Promise.resolve(void found.set(fileOf(record.owner, record.sandbox), record)),
    delete: ({ owner, sandbox }) => Promise.resolve(void found.delete(fileOf(owner, sandbox))),
    all: () => Promise.resolve([...found.values()]),
  };
}

function inFolder(folder: string): MachineRecords {
  const textOf = async (file: string): Promise<string> => {
    try {
      return await readFile(join(folder, file), 'utf8');
    } catch (thrown) {
      if ((thrown as { code?: unknown }).code === 'ENOENT') return '';
      throw thrown;
    }
  };
  /** What a crash left half written says nothing: its machine is found by its labels. */
  const read = async (file: string): Promise<MachineRecord | undefined> => {
    const text = await textOf(file);
    try {
      return JSON.parse(text) as MachineRecord;
    } catch {
      return undefined;
    }
  };
  const write = async (file: string, text: string): Promise<void> => {
    const path = join(folder, file);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await writeFile(`${path}.new`, text, { mode: 0o600 });
    await rename(`${path}.new`, path);
  };
  const named = async (): Promise<string> => {
    const known = await textOf('store');
    if (known !== '') return known;
    const name = randomUUID();
    await write('store', name);
    return name;
  };
  let naming: Promise<string> | undefined;
  return {
    store() {
      // Asked by many at once, it is one name all the same.
      naming ??= named().catch((thrown: unknown) => {
        naming = undefined;
        throw thrown;
      });
      return naming;
    },
    get: (owner, sandbox) => read(fileOf(owner, sandbox)),
    set: (record) => write(fileOf(record.owner, record.sandbox), JSON.stringify(record)),
    delete: ({ owner, sandbox }) => rm(join(folder, fileOf(owner, sandbox)), { force: true }),
    async all() {
      const names = await readdir(folder).catch(() => []);
      const records = await Promise.all(names.filter((name) => name.endsWith('.json')).map(read));
      return records.filter((record) => record !== undefined);
    },
  };
}

function fileOf(owner: string, sandbox: string): string {
  return `${owner}.${createHash('sha256').update(sandbox).digest('hex').slice(0, 12)}.json`;
}
