import { expect } from 'chai';
import { Problem } from '../../../engine/core/problem.ts';
import { openTestSandbox } from './open-test-sandbox.ts';

describe('sandboxes', () => {
  it('of a service that nothing makes are refused by name', async () => {
    const thrown: unknown = await openTestSandbox({ type: 'modal' }).catch((reason: unknown) => reason);
    expect((thrown as Problem).code).to.equal('sandbox_failed');
    expect((thrown as Problem).message).to.contain('nothing makes sandbox "box" of type "modal"');
  });

  it('of type none refuse every call', async () => {
    const sandbox = await openTestSandbox({ type: 'none', write: true, shell: true });
    const calls: readonly (() => Promise<unknown>)[] = [
      () => sandbox.readFile('a'),
      () => sandbox.writeFile('a', ''),
      () => sandbox.stat('a'),
      () => sandbox.list('.'),
      () => sandbox.makeFolder('a'),
      () => sandbox.remove('a'),
      () => sandbox.exec('echo'),
      async () => sandbox.resolve('a'),
    ];
    for (const call of calls) {
      const thrown: unknown = await call().catch((reason: unknown) => reason);
      expect(thrown).to.be.instanceOf(Problem);
      expect((thrown as Problem).code).to.equal('sandbox_denied');
    }
    expect(await sandbox.snapshot()).to.deep.equal({});
    await sandbox.close();
  });
});
