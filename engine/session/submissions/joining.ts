import { isDeepStrictEqual } from 'node:util';
import type { Execution } from '../../ports/store.ts';
import type { Joining } from '../conversation.ts';
import type { History } from '../history.ts';
import type { SessionPorts } from '../ports.ts';
import { fromInput, type StoredAsk } from './submission-input.ts';

/**
 * Submissions behind one at work that shall join it: those that ask in the same way, up to the first that does not, so that none
 * overtakes another.
 */
export async function waitingToJoin(
  { durable, store }: Pick<SessionPorts, 'durable' | 'store'>,
  execution: Execution,
  history: History,
): Promise<readonly Joining[]> {
  const [, ...waiting] = durable.pending(execution.key);
  const found: Joining[] = [];
  for (const submissionId of waiting) {
    if (history.joined(submissionId) !== undefined) continue;
    const other = await store.executions.get(submissionId);
    const [asked, first] = [fromInput(other?.input ?? null), fromInput(execution.input)];
    if (other === undefined || asked === undefined || first === undefined) break;
    if (other.cancel !== undefined) continue;
    // Tools of two callers may do different things, however they are described.
    if (asked.grants.objects.length > 0 || !isDeepStrictEqual(wayOf(asked), wayOf(first))) break;
    found.push({ submissionId, message: asked.ask.message ?? '', images: asked.images });
  }
  return found;
}

/** Everything of an ask but what it says. */
function wayOf({ ask, timeoutMs, work, grants, delivered }: StoredAsk): unknown {
  return { ...ask, message: undefined, timeoutMs, work, grants, delivered };
}
