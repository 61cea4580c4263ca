import type { ModelMessage } from 'ai';
import { constantModels, instantModels } from './instant-models.ts';
import type { Subject } from './measure.ts';
import { startEngine } from './start-engine.ts';
import { aiSdkAlone } from './text-turn.ts';

/** How many samples a row of `historyTurns` gives at most. */
export const historySamples = 160;

const lengths = [10, 50, 500, 1000];

/**
 * What a turn costs in a history of so many turns. The AI SDK and the engine in memory hand the whole conversation to the provider
 * layer, as every call must; what the durable rows measure is the engine's own work, on a model that does not look at it.
 */
export async function historyTurns(kind: 'ai SDK' | 'in memory' | 'durable'): Promise<readonly Subject[]> {
  if (kind === 'ai SDK')
    return lengths.map((turns) => aiSdkAlone(`ai SDK at ${turns} turns`, conversation(turns)));
  const { engine, close } = await (kind === 'durable'
    ? startEngine('sqlite', constantModels())
    : startEngine('memory', instantModels()));
  const subjects: Subject[] = [];
  for (const turns of lengths) {
    // Each session is measured around the length, so that none is far from it.
    const spread = Math.min(20, turns / 2);
    const sessions = historySamples / (2 * spread);
    const of = (at: number) => engine.agents.session('bench', `h${turns}`, `s${at % sessions}`);
    const fill = Array.from({ length: sessions }, async (_, at) => {
      for (let turn = 0; turn < turns - spread; turn += 1) await of(at).prompt('Hello');
    });
    await Promise.all(fill);
    let next = 0;
    subjects.push({
      name: `engine, ${kind}, at ${turns} turns`,
      turn: () => of((next += 1)).prompt('Hello'),
    });
  }
  return subjects.map((subject, index) => (index === 0 ? { ...subject, close } : subject));
}

function conversation(turns: number): ModelMessage[] {
  const one: ModelMessage[] = [
    { role: 'user', content: 'Hello' },
    { role: 'assistant', content: [{ type: 'text', text: 'Good morning to you.' }] },
  ];
  return [...Array.from({ length: turns }, () => one).flat(), { role: 'user', content: 'Hello' }];
}
