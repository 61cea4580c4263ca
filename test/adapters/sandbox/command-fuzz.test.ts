import { expect } from 'chai';
import { fuzzCommands } from './command-fuzz.ts';

describe('any command where only echo is allowed', () => {
  it('runs nothing but echo and leaves no file', async () => {
    const { admitted } = await fuzzCommands(2_000, 20_260_101);
    expect(admitted).to.be.greaterThan(50);
  }).timeout(120_000);
});
