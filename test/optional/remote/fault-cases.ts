import { expect } from 'chai';
import { createSandboxes } from '../../../engine/adapters/sandbox/sandboxes.ts';
import { free, key, openWorld, thrownBy, type Calls, type Kind, type World } from './subject.ts';

/** What a service's sandbox does when the service does not do what it is asked for. */
export function copesWithFaults(kind: Kind, calls: Calls): void {
  describe(`a sandbox of type ${kind.type}, when its service fails,`, function () {
    this.timeout(60_000);
    let world: World;
    beforeEach(async () => (world = await openWorld(kind)));
    afterEach(() => world.close());

    it('asks again for a while when the service is too busy or fails', async () => {
      world.fake.fail(429, 2);
      const sandbox = await world.open(world.spec(free));
      await sandbox.writeFile('a', 'text');
      world.fake.fail(503, 2, calls.safe);
      expect(Buffer.from(await sandbox.readFile('a')).toString()).to.equal('text');
      await sandbox.close();
      expect(world.fake.machines.size).to.equal(1);
    });

    it('says that the service takes no more, without the key', async () => {
      world.fake.fail(429, 50);
      const sandbox = await world.open(world.spec(free));
      const full = await thrownBy(() => sandbox.stat('.'));
      expect(full.code).to.equal('sandbox_failed');
      expect(full.retryable).to.equal(true);
      expect(full.message).to.include('too many machines or calls');
      expect(JSON.stringify([full.message, full.details, String(full.cause)])).not.to.include(key);
    });

    it('says that a key is refused, or not set, without showing it', async () => {
      const wrong = 'wrong-canary-77aa';
      const refused = await world.sandboxes({ key: wrong }).open(world.spec(free), { env: {}, owner: 'o' });
      const problem = await thrownBy(() => refused.exec('true'));
      expect(problem.message).to.include('the service refuses the key');
      expect(JSON.stringify([problem.message, problem.details, String(problem.cause)])).not.to.include(wrong);
      const without = createSandboxes({
        projectRoot: process.env['ENGINE_OPTIONAL'] ?? '',
        services: { specs: [world.spec()], secret: () => undefined },
      });
      const missing = await thrownBy(async () =>
        (await without.open(world.spec(free), { env: {} })).stat('.'),
      );
      expect(missing.code).to.equal('missing_secret');
      expect(missing.message).to.include('needs the secret "KEY", which is not set');
    });

    it('says which package it needs', async () => {
      const bare = createSandboxes({
        projectRoot: world.folder,
        services: { specs: [world.spec()], secret: () => key },
      });
      const problem = await thrownBy(async () => (await bare.open(world.spec(free), { env: {} })).stat('.'));
      expect(problem.code).to.equal('not_available');
      expect(problem.message).to.match(/is not installed; run: npm install --save-exact \S+@\d+\.\d+\.\d+$/);
    });
  });
}
