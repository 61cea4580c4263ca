import { expect } from 'chai';
import { createSystemClock } from '../../../engine/adapters/clock/system.ts';

describe('system clock', () => {
  it('ids of all clocks of a process are different and increasing', () => {
    const clocks = [createSystemClock(), createSystemClock()];
    const ids = Array.from({ length: 5000 }, (_, index) => clocks[index % 2]!.ulid());
    expect(ids).to.deep.equal([...ids].sort());
    expect(new Set(ids).size).to.equal(ids.length);
    expect(ids.every((id) => /^[0-9A-HJKMNP-TV-Z]{26}$/.test(id))).to.equal(true);
  });

  it('sleep resolves after the time, and not before', async () => {
    const clock = createSystemClock();
    const begun = clock.elapsed();
    await clock.sleep(20);
    expect(clock.elapsed() - begun).to.be.at.least(19);
    await clock.sleep(0);
    await clock.sleep(-5);
  });

  it('sleep rejects with the reason of the signal, at once when it has aborted before', async () => {
    const clock = createSystemClock();
    const controller = new AbortController();
    const reason = new Error('stop');
    // Longer than a timer can be: it must wait all the same.
    const sleeping = clock.sleep(40 * 24 * 3_600_000, controller.signal).catch((error: unknown) => error);
    await clock.sleep(5);
    controller.abort(reason);
    expect(await sleeping).to.equal(reason);
    expect(await clock.sleep(1e9, controller.signal).catch((error: unknown) => error)).to.equal(reason);
  });
});
