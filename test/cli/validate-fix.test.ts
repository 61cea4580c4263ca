import { expect } from 'chai';
import { appendFileSync, existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeProject, runCli, startCli, type Files, type Finished } from './run-cli.ts';

const workflow = 'src/workflows/w.yaml';
/** One fault that has a safe fix, one that has none. */
const faulty: Files = {
  [workflow]: 'steps:\r\n  - { id: a, lgo: Hello } # greets\r\n  - { id: b, agent: nobody, message: Hi }\r\n',
};

describe('engine validate: what it changes and remembers', function () {
  this.timeout(120_000);

  it('fixes what is clear, keeps the rest of the file, and reports what is left', async () => {
    await inProject(faulty, async (folder, run) => {
      const before = readFileSync(join(folder, workflow), 'utf8');
      const dry = await run('--fix', '--dry-run');
      expect(dry.exitCode).to.equal(1);
      expect(dry.stdout).to.include(`--- a/${workflow}\n+++ b/${workflow}\n@@ -1,3 +1,3 @@\n`);
      expect(dry.stdout).to.include(
        '-  - { id: a, lgo: Hello } # greets\r\n+  - { id: a, log: Hello } # greets\r\n',
      );
      expect(dry.stderr).to.equal('1 finding would be fixed in 1 file; 1 finding would be left\n');
      expect(readFileSync(join(folder, workflow), 'utf8')).to.equal(before);

      const fixed = await run('--fix', '--format', 'stylish');
      expect(fixed.exitCode).to.equal(1);
      expect(fixed.stdout).to.include('ref/unknown-agent').and.include('1 error in 1 file; 1 fixed\n');
      expect(readFileSync(join(folder, workflow), 'utf8')).to.equal(before.replace('lgo', 'log'));
      expect(readdirSync(join(folder, 'src/workflows'))).to.deep.equal(['w.yaml']);

      const alone = await run('--dry-run');
      expect(alone.exitCode).to.equal(2);
      expect(alone.stderr).to.include('"--dry-run" goes with "--fix"');
    });
  });

  it('does not count what the baseline knows, and tells what of it is gone', async () => {
    await inProject(faulty, async (folder, run) => {
      const none = await run('--baseline');
      expect(none.exitCode).to.equal(2);
      expect(none.stderr).to.include('no baseline ".engine/baseline.json"; write one with --write-baseline');

      expect((await run('--write-baseline')).exitCode).to.equal(0);
      const path = join(folder, workflow);
      writeFileSync(path, `# moved\r\n${readFileSync(path, 'utf8')}`);
      const known = await run('--baseline');
      expect(known.exitCode).to.equal(0);
      expect(known.stdout).to.equal('2 known from the baseline\n');

      writeFileSync(path, readFileSync(path, 'utf8').replace('lgo', 'log').replace('Hi', '{{input.x.y}}'));
      appendFileSync(path, '  - { id: c, agent: somebody, message: Hi }\r\n');
      const later = await run('--baseline', '--json');
      expect(later.exitCode).to.equal(1);
      const report = JSON.parse(later.stdout) as { baseline: object; diagnostics: { message: string }[] };
      expect(report.diagnostics.map(({ message }) => message)).to.include('no agent "somebody"');
      expect(report.baseline).to.have.property('gone').that.is.greaterThan(0);
      expect(later.stderr).to.match(/of the baseline (?:is|are) gone/);

      writeFileSync(join(folder, '.engine/baseline.json'), '{\n  "schema": [,\n');
      const broken = await run('--baseline');
      expect(broken.exitCode).to.equal(2);
      expect(broken.stderr).to.match(/\.engine\/baseline\.json:2:\d+: /);
    });
  });

  it('checks again after every change of a file until it is interrupted', async () => {
    await inProject({ [workflow]: 'steps:\n  - { id: a, log: Hello }\n' }, async (folder) => {
      const path = join(folder, workflow);
      const { child, done, saw } = startCli(['validate', '--watch', '--format', 'stylish'], { cwd: folder });
      try {
        await saw('ok: 1 workflow in');
        await saw('waiting for changes', 'stderr');
        writeFileSync(path, 'steps:\n  - { id: a, lgo: Hello }\n');
        await saw('"lgo" is none; did you mean "log"?');
        await saw(`"${workflow}" changed\n`, 'stderr');
        writeFileSync(path, 'steps: [');
        await saw('yaml/syntax');
        writeFileSync(path, 'steps:\n  - { id: a, log: Bye }\n  - { id: b, log: Bye }\n');
        writeFileSync(join(folder, 'src/workflows/new.yaml'), 'steps:\n  - { id: a, log: Hello }\n');
        await saw('ok: 2 workflows in');
      } finally {
        child.kill('SIGINT');
      }
      const { exitCode, stdout } = await done;
      expect(exitCode).to.equal(0);
      expect(stdout).to.not.include('\u001b');
    });
  });

  it('ends with 0, 1, 2 as the findings and the command line are', async () => {
    await inProject({ [workflow]: 'steps:\n  - { id: a, log: Hello }\n' }, async (folder, run) => {
      expect((await run()).exitCode).to.equal(0);
      expect((await run('--fail-on', 'nothing')).exitCode).to.equal(2);
      expect((await run('no-such-folder')).exitCode).to.equal(2);
      expect((await run('--watch', '--fix')).exitCode).to.equal(2);
      expect(existsSync(join(folder, '.engine'))).to.equal(false);
    });
  });
});

async function inProject(
  files: Files,
  work: (folder: string, run: (...args: readonly string[]) => Promise<Finished>) => Promise<void>,
): Promise<void> {
  const project = await makeProject(files);
  try {
    await work(project.folder, (...args) => runCli(['validate', ...args], { cwd: project.folder }));
  } finally {
    await project.remove();
  }
}
