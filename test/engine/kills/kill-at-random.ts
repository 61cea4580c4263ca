import { commitCrime } from './crime.ts';
import { randomOf } from './random.ts';

/**
 * Kills a victim so often, at moments drawn from a seed over the time that its work takes; after every third kill it is left in peace
 * and judged, and after every ninth it gets a new store. Gives how many kills came while work was under way.
 */
export async function killAtRandom(
  program: string,
  kills: number,
  seed: number,
): Promise<{ readonly midway: number }> {
  const random = randomOf(seed);
  let crime = commitCrime(program);
  let midway = 0;
  // How long a round takes on this machine, when nobody kills it.
  await crime.strike({ afterMs: 60_000 });
  let { ms } = await crime.strike({ afterMs: 60_000 });
  for (let kill = 1; kill <= kills; kill += 1) {
    const ending = await crime.strike({ afterMs: random() * ms });
    if (ending.killed && ending.atWork) midway += 1;
    // It was done before: it works faster than it did.
    if (!ending.killed) ms = Math.min(ms, ending.ms) * 0.9;
    if (kill % 3 !== 0 && kill !== kills) continue;
    await crime.strike();
    await crime.judge();
    if (kill % 9 === 0) crime = commitCrime(program);
  }
  return { midway };
}
