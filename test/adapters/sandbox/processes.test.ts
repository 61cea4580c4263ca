import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { expect } from 'chai';
import { findBubblewrap } from '../../../engine/adapters/sandbox/can-isolate.ts';
import { endOrphans } from '../../../engine/adapters/sandbox/leftovers.ts';
import { createSandboxes } from '../../../engine/adapters/sandbox/sandboxes.ts';
import type { Sandbox } from '../../../engine/ports/sandbox.ts';
import { sandboxSpec } from './open-test-sandbox.ts';
import { expectWithin } from '../../fakes/contention.ts';
import { builtProgram } from '../../fakes/programs.ts';

const bounds = { files: 1000, memoryMb: 128, processes: 64 };
const tiers = ['local', 'isolated'] as const;

for (const type of tiers) {
  describe(`processes of ${type === 'local' ? 'a local' : 'an isolated'} sandbox`, function () {
    this.timeout(120_000);
    let folder = '';
    let sandbox: Sandbox;

    before(async function () {
      if (process.platform !== 'linux') this.skip();
      if (type === 'isolated') await findBubblewrap().catch(() => this.skip());
    });
    beforeEach(async () => {
      folder = realpathSync(mkdtempSync(join(tmpdir(), 'engine-processes-')));
      // Commands here end by themselves, or are ended; how long they take on a busy machine is not what is tested.
      const limits = { timeoutMs: 100_000, outputBytes: 10_000, fileBytes: 100_000 };
      const spec = sandboxSpec({ type, write: true, shell: true, compound: true, bounds, limits });
      sandbox = await createSandboxes({ projectRoot: folder, stateFolder: join(folder, 'state') }).open(
        spec,
        {
          env: {},
        },
      );
    });
    afterEach(async () => {
      await sandbox.close();
      rmSync(folder, { recursive: true, force: true });
    });

    for (const [how, line] of [
      ['children', 'sleep 30.MARK & sleep 30.MARK & sleep 30.MARK'],
      ['children in sessions of their own', 'setsid sleep 30.MARK & setsid -f sleep 30.MARK; sleep 30.MARK'],
      [
        'children that do not listen',
        "trap '' TERM; (trap '' TERM; sleep 30.MARK) & sleep 30.MARK; sleep 30.MARK",
      ],
      ['children without outputs', 'setsid sleep 30.MARK >/dev/null 2>&1 </dev/null & sleep 30.MARK'],
    ] as const) {
      it(`end with the time of a command, ${how} too`, async () => {
        const mark = newMark();
        const started = Date.now();
        const work = sandbox.exec(line.replaceAll('MARK', mark), { timeoutMs: 700 });
        expect(await codeOf(work)).to.equal('timeout');
        const took = Date.now() - started;
        expectWithin(took, 2_700);
        expect(commandsWith(`30.${mark}`)).to.deep.equal([]);
      });
    }

    it('end with an abort', async () => {
      const mark = newMark();
      const stop = new AbortController();
      const work = codeOf(
        sandbox.exec(`setsid sleep 30.${mark} & sleep 30.${mark}`, { signal: stop.signal }),
      );
      await until(() => commandsWith(`30.${mark}`).length > 0);
      stop.abort();
      expect(await work).to.equal('aborted');
      expect(commandsWith(`30.${mark}`)).to.deep.equal([]);
    });

    it('end with the command that started them', async () => {
      const mark = newMark();
      const line = `sleep 30.${mark} >/dev/null 2>&1 & setsid sleep 30.${mark} & setsid -f sleep 30.${mark} >/dev/null 2>&1; echo on`;
      expect((await sandbox.exec(line)).stdout).to.equal('on\n');
      expect(commandsWith(`30.${mark}`)).to.deep.equal([]);
    });

    it('end with the sandbox', async () => {
      const mark = newMark();
      const work = codeOf(sandbox.exec(`sleep 30.${mark}`));
      await until(() => commandsWith(`30.${mark}`).length > 0);
      await sandbox.close();
      expect(await work).to.equal('aborted');
      expect(commandsWith(`30.${mark}`)).to.deep.equal([]);
    });

    it(
      type === 'local'
        ? 'outlive an engine that is killed, and end when the next one starts'
        : 'end with an engine that is killed',
      async () => {
        const mark = newMark();
        const engine = spawn(
          process.execPath,
          [await builtProgram('hold-command'), type, folder, `sleep 30.${mark}`],
          { stdio: 'inherit' },
        );
        await until(() => commandsWith(`30.${mark}`).some((line) => line.startsWith('sleep')));
        engine.kill('SIGKILL');
        await new Promise((resolve) => engine.once('exit', resolve));
        if (type === 'local') {
          expect(commandsWith(`30.${mark}`)).not.to.deep.equal([]);
          endOrphans();
        }
        await until(() => commandsWith(`30.${mark}`).length === 0);
      },
    );

    it('write as much as they like, and no more than the limit is kept', async () => {
      const before = process.memoryUsage().rss;
      const seen = await sandbox.exec('head -c 300000000 /dev/zero; echo over >&2');
      expect(seen).to.include({ exitCode: 0, truncated: true, stderr: 'over\n' });
      expect(seen.stdout.length).to.be.at.most(sandbox.spec.limits.outputBytes);
      expect(process.memoryUsage().rss - before).to.be.below(60_000_000);
    });

    it('find no terminal, no editor and no pager', async () => {
      const seen = await sandbox.exec(
        'tty; $EDITOR x; echo $PAGER; (: </dev/tty) 2>&1 || echo none; read -r x || echo closed',
      );
      expect(seen.stdout).to.match(/^not a tty\ncat\n/);
      expect(seen.stdout).to.match(/none\nclosed\n$/);
    });

    it('keep values of the environment out of what the machine shows of them', async () => {
      const mark = newMark();
      const value = `canary-${mark}`;
      const stop = new AbortController();
      const env = { GRANTED: value };
      const work = codeOf(sandbox.exec(`sleep 30.${mark}`, { env, signal: stop.signal }));
      await until(() => commandsWith(`30.${mark}`).some((line) => line.startsWith('sleep')));
      expect(commandsWith(value)).to.deep.equal([]);
      stop.abort();
      await work;
    });

    it('that take all the memory end, and the engine goes on', async () => {
      const line = "x=$(head -c 300000000 /dev/zero | tr '\\0' a); echo ${#x}";
      const seen = await sandbox.exec(line).catch(() => undefined);
      expect(seen?.stdout).not.to.equal('300000000\n');
    });

    it('that do nothing but work leave the engine its time', async () => {
      const delay = monitorEventLoopDelay({ resolution: 5 });
      delay.enable();
      expect(
        await codeOf(sandbox.exec('while :; do :; done & while :; do :; done', { timeoutMs: 700 })),
      ).to.equal('timeout');
      delay.disable();
      expect(delay.percentile(50) / 1e6).to.be.below(200);
    });

    if (type === 'isolated') {
      it('that make more of themselves come to an end', async () => {
        const bomb = 'f() { f | f & }; f 2>/dev/null; sleep 0.3; ls -d /proc/[0-9]* | wc -l';
        const seen = await sandbox.exec(bomb, { timeoutMs: 3_000 }).catch(() => undefined);
        expect(Number(seen?.stdout ?? 0)).to.be.at.most(sandbox.spec.bounds.processes + 3);
      });
    }
  });
}

let marks = 0;

/** Digits that no other command of this machine has. */
function newMark(): string {
  return `${String(process.pid).padStart(8, '0')}${String((marks += 1)).padStart(3, '0')}`;
}

/** What the machine says that its processes are, those that run and whose line has a text. */
function commandsWith(text: string): string[] {
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name) || Number(name) === process.pid) return [];
    try {
      const line = readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
      return line.includes(text) ? [line] : [];
    } catch {
      return [];
    }
  });
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 20));
}

async function codeOf(call: Promise<unknown>): Promise<string> {
  return call.then(
    () => 'none',
    (thrown: unknown) => (thrown as { readonly code: string }).code,
  );
}
