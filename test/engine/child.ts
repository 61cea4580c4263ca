import { writeSync } from 'node:fs';
import { openSqliteStore } from '../../engine/adapters/store/sqlite.ts';
import type { Json } from '../../engine/core/json.ts';
import { asProblem } from '../../engine/core/problem.ts';
import { createEngine } from '../../engine/engine.ts';

// An engine in a process of its own, to be killed. `child.ts <project> <store> run <workflow> <input>` starts a run and waits for it,
// `… prompt <agent> <message>` a prompt, `… resume` only what was left. One JSON text a line goes to stdout.
const [project = '', path = '', mode = '', name = '', text = ''] = process.argv.slice(2);
const say = (value: unknown): void => void writeSync(1, `${JSON.stringify(value)}\n`);

try {
  const engine = await createEngine({
    project,
    store: await openSqliteStore({ path }),
    observers: [({ type, stepPath, executionId }) => say({ event: type, stepPath, executionId })],
  });
  say({ ready: process.pid });
  if (mode === 'run')
    await engine.runs.wait((await engine.workflows.start(name, JSON.parse(text) as Json)).runId);
  if (mode === 'prompt') await engine.agents.session(name, 'x').prompt(text);
  if (mode === 'resume') {
    const left = await engine.executions({ states: ['queued', 'running', 'waiting'] });
    await Promise.all(
      left.map(({ id, kind }) => (kind === 'run' ? engine.runs.wait(id) : engine.submissions.wait(id))),
    );
  }
  await engine.close();
  say({ closed: true });
} catch (thrown) {
  say({ failed: asProblem(thrown).toData() });
}
