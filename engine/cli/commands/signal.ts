import { exitCodes } from '../exit-codes.ts';
import { actOnRuns, runIdOf } from '../open-runs.ts';
import { readJson } from '../read-input.ts';
import type { Terminal } from '../terminal.ts';
import type { WorkPlace } from '../use-store.ts';

/** Options of `signal`. */
export interface SignalOptions extends WorkPlace {
  readonly data?: string;
  readonly key?: string;
  readonly json?: boolean;
}

/** Sends an event to a run, which keeps it until a step waits for its topic. */
export async function signal(
  word: string,
  topic: string,
  options: SignalOptions,
  terminal: Terminal,
): Promise<number> {
  const { key, json } = options;
  const data = options.data === undefined ? null : await readJson(options.data, '--data');
  const { runId, accepted } = await actOnRuns(options, terminal, async (runs) => {
    const id = await runIdOf(runs, word);
    return {
      runId: id,
      accepted: await runs.signal(id, topic, data, key === undefined ? {} : { idempotencyKey: key }),
    };
  });
  if (json === true) terminal.out.line(JSON.stringify({ runId, topic, accepted }, null, 2));
  else
    terminal.err.line(accepted ? `sent "${topic}" to ${runId}` : `"${topic}" with this key was sent before`);
  return exitCodes.ok;
}
