import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { appendFile, chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { settingFault } from '../../../engine/adapters/sandbox/policy-git.ts';
import { createSandboxes } from '../../../engine/adapters/sandbox/sandboxes.ts';
import { Problem } from '../../../engine/core/problem.ts';
import type { Sandbox } from '../../../engine/ports/sandbox.ts';
import { sandboxSpec } from './open-test-sandbox.ts';

describe('git in a repository that somebody else made', () => {
  let root: string;
  let canary: string;
  let program: string;

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'repository-'));
    canary = join(root, 'canary');
    program = join(root, 'program');
    await writeFile(program, `#!/bin/sh\ntouch '${canary}'\ncat\n`);
    await chmod(program, 0o755);
    await mkdir(join(root, 'work/inner'), { recursive: true });
    git('init', '-q');
    await writeFile(join(root, 'work/f'), 'a\n');
    git('add', 'f');
    git('-c', 'user.name=a', '-c', 'user.email=a@b', 'commit', '-qm', 'first');
    await writeFile(join(root, 'work/f'), 'b\n');
  });

  afterEach(() => rm(root, { recursive: true, force: true }));

  function git(...args: readonly string[]): void {
    execFileSync('git', args, { cwd: join(root, 'work'), stdio: 'ignore' });
  }

  async function open(): Promise<Sandbox> {
    return createSandboxes({ projectRoot: join(root, 'work') }).open(
      sandboxSpec({
        type: 'local',
        shell: true,
        write: true,
        commands: ['git', 'cd'],
        compound: true,
        options: { root: '.' },
      }),
      { env: {} },
    );
  }

  const commands = [
    'git status',
    'git diff',
    'git log -p -1',
    'git add f',
    'git -C inner status',
    'cd inner && git status',
  ];

  it('runs none of its hooks, monitors, pagers, editors and drivers', async () => {
    await mkdir(join(root, 'work/.git/hooks'), { recursive: true });
    for (const hook of [
      'pre-commit',
      'post-commit',
      'post-checkout',
      'post-index-change',
      'reference-transaction',
    ]) {
      await writeFile(join(root, 'work/.git/hooks', hook), `#!/bin/sh\ntouch '${canary}'\n`);
      await chmod(join(root, 'work/.git/hooks', hook), 0o755);
    }
    await appendFile(
      join(root, 'work/.git/config'),
      `[core]\n\tfsmonitor = ${program}\n\tpager = ${program}\n\thooksPath = hooks\n\teditor = ${program}\n\tsshCommand = ${program}\n[pager]\n\tlog = ${program}\n[alias]\n\tstatus = !${program}\n[user]\n\tname = a\n\temail = a@b\n`,
    );
    const sandbox = await open();
    for (const command of [...commands, "git commit -qm 'second'"])
      expect((await sandbox.exec(command)).exitCode, command).to.equal(0);
    expect(existsSync(canary)).to.equal(false);
    await sandbox.close();
  });

  for (const [name, config, attributes] of [
    ['a filter', '[filter "x"]\n\tclean = PROGRAM\n\tsmudge = PROGRAM\n\trequired\n', '* filter=x\n'],
    ['a diff driver', '[diff "x"]\n\tcommand = PROGRAM\n\ttextconv = PROGRAM\n', '* diff=x\n'],
    ['a diff program', '[diff]\n\texternal = PROGRAM\n', ''],
    ['an included file', '[include]\n\tpath = ../more\n', ''],
    ['a heading on the line of the setting', '[filter "x"] clean = PROGRAM\n', '* filter=x\n'],
  ] as const)
    it(`does not run where ${name} is set`, async () => {
      await appendFile(join(root, 'work/.git/config'), config.replaceAll('PROGRAM', program));
      await writeFile(join(root, 'work/.gitattributes'), attributes);
      const sandbox = await open();
      for (const command of commands) {
        const thrown: unknown = await sandbox.exec(command).catch((reason: unknown) => reason);
        expect(thrown, command).to.be.instanceOf(Problem);
        expect((thrown as Problem).message).to.match(
          /^git is not run here: ".*" in ".*config" can run programs/,
        );
      }
      expect(existsSync(canary)).to.equal(false);
      await sandbox.close();
    });

  it('names the setting', () => {
    expect(settingFault('[core]\n\tbare = false\n[remote "origin"]\n\turl = x\n')).to.equal(undefined);
    expect(settingFault('[remote "origin"]\n\tuploadpack = x\n')).to.equal('remote.origin.uploadpack');
    expect(settingFault('[filter "lfs"]\n\tclean = git-lfs clean\n')).to.equal('filter.lfs.clean');
    expect(settingFault('[core]\n\tgitProxy = x\n')).to.equal('core.gitproxy');
  });
});
