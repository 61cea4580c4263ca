import { expect } from 'chai';
import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { runCli } from './run-cli.ts';

describe('engine token', () => {
  const run = (...args: string[]) => runCli(['token', ...args], { cwd: tmpdir() });

  it('prints a new token, and beside it what engine.yaml has to have', async () => {
    const { exitCode, stdout, stderr } = await run('website');
    expect(exitCode).to.equal(0);
    const token = stdout.trim();
    expect(token).to.match(/^[\w-]{43}$/);
    const hash = createHash('sha256').update(token).digest('hex');
    expect(stderr).to.contain(`- name: website\n    hash: sha256:${hash}\n`).and.not.to.contain(token);
  });

  it('prints them as JSON', async () => {
    const { stdout } = await run('website', '--json');
    const { name, token, hash } = JSON.parse(stdout) as Record<string, string>;
    expect([name, hash]).to.deep.equal([
      'website',
      `sha256:${createHash('sha256').update(String(token)).digest('hex')}`,
    ]);
  });

  it('refuses what is no name', async () => {
    const { exitCode, stdout } = await run('a b');
    expect([exitCode, stdout]).to.deep.equal([2, '']);
  });
});
