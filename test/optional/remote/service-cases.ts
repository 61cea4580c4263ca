import { expect } from 'chai';
import { spawnSync } from 'node:child_process';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { copesWithFaults } from './fault-cases.ts';
import { free, openWorld, thrownBy, type Calls, type Kind, type World } from './subject.ts';

/** What every service's sandbox does besides the contract. */
export function worksWithService(kind: Kind, calls: Calls): void {
  copesWithFaults(kind, calls);
  describe(`a sandbox of type ${kind.type}`, function () {
    this.timeout(60_000);
    let world: World;
    beforeEach(async () => (world = await openWorld(kind)));
    afterEach(() => world.close());
    const made = (): number => world.fake.calls.filter((call) => calls.create.test(call)).length;

    it('begins its machine at the first use, and says that it sleeps until then', async () => {
      const sandbox = await world.open(world.spec(free));
      expect(sandbox.asleep).to.equal(true);
      expect(sandbox.resolve('a')).to.match(/\/work\/a$/);
      expect(sandbox.restricted({ write: false }).asleep).to.equal(true);
      await sandbox.close();
      expect(world.fake.calls).to.deep.equal([]);
      const again = await world.open(world.spec(free));
      await Promise.all([again.stat('.'), again.list('.'), again.exec('true')]);
      expect(again.asleep).to.equal(false);
      expect(made()).to.equal(1);
      await again.close();
    });

    it('is the same machine for the same owner after a restart, and another one for another', async () => {
      const first = await world.open(world.spec(free), 'agent.one');
      await first.writeFile('kept.bin', Uint8Array.of(0, 255, 7));
      await first.close();
      const second = await world.open(world.spec(free), 'agent.one');
      expect([...(await second.readFile('kept.bin'))]).to.deep.equal([0, 255, 7]);
      await second.close();
      expect(made()).to.equal(1);
      const other = await world.open(world.spec(free), 'agent.two');
      await other.stat('.');
      await other.close();
      expect(made()).to.equal(2);
    });

    it('finds a machine that a process left before it could remember it', async () => {
      const first = await world.open(world.spec(free));
      await first.writeFile('a', 'kept');
      await first.close();
      const folder = join(world.folder, 'state', 'machines');
      for (const name of await readdir(folder))
        if (name.endsWith('.json')) await writeFile(join(folder, name), 'null');
      const second = await world.open(world.spec(free));
      expect(Buffer.from(await second.readFile('a')).toString()).to.equal('kept');
      await second.close();
      expect(made()).to.equal(1);
    });

    it('says once that a machine is gone, and then gets another', async () => {
      const first = await world.open(world.spec(free));
      await first.writeFile('a', 'kept');
      world.fake.machines.clear();
      const lost = await thrownBy(() => first.readFile('a'));
      expect(lost.code).to.equal('sandbox_failed');
      expect(lost.message).to.include('is gone, and its files with it');
      expect(lost.retryable).to.equal(true);
      await first.writeFile('a', 'new');
      await first.close();
      world.fake.machines.clear();
      const second = await world.open(world.spec(free));
      expect((await thrownBy(() => second.stat('a'))).message).to.include('is gone');
      await second.stat('a');
      await second.close();
      expect(made()).to.equal(3);
    });

    it('wakes up a machine that fell asleep behind its back', async function () {
      if (calls.sleeps === false) this.skip();
      const sandbox = await world.open(world.spec(free));
      await sandbox.writeFile('a', 'kept');
      const sleep = (): void => {
        for (const machine of world.fake.machines.values()) machine.state = 'asleep';
      };
      sleep();
      expect(Buffer.from(await sandbox.readFile('a')).toString()).to.equal('kept');
      sleep();
      expect((await sandbox.exec('cat a')).stdout).to.equal('kept');
      await sandbox.close();
      expect([...world.fake.machines.values()].map(({ state }) => state)).to.deep.equal(['asleep']);
      expect(made()).to.equal(1);
    });

    it('does not use a machine that was made with other settings', async () => {
      const first = await world.open(world.spec(free));
      await first.stat('.');
      await first.close();
      const open = { ...free, network: { allow: ['*'], deny: [] } };
      const second = await world.open(world.spec(open));
      expect((await thrownBy(() => second.stat('.'))).message).to.match(
        /was made with another "service", "network", "workspace" or "mounts"/,
      );
      await second.close();
    });

    it('ends what a command started at its time and at an abort', async () => {
      const sandbox = await world.open(world.spec(free));
      // Digits that no other command of this machine has.
      const mark = `sleep 31.${String(process.pid).padStart(8, '0')}`;
      const script = `(${mark}1 & setsid ${mark}2 & ${mark}3)`;
      expect((await thrownBy(() => sandbox.exec(script, { timeoutMs: 400 }))).code).to.equal('timeout');
      expect(running(mark)).to.deep.equal([]);
      const stop = new AbortController();
      const work = thrownBy(() => sandbox.exec(script, { signal: stop.signal }));
      while (running(mark).length < 3) await wait(20);
      stop.abort();
      expect((await work).code).to.equal('aborted');
      expect(running(mark)).to.deep.equal([]);
      const early = new AbortController();
      const begun = thrownBy(() => sandbox.exec(script, { signal: early.signal }));
      early.abort();
      expect((await begun).code).to.equal('aborted');
      expect(running(mark)).to.deep.equal([]);
      await sandbox.close();
    });

    it('leaves nothing of its own in the temporary folder', async () => {
      const sandbox = await world.open(world.spec(free));
      const before = await ours();
      await sandbox.exec('head -c 9000 /dev/zero | tr "\\0" x', { env: { A: 'b' } });
      await sandbox.exec(`echo ${'x'.repeat(40_000)}`);
      await Promise.all(
        Array.from({ length: 150 }, (_, n) => sandbox.makeFolder(`folder-with-a-long-name-${n}`)),
      );
      expect(await sandbox.list('.')).to.have.length(150);
      await thrownBy(() => sandbox.exec('sleep 9', { timeoutMs: 200 }));
      let left = (await ours()).filter((name) => !before.includes(name));
      // What other tests put there meanwhile goes by itself; what stays lets this one run out of time.
      while (left.length > 0) {
        await wait(50);
        const now = await ours();
        left = left.filter((name) => now.includes(name));
      }
      await sandbox.close();
    });

    it('takes a long command, and long output byte for byte', async () => {
      const sandbox = await world.open(
        world.spec({ ...free, limits: { timeoutMs: 20_000, outputBytes: 300_000, fileBytes: 5_000_000 } }),
      );
      const long = 'ü'.repeat(60_000);
      const said = await sandbox.exec(`printf '%s' "${long}"; printf '%s' "$KEY" >&2`, {
        env: { KEY: "a'b\nc" },
      });
      expect(said.stdout).to.equal(long);
      expect(said.stderr).to.equal("a'b\nc");
      const large = Buffer.alloc(3_000_000, 'large ');
      await sandbox.writeFile('größe/large', large);
      expect(Buffer.from(await sandbox.readFile('größe/large')).equals(large)).to.equal(true);
      expect((await sandbox.stat('größe/large'))?.size).to.equal(3_000_000);
      await sandbox.close();
    });

    it('brings copies of its mounts, which no file call changes', async () => {
      const from = join(world.folder, 'papers');
      await mkdir(join(from, 'sub folder'), { recursive: true });
      await writeFile(join(from, 'a.txt'), 'one');
      await writeFile(join(from, 'sub folder', 'b.bin'), Uint8Array.of(1, 0, 2));
      const to = join(world.folder, 'work', 'papers');
      const sandbox = await world.open(world.spec({ ...free, mounts: [{ from, to, write: false }] }));
      expect((await sandbox.exec('cat papers/a.txt')).stdout).to.equal('one');
      expect([...(await sandbox.readFile('papers/sub folder/b.bin'))]).to.deep.equal([1, 0, 2]);
      expect((await thrownBy(() => sandbox.writeFile('papers/a.txt', 'x'))).code).to.equal('sandbox_denied');
      await sandbox.exec('echo changed > papers/a.txt');
      expect(await readFile(join(from, 'a.txt'), 'utf8')).to.equal('one');
      await sandbox.close();
    });

    it('keeps the policy in front of the machine, and refuses what no service keeps to', async () => {
      const sandbox = await world.open(
        world.spec({
          shell: true,
          compound: false,
          commands: ['git log'],
          commandRules: [{ command: 'git', args: ['log'] }],
        }),
      );
      expect((await thrownBy(() => sandbox.exec('rm -rf /'))).code).to.equal('sandbox_denied');
      expect((await thrownBy(() => sandbox.writeFile('a', 'x'))).code).to.equal('sandbox_denied');
      expect(world.fake.calls).to.deep.equal([]);
      const denying = await world.open(world.spec({ network: { allow: ['*'], deny: ['a.example'] } }), 'x');
      expect((await thrownBy(() => denying.stat('.'))).code).to.equal('invalid_project');
    });

    it('ends the machines of an owner that is forgotten, and of those that nobody knows', async () => {
      for (const owner of ['one', 'two', 'three']) {
        const sandbox = await world.open(world.spec(free), owner);
        await sandbox.stat('.');
        await sandbox.close();
      }
      const all = world.sandboxes();
      expect(all.keeps?.(world.spec())).to.equal(true);
      await all.forget?.('one');
      expect(world.fake.machines.size).to.equal(2);
      await all.keepOnly?.(() => Promise.resolve(['three']));
      expect(world.fake.machines.size).to.equal(1);
      const kept = await world.open(world.spec(free), 'three');
      await kept.stat('.');
      await kept.close();
      expect(made()).to.equal(3);
    });

    it('removes its machine when its work ends, where the spec says so', async () => {
      const sandbox = await world.open(world.spec(free, { whenClosed: 'remove' }));
      await sandbox.writeFile('a', 'x');
      expect(world.fake.machines.size).to.equal(1);
      await sandbox.close();
      expect(world.fake.machines.size).to.equal(0);
      const again = await world.open(world.spec(free, { whenClosed: 'remove' }));
      expect(await again.stat('a')).to.not.equal(null);
      await again.close();
    });

    it('works over a slow network; what is sent names neither the owner nor a secret', async () => {
      world.fake.delayMs = 600;
      const sandbox = await world.open(world.spec(free), 'mail@example.com');
      await sandbox.writeFile('a', 'slow');
      expect((await sandbox.exec('cat a', { timeoutMs: 2_000 })).stdout).to.equal('slow');
      await sandbox.close();
      expect(world.fake.bodies.join()).not.to.include('mail@example.com');
    });
  });
}

/** Processes of this machine whose command line begins so. */
function running(command: string): readonly string[] {
  const { stdout } = spawnSync('ps', ['-eo', 'args'], { encoding: 'utf8' });
  return stdout.split('\n').filter((line) => line.startsWith(command));
}

async function ours(): Promise<readonly string[]> {
  return (await readdir('/tmp')).filter((name) => name.startsWith('.engine-')).sort();
}
