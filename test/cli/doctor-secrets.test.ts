import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { runCli } from './run-cli.ts';

describe('engine doctor and secrets', function () {
  this.timeout(120_000);
  let project = '';
  const start = (secrets: string, store = 'memory'): void => {
    project = mkdtempSync(join(tmpdir(), 'engine-doctor-'));
    writeFileSync(
      join(project, 'engine.yaml'),
      `model: script/x\nstore: { type: ${store} }\nsecrets:\n${secrets}`,
    );
  };
  afterEach(() => rmSync(project, { recursive: true, force: true }));

  it('names those that are not set, and shows no value of those that are', async () => {
    start('  KNOWN_ONE: {}\n  UNSET_ONE: {}\n  FROM_FILE: { file: keys/one.txt }\n');
    for (const more of [[], ['--json']]) {
      const { exitCode, stdout, stderr } = await runCli(['doctor', ...more], {
        cwd: project,
        env: { KNOWN_ONE: 'canary-value-0123456789' },
      });
      expect(exitCode).to.equal(0);
      expect(stdout).to.contain('UNSET_ONE').and.to.contain('FROM_FILE').and.not.to.contain('KNOWN_ONE');
      expect(stdout + stderr).not.to.contain('canary');
    }
  });

  it('finds that a required one is not set, beside the store too', async () => {
    for (const store of ['memory', 'sqlite']) {
      start('  MUST_ONE: { required: true }\n', store);
      const failed = await runCli(['doctor', '--json'], { cwd: project });
      expect(failed.exitCode, store).to.equal(1);
      expect(JSON.parse(failed.stdout)).to.deep.include({ ok: false, secrets: { missing: ['MUST_ONE'] } });
      writeFileSync(join(project, 'local.env'), 'MUST_ONE=canary-value-0123456789\n');
      const fine = await runCli(['doctor', '--env-from', 'local.env'], { cwd: project });
      expect(fine.exitCode, store).to.equal(0);
      expect(fine.stdout).to.contain('all are set').and.not.to.contain('canary');
    }
  });
});
