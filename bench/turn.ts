import { historySamples, historyTurns } from './turn/history.ts';
import { measure, print, type Subject } from './turn/measure.ts';
import { printMemory } from './turn/memory.ts';
import { textTurns } from './turn/text-turn.ts';
import { toolLoops } from './turn/tool-loop.ts';

/*
 * What turns cost when the model answers at once. The floor is the AI SDK alone (`streamText`); every other row of a table runs in the
 * same process, its samples taken in turns with the floor's. Then long histories against short ones, and what idle instances hold in
 * memory. `npx tsx bench/turn.ts [samples]`.
 */

const samples = Number(process.argv[2] ?? 2000);

await table('turn of text', await textTurns(), samples);
await table('two turns and a tool', await toolLoops(), samples);
for (const kind of ['ai SDK', 'in memory', 'durable'] as const)
  await table('turn in a long history', await historyTurns(kind), Math.min(samples, historySamples), 0);
await printMemory();

async function table(
  title: string,
  subjects: readonly Subject[],
  samples: number,
  warmUp?: number,
): Promise<void> {
  print(title, await measure(subjects, samples, warmUp));
  for (const subject of subjects) await subject.close?.();
}
