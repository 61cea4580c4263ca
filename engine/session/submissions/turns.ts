import { carryOut } from './carry-out.ts';
import type { Conduct } from '../conversation.ts';
import { following } from '../deadline.ts';
import type { LiveSessions } from '../live-sessions.ts';
import type { SessionPorts } from '../ports.ts';
import type { Said } from './submission-input.ts';
import type { PromptOutcome, Submission } from './submission.ts';
import type { Workspace } from '../workspaces/workspace.ts';

/** A submission whose turn is to come, everything about it decided. */
export type Turn = Pick<Submission, 'agent' | 'address' | 'images' | 'timeoutMs'> &
  Pick<Submission, 'kind' | 'on' | 'work' | 'source' | 'grants' | 'here' | 'spent' | 'delivered'> & {
    readonly said: Said;
  };

/** Waits for the turn of a submission in its session, and does its work. */
export async function takeTurn(
  ports: SessionPorts,
  live: LiveSessions,
  turn: Turn,
  conduct: Conduct,
  workspace: Workspace | undefined,
): Promise<PromptOutcome> {
  const own = turn.on ?? ports;
  const session = live.get(turn.address);
  const files = workspace ?? live.workspace(turn.agent, turn.address);
  const { controller, letGo } = following([conduct.signal]);
  const { signal } = controller;
  session.controllers.add(controller);
  try {
    return await session.queue.run(signal, async () => {
      const history = await session.history();
      conduct.withOutcome?.(() => history.release());
      const work = carryOut(own, turn, {
        history,
        workspace: files,
        conduct: { ...conduct, signal },
      });
      const written = conduct.withOutcome === undefined ? history.committed : history.written;
      // What was written until an abort belongs to the history too, but it is the abort that is told.
      await work.then(written, () => written().catch(() => undefined));
      const result = await work;
      return { ...result, model: result.answeredBy ?? nameOf(turn.said) };
    });
  } finally {
    letGo();
    session.controllers.delete(controller);
    await live.trim();
  }
}

function nameOf({ model }: Said): string {
  return model === undefined ? '' : `${model.provider}/${model.id}`;
}
