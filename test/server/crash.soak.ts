import { expect } from 'chai';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { randomOf } from '../engine/kills/random.ts';
import { sceneOf, type Scene, type Strike } from './crash/scene.ts';
import { smallDisk, type SmallDisk } from './crash/small-disk.ts';
import type { Life } from './crash/subject.ts';
import { within } from './crash/within.ts';

const kills = Number(process.env['KILLS'] ?? 60);
const seed = Number(process.env['SEED'] ?? Date.now() % 1_000_000);

describe(`a server that dies at random (KILLS=${kills} SEED=${seed})`, function () {
  this.timeout(0);
  let scene: Scene;
  const random = randomOf(seed);
  afterEach(function () {
    if (this.currentTest?.state === 'failed') console.log(scene.state());
    return scene.close();
  });

  /** Now and then before it serves, or while it takes up what was left. */
  const moment = (): Strike => (random() < 0.2 ? { afterMs: random() * 1200 } : {});

  /** The address of a life that was begun, or that it ended before it had one. */
  const addressOf = ({ up, number, said }: Life): Life['up'] =>
    within(60_000, `life ${number} to serve or end:`, up, said);

  const endOf = ({ ended, number, said }: Life): Life['ended'] =>
    within(60_000, `life ${number} to end:`, ended, said);

  /** Has it die so often, then judges. */
  async function die(next: () => Promise<{ readonly isMidway: boolean }>): Promise<void> {
    let midway = 0;
    for (let death = 1; death <= kills; death += 1) if ((await next()).isMidway) midway += 1;
    const seen = await scene.finish();
    console.log(`      ${midway} of ${kills} ends came while work was under way; ${JSON.stringify(seen)}`);
    expect(midway).to.be.greaterThan(kills * 0.75);
  }

  it('loses nothing it accepted and does nothing recorded twice when it is killed', async () => {
    scene = await sceneOf(seed, 13);
    await die(async () => {
      const struck = await scene.strike('SIGKILL', moment());
      scene.subject.start();
      return struck;
    });
  });

  it('loses nothing when it is told to stop, and other specs are there at some of its starts', async () => {
    scene = await sceneOf(seed + 10, 13);
    await die(async () => {
      const struck = await scene.strike(random() < 0.5 ? 'SIGTERM' : 'SIGKILL', moment());
      if (random() < 0.4) scene.deploy();
      scene.subject.start();
      return struck;
    });
  });

  it('loses nothing when two are started at once, of which one serves and the other is refused', async () => {
    scene = await sceneOf(seed + 20, 13);
    const { subject } = scene;
    await die(async () => {
      const struck = await scene.strike('SIGKILL');
      const both = [subject.start(), subject.start()];
      const ups = await Promise.all(both.map(addressOf));
      const said = both.map((life) => life.said()).join('\n');
      expect(ups.filter((url) => url !== undefined).length, said).to.equal(1);
      const [one, other] = ups[0] === undefined ? both.toReversed() : both;
      subject.life = one ?? subject.life;
      if (other !== undefined) expect((await endOf(other)).code, said).to.equal(2);
      expect(other?.said()).to.include('store_locked');
      return struck;
    });
  });

  it('loses nothing when its disk is full now and then, or may not be written when it starts', async function () {
    let disk: SmallDisk | undefined;
    const prepare = (folder: string): void => {
      const data = join(folder, '.engine/data');
      mkdirSync(data, { recursive: true });
      disk = smallDisk(data);
    };
    scene = await sceneOf(seed + 40, 13, { prepare, isStoreSound: false });
    if (disk === undefined) return this.skip();
    const { fill, free, protect, remove } = disk;
    after(remove);
    const { subject, around } = scene;
    await die(async () => {
      await addressOf(subject.life);
      await around.happened(Math.floor(random() * 50), 5_000);
      fill();
      // What is refused is asked for again, but when all traffic waits for work that waits for the disk nothing happens.
      await around.happened(Math.floor(random() * 200), 2_000);
      if (random() < 0.5) free();
      const struck = await scene.strike('SIGKILL', { onDeath: free });
      if (random() < 0.3) {
        protect(true);
        const refused = subject.start();
        expect((await endOf(refused)).code, refused.said()).to.be.oneOf([1, 2]);
        expect(refused.said()).to.match(/store_[a-z]+/);
        protect(false);
      }
      if (random() < 0.3) {
        fill();
        const hindered = subject.start();
        const url = await addressOf(hindered);
        free();
        if (url !== undefined) return struck;
        expect(hindered.said()).to.match(/store_[a-z]+/);
      }
      subject.start();
      return struck;
    });
  });

  it('loses nothing when its clock is wrong, each time by another time', async () => {
    scene = await sceneOf(seed + 30, 13, { without: ['delivered'], isOnTime: false });
    const clock = new URL('crash/shifted-clock.mjs', import.meta.url).href;
    await die(async () => {
      const struck = await scene.strike('SIGKILL', moment());
      const shift = String(Math.round((random() - 0.5) * 7_200_000));
      scene.subject.start({ NODE_OPTIONS: `--import=${clock}`, CLOCK_SHIFT: shift });
      return struck;
    });
  });
});
