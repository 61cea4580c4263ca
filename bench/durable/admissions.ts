import { join } from 'node:path';
import { createEmbedded } from '../../engine/adapters/durable/embedded.ts';
import { createSystemClock } from '../../engine/adapters/clock/system.ts';
import { openSqliteStore } from '../../engine/adapters/store/sqlite.ts';
import { createJournal } from '../../engine/journal/index.ts';
import type { Bench, Figure } from '../durable.ts';
import { writeProject } from './project.ts';
import { rate } from './timed.ts';

/** How many submissions to busy sessions are admitted in a second; each has its receipt when it is on disk. */
export async function benchAdmissions({ folder }: Bench): Promise<readonly Figure[]> {
  writeProject(folder);
  const clock = createSystemClock();
  const store = await openSqliteStore({ path: join(folder, 'engine.sqlite') });
  const journal = createJournal({ store, clock });
  const durable = createEmbedded({
    store,
    clock,
    openLog: (id, start) => journal.open(id, start),
    redact: (value) => value,
    report: (problem) => console.error(problem),
  });
  durable.define('submission', {
    queued: ({ id }, position) => ({ submissionId: id, type: 'submission_queued', data: { position } }),
    ended: ({ id }, { state }) => ({ submissionId: id, type: 'submission_end', data: { state } }),
    work: ({ signal }) =>
      new Promise((_resolve, reject) =>
        signal.addEventListener('abort', () => reject(signal.reason as Error)),
      ),
  });
  const input = { message: 'Hello, I have a question about my order.' };
  const admit = (index: number): Promise<unknown> =>
    durable.admit({
      id: `sub_${clock.ulid()}`,
      kind: 'submission',
      name: 'a',
      key: `session ${index % 16}`,
      input,
      hash: 'h',
    });
  await rate(200, 16, admit);
  const figures: Figure[] = [];
  for (const [parallel, total] of [
    [1, 500],
    [16, 3000],
    [256, 6000],
  ] as const)
    figures.push({
      name: `admissions, ${parallel} at a time`,
      value: await rate(total, parallel, admit),
      unit: '/s',
      ...(parallel === 1 ? {} : { target: '≥ 2000' }),
    });
  await durable.close();
  await store.close();
  return figures;
}
