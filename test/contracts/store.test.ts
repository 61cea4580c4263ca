import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openMemoryStore } from '../../engine/adapters/store/memory.ts';
import { openSqliteStore } from '../../engine/adapters/store/sqlite.ts';
import { storeContract } from '../../engine/testing/store-contract.ts';

describe('store: memory', () => {
  storeContract({ describe, it }, openMemoryStore);
});

describe('store: sqlite', () => {
  let folder: string;
  let path: string;
  let opened = 0;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'store-contract-'));
  });
  after(() => rm(folder, { recursive: true }));

  storeContract(
    { describe, it },
    () => {
      opened += 1;
      path = join(folder, `${opened}.db`);
      return openSqliteStore({ path });
    },
    { reopen: () => openSqliteStore({ path }) },
  );
});
