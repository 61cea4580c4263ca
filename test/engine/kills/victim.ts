import { writeSync } from 'node:fs';
import { openSqliteStore } from '../../../engine/adapters/store/sqlite.ts';
import { asProblem } from '../../../engine/core/problem.ts';
import { createEngine } from '../../../engine/engine.ts';
import { armFromEnvironment } from '../../../engine/bind/failpoints.ts';

// An engine in a process of its own, to be killed: `victim <project> <store> <round>`. It takes up what was left, admits a run and some
// prompts of this round (none without a round), works until nothing is left, and closes. What is certain goes to stdout, a JSON text a line.
const [folder = '', path = '', round = ''] = process.argv.slice(2);
const say = (value: unknown): void => void writeSync(1, `${JSON.stringify(value)}\n`);

try {
  armFromEnvironment();
  const store = await openSqliteStore({ path });
  const engine = await createEngine({
    project: folder,
    store,
    observers: [({ executionId, type }) => say({ accepted: executionId, type })],
  });
  say({ ready: true });
  if (round !== '') {
    for (let number = 0; number < 2; number += 1) {
      for (const instance of ['x', 'y']) {
        const message = `use ${instance}/${round}/${number}`;
        const { submissionId } = await engine.dispatch('helper', { instance, message });
        say({ accepted: submissionId });
      }
    }
    const { runId } = await engine.workflows.start('everything', { round: Number(round) });
    say({ accepted: runId });
  }
  const unfinished = async () => [
    ...(await engine.executions({ states: ['queued', 'running', 'waiting'] })),
    ...(await engine.callbacks.list({ states: ['queued', 'waiting'] })),
  ];
  while ((await unfinished()).length > 0) {
    for (const { runId = '', step } of await engine.approvals.list())
      await engine.approvals.resolve(runId, step, { decision: 'approved' });
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  await engine.close();
  say({ closed: true });
} catch (thrown) {
  say({ failed: asProblem(thrown).toData(), cause: String(asProblem(thrown).cause) });
  process.exitCode = 1;
}
