import { closeSync, existsSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { connect } from '../../../engine/adapters/store/sqlite-connection.ts';
import { openSqliteStore } from '../../../engine/adapters/store/sqlite.ts';
import { noUsage, textOf } from '../../../engine/core/message.ts';
import { asProblem } from '../../../engine/core/problem.ts';
import { createEngine } from '../../../engine/engine.ts';
import type { Models } from '../../../engine/ports/model.ts';

// A run and a prompt on a disk of 12 MB, `full-disk <project> <disk>`: it fills up in the middle of them, and then there is room again.
const [project = '', disk = ''] = process.argv.slice(2);
process.removeAllListeners('warning');
process.on('warning', ({ message }) => void warnings.push(message));
const warnings: string[] = [];
const ballast = join(disk, 'ballast');
const witness = process.env['WITNESS'] ?? '';
const path = join(disk, 'engine.sqlite');
let asked = 0;
const long = 'y'.repeat(300_000);
let answer = (): void => undefined;
const asking = new Promise<void>((resolve) => (answer = resolve));
const models: Models = {
  async *stream() {
    asked += 1;
    await asking;
    yield {
      type: 'finish',
      finish: 'stop',
      usage: { ...noUsage, inputTokens: 10, outputTokens: 5, totalTokens: 15 },
      message: { role: 'assistant', content: [{ type: 'text', text: asked === 1 ? long : 'short' }] },
    };
  },
};
const engine = await createEngine({ project, store: await openSqliteStore({ path }), ports: { models } });
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const { runId } = await engine.workflows.start('w', { text: 'x'.repeat(8000) });
const session = engine.agents.session('clerk', 'one');
const sent = await session.send('hello');
while (!existsSync(`${witness}.held`) || asked === 0) await pause(5);
fill(ballast);
writeFileSync(`${witness}.full`, '');
// What the log of the store has room for it still takes.
let refused = 'admitted';
while (refused === 'admitted')
  refused = await engine.workflows.start('probe', { text: 'x'.repeat(300_000) }).then(
    () => 'admitted',
    (thrown: unknown) => asProblem(thrown).code,
  );
const stalled = (await engine.runs.get(runId)).endedAt === undefined;
answer();
const told = await sent.result.then(
  () => 'answered',
  (thrown: unknown) => asProblem(thrown).code,
);
const again = await engine.submissions.wait(sent.submissionId).then(
  () => 'ended',
  (thrown: unknown) => asProblem(thrown).code,
);
rmSync(ballast);
const patience = { signal: AbortSignal.timeout(40_000) };
for await (const { type } of engine.submissions.subscribe(sent.submissionId, patience))
  if (type === 'submission_end') break;
const { state: prompted } = await engine.submissions.get(sent.submissionId);
const { text: next } = await session.prompt('and then?');
const said = (await session.history()).map((message) => textOf(message).length);
const { state } = await engine.runs.wait(runId, patience);
await engine.close();
const { query, close } = await connect(path, 1000);
const [row] = await query('PRAGMA store.integrity_check');
await close();
const warned = warnings.filter((text) => text.startsWith(`outcome_pending: "${sent.submissionId}"`)).length;
const prompt = { told, again, state: prompted, warned, said, next, asked };
console.log(JSON.stringify({ stalled, refused, state, prompt, integrity: row?.['integrity_check'] }));

/** Writes a file until nothing more fits on its disk. */
function fill(path: string): void {
  const file = openSync(path, 'w');
  try {
    for (const piece = Buffer.alloc(4096); ;) writeSync(file, piece);
  } catch {
    closeSync(file);
  }
}
