import { writeSync } from 'node:fs';
import { openSqliteStore } from '../../../engine/adapters/store/sqlite.ts';
import { Problem } from '../../../engine/core/problem.ts';
import { event, run } from './samples.ts';

// A store user in a process of its own, to be killed: `child.ts <path> hold|write|list`. One JSON text a line goes to stdout.
const [path = '', mode] = process.argv.slice(2);
const say = (value: unknown): void => void writeSync(1, `${JSON.stringify(value)}\n`);

try {
  const store = await openSqliteStore({ path, readOnly: mode === 'list' });
  say('open');
  if (mode === 'hold') setInterval(() => undefined, 60_000);
  if (mode === 'list') {
    say((await store.executions.list({})).map(({ id }) => id));
    await store.close();
  }
  if (mode === 'write') {
    const worker = async (name: string): Promise<void> => {
      await store.executions.insert(run(name, 1));
      say({ inserted: name });
      for (let n = 1; ; n += 1) {
        await store.events.append([event(name, n)]);
        say({ event: name, n });
        await store.documents.set('d', `${name}/${n}`, n);
        say({ document: name, n });
        await store.checkpoints.put(name, `${n}`, n);
        say({ checkpoint: name, n });
      }
    };
    await Promise.all(['a', 'b', 'c', 'd'].map((name) => worker(`${process.pid}${name}`)));
  }
} catch (thrown) {
  say({
    refused: thrown instanceof Problem ? thrown.code : String(thrown),
    message: (thrown as Error).message,
  });
}
