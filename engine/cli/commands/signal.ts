import { atRuns, type RunsPlace } from '../at-runs.ts';
import { exitCodes } from '../exit-codes.ts';
import { readJson } from '../read-input.ts';
import type { Terminal } from '../terminal.ts';

/** Options of `engine signal`. */
export interface SignalOptions extends RunsPlace {
  readonly data?: string;
  readonly key?: string;
  readonly json?: boolean;
}

/** Sends an event to a run, which keeps it until a step waits for its topic. */
export async function signal(
  runId: string,
  topic: string,
  options: SignalOptions,
  terminal: Terminal,
): Promise<number> {
  const { key, json } = options;
  const data = options.data === undefined ? null : await readJson(options.data, '--data');
  const accepted = await atRuns(options, terminal, 'write', (runs) =>
    runs.signal(runId, topic, data, key === undefined ? {} : { idempotencyKey: key }),
  );
  if (json === true) terminal.out.line(JSON.stringify({ runId, topic, accepted }, null, 2));
  else
    terminal.err.line(accepted ? `sent "${topic}" to ${runId}` : `"${topic}" with this key was sent before`);
  return exitCodes.ok;
}
