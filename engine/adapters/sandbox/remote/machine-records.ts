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
  const read = async (file: string): Promise<MachineRecord | undefined> => {
    const text = await readFile(join(folder, file), 'utf8').catch(() => undefined);
    return text === undefined ? undefined : (JSON.parse(text) as MachineRecord);
  };
  return {
    async store() {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const file = join(folder, 'store');
      // Of two that make it at once one wins.
      await writeFile(file, randomUUID(), { flag: 'wx', mode: 0o600 }).catch(() => undefined);
      return readFile(file, 'utf8');
    },
    get: (owner, sandbox) => read(fileOf(owner, sandbox)),
    async set(record) {
      const path = join(folder, fileOf(record.owner, record.sandbox));
      await mkdir(folder, { recursive: true, mode: 0o700 });
      await writeFile(`${path}.new`, JSON.stringify(record), { mode: 0o600 });
      await rename(`${path}.new`, path);
    },
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
