import { expect } from 'chai';
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { openSqliteStore } from '../../engine/adapters/store/sqlite.ts';
import { createEngine } from '../../engine/engine.ts';
import { childProgram } from '../engine/kills/child-program.ts';
import { temporaryFolder } from '../fakes/project.ts';

const project = fileURLToPath(new URL('../../examples/refund', import.meta.url));

describe('the example refund', function () {
  this.timeout(120_000);

  it('is killed while it waits for approval, started again, approved, and finishes; it pays once', async () => {
    const folder = temporaryFolder();
    const path = join(folder, 'engine.sqlite');
    const ledger = join(folder, 'ledger.txt');
    const input = readFileSync(join(project, 'example-input.json'), 'utf8');
    await killedAt('approval_requested', [project, path, 'run', 'refund', input], ledger);

    process.env['REFUND_LEDGER'] = ledger;
    const engine = await createEngine({ project, store: await openSqliteStore({ path }) });
    try {
      const [approval, ...others] = await engine.approvals.list();
      expect(others).to.deep.equal([]);
      expect(approval).to.deep.include({ step: 'sign_off', title: 'Pay 160 euros back for order A-17?' });
      const { runId = '' } = approval ?? {};
      await engine.approvals.resolve(runId, 'sign_off', {
        decision: 'approved',
        by: 'grace',
        data: { reason: 'shattered' },
      });
      expect(await engine.runs.wait(runId)).to.deep.include({
        state: 'succeeded',
        output: {
          state: 'paid',
          euros: 160,
          receipt: 'refund-A-17',
          letter: 'Dear Ada, 160 euros are on their way.',
        },
      });
      expect(readFileSync(ledger, 'utf8')).to.equal('refund-A-17 A-17 160\n');
      const count = async (type: string): Promise<number> =>
        (await engine.runs.events(runId)).filter((event) => event.type === type).length;
      expect(await count('approval_requested')).to.equal(1);
      expect(await count('approval_resolved')).to.equal(1);
      expect(await count('run_resume')).to.equal(1);
      expect(await engine.approvals.list()).to.deep.equal([]);
    } finally {
      await engine.close();
      delete process.env['REFUND_LEDGER'];
    }
  });
});

/** Runs an engine of its own and kills it when an event of a type is on disk. */
async function killedAt(type: string, args: readonly string[], ledger: string): Promise<void> {
  const process_ = spawn(process.execPath, [await childProgram(), ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, REFUND_LEDGER: ledger },
  });
  const exited = new Promise<void>((resolve) => process_.once('exit', () => resolve()));
  for await (const line of createInterface({ input: process_.stdout })) {
    const { event, failed } = JSON.parse(line) as { event?: string; failed?: unknown };
    if (failed !== undefined) throw new Error(JSON.stringify(failed));
    if (event === type) break;
  }
  process_.kill('SIGKILL');
  await exited;
}
