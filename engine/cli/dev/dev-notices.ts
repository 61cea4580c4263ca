import type { Engine } from '../../api.ts';
import type { Notice } from '../../server/index.ts';
import { devStatus, nextChange, type DevState } from './dev-state.ts';

/**
 * What becomes of a project under work, until the signal aborts: first its whole state (`status`), then its findings whenever they are
 * others (`findings`), every time that edits went live (`reload`), and when others count at the next start only (`restart`). Who is slow gets the newest of both, and keeps nothing waiting.
 */
export async function* devNotices(
  state: DevState,
  engine: Engine | undefined,
  signal: AbortSignal,
): AsyncGenerator<Notice> {
  let findings = findingsOf(state);
  let { reloads, needsRestart } = state;
  yield { notice: 'status', text: JSON.stringify(await devStatus(state, engine)) };
  while (!signal.aborted) {
    const now = findingsOf(state);
    if (now !== findings) yield { notice: 'findings', text: (findings = now) };
    else if (state.reloads !== reloads) {
      ({ reloads, needsRestart } = state);
      const { lastReload } = state;
      yield { notice: 'reload', text: JSON.stringify({ ...lastReload, reloads, needsRestart }) };
    } else if (state.needsRestart.join() !== needsRestart.join()) {
      ({ needsRestart } = state);
      yield { notice: 'restart', text: JSON.stringify({ needsRestart }) };
    } else await nextChange(state, signal);
  }
}

function findingsOf({ ok, findings, problem }: DevState): string {
  return JSON.stringify({ ok, findings, problem: problem ?? null });
}
