import type { EventScope } from '../core/event.ts';
import { Problem } from '../core/problem.ts';
import type { Execution } from '../ports/store.ts';
import type { Conduct } from './conversation.ts';
import type { SessionPorts } from './ports.ts';
import { prepare, type Prepared } from './prepare.ts';
import type { PromptOutcome, Submission } from './sessions.ts';
import { fromInput } from './submission-input.ts';

/** Who carries out a submission whose turn has come. */
export interface SubmissionRunner {
  run(
    submission: Pick<Submission, 'agent' | 'address' | 'images' | 'timeoutMs'>,
    prepared: Prepared,
    conduct: Conduct,
  ): Promise<PromptOutcome>;
  /** Told the result, or what was thrown, before the outcome is recorded. */
  ended(id: string, result: Promise<PromptOutcome>): void;
}

/** Tells the durable engine how submissions are carried out: as prompts of their sessions, from what is stored of them. */
export function defineSubmissions(ports: SessionPorts, runner: SubmissionRunner): void {
  ports.durable.define('submission', {
    queued: (execution, before) => ({
      ...scopeOf(execution),
      type: 'submission_queued',
      data: { position: before },
    }),
    ended: (execution, { state, error }) => ({
      ...scopeOf(execution),
      type: 'submission_end',
      data: { state, ...(error === undefined ? {} : { error }) },
    }),
    async work(context, execution) {
      const stored = fromInput(execution.input);
      const agent = Object.hasOwn(ports.program.agents, execution.name)
        ? ports.program.agents[execution.name]
        : undefined;
      if (agent === undefined)
        throw new Problem('agent_not_found', `agent "${execution.name}" is gone since this was accepted`);
      if (stored === undefined)
        throw new Problem('interrupted', 'the engine stopped while this prompt was at work');
      const { ask, address, images, timeoutMs } = stored;
      const done = runner.run({ agent, address, images, timeoutMs }, prepare(ports.program, agent, ask), {
        key: execution.id,
        scope: scopeOf(execution),
        signal: context.signal,
        emit: context.emit,
        withOutcome: context.withOutcome,
      });
      runner.ended(execution.id, done);
      const result = await done;
      context.spent(result.usage);
      return result.output;
    },
  });
}

function scopeOf({ id, input }: Execution): EventScope {
  const address = fromInput(input)?.address;
  if (address === undefined) return { submissionId: id };
  const { agent, instance, session } = address;
  return { submissionId: id, agent, instanceId: instance, session };
}
