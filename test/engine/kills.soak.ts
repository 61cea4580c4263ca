import { expect } from 'chai';
import { builtProgram } from '../fakes/programs.ts';
import { killAtRandom } from './kills/kill-at-random.ts';

const kills = Number(process.env['KILLS'] ?? 200);
const seed = Number(process.env['SEED'] ?? Date.now() % 1_000_000);

describe('engine: killed at random', () => {
  it(`nothing accepted is lost and nothing recorded is done twice, over ${kills} kills (SEED=${seed})`, async () => {
    const victim = await builtProgram('victim');
    const { midway } = await killAtRandom(victim, kills, seed);
    console.log(`      ${midway} of ${kills} kills came while work was under way`);
    expect(midway).to.be.greaterThan(kills * 0.75);
  });
});
