import { expect } from 'chai';
import { fuzzCommands } from './command-fuzz.ts';

describe('any of 20,000 commands where only echo is allowed', () => {
  it('runs nothing but echo and leaves no file', async () => {
    const { admitted } = await fuzzCommands(20_000, 7);
    expect(admitted).to.be.greaterThan(500);
  });
});
