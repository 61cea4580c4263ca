import type { Usage } from '../../core/message.ts';
import { Problem } from '../../core/problem.ts';
import { isOverflow, type HarnessContext, type HarnessTask } from '../../ports/harness.ts';
import { runTurn, type TurnAnswer } from './turn.ts';

/** One turn of an operation; a conversation too long for the model is shortened and asked again, once. */
export async function answeredTurn(
  task: HarnessTask,
  context: HarnessContext,
  turn: number,
  usage: Usage,
): Promise<{ readonly answer: TurnAnswer; readonly turnId: string }> {
  for (let isAgain = false; ; isAgain = true) {
    stopIfAborted(task.signal);
    const messages = await context.nextTurn(usage, turn - 1);
    const turnId = context.newTurnId();
    try {
      return { answer: await runTurn(task, messages, context, turn, turnId), turnId };
    } catch (thrown) {
      if (isAgain || !isOverflow(thrown) || !(await context.makeRoom())) throw thrown;
    }
  }
}

/** Throws Problem `aborted` when the signal is. */
export function stopIfAborted(signal: AbortSignal): void {
  if (signal.aborted) throw new Problem('aborted', 'the operation was aborted', { cause: signal.reason });
}
