import type { EventScope } from '../../core/event.ts';
import type { SessionAddress } from '../../core/ids.ts';
import { noUsage } from '../../core/message.ts';
import { fromData, Problem } from '../../core/problem.ts';
import { isTerminal } from '../../core/status.ts';
import type { Execution } from '../../ports/store.ts';
import type { Agent } from '../../program/agent.ts';
import type { Conduct } from '../conversation.ts';
import type { Here } from '../workspaces/grants.ts';
import { waitingToJoin } from './joining.ts';
import { operationIdOf } from '../operation-id.ts';
import { peopleOf } from '../tool-calls/people.ts';
import type { SessionPorts } from '../ports.ts';
import { saidOf } from './prepare-submission.ts';
import { addressOf, fromInput, withoutSource } from './submission-input.ts';
import type { PromptOutcome } from './submission.ts';
import type { Turn } from './turns.ts';
import { versionOf } from '../version.ts';

/** Who carries out a submission whose turn has come. */
export interface SubmissionRunner {
  run(turn: Turn, conduct: Conduct): Promise<PromptOutcome>;
  /** The submission whose operation this one's message was put to; undefined when it has an operation of its own. */
  joined(address: SessionAddress, id: string): Promise<string | undefined>;
  /** What a submission brought that is not stored. */
  here(id: string): Here;
  /** Told the result, or what was thrown, before the outcome is recorded. */
  ended(id: string, result: Promise<PromptOutcome>): void;
}

/** Tells the durable engine how submissions are carried out: as prompts of their sessions, from what is stored of them. */
export function defineSubmissions(ports: SessionPorts, runner: SubmissionRunner): void {
  ports.durable.define('submission', {
    // The same prompt may be asked for by who waits for it, and by who does not.
    asked: withoutSource,
    queued: (execution, before) => ({
      ...scopeOf(execution),
      type: 'submission_queued',
      data: { position: before },
    }),
    started: (execution, records) =>
      records === undefined
        ? undefined
        : { ...scopeOf(execution), type: 'submission_resume', data: { checkpoints: records } },
    ended: (execution, { state, error }) => ({
      ...scopeOf(execution),
      type: 'submission_end',
      data: { state, ...(error === undefined ? {} : { error }) },
    }),
    async work(context, execution) {
      const stored = fromInput(execution.input);
      const own = await versionOf(ports, execution);
      const agent = Object.hasOwn(own.program.agents, execution.name)
        ? own.program.agents[execution.name]
        : undefined;
      if (agent === undefined)
        throw new Problem('agent_not_found', `agent "${execution.name}" is gone since this was accepted`);
      if (stored === undefined)
        throw new Problem('interrupted', 'the engine stopped while this prompt was at work');
      const { address, ask, work, callers } = stored;
      if (await isLeft(ports, execution)) throw callerEnded();
      const first = await runner.joined(address, execution.id);
      if (first !== undefined) {
        const answer = answerOf(await ports.store.executions.get(first), agent);
        runner.ended(execution.id, answer);
        const { text, output } = await answer;
        context.emit({
          ...scopeOf(execution),
          operationId: operationIdOf(first),
          type: 'operation_end',
          data: { isError: false, text, output, usage: noUsage, durationMs: 0 },
        });
        return output;
      }
      const done = runner.run(
        {
          ...stored,
          agent,
          on: own,
          here: runner.here(execution.id),
          said:
            work.kind === 'shell' ? { message: ask.message ?? '' } : saidOf(own.program, agent, work, ask),
        },
        {
          key: execution.id,
          scope: scopeOf(execution),
          signal: context.signal,
          emit: context.emit,
          withOutcome: context.withOutcome,
          spent: ({ usage }) => context.spent(usage),
          people: peopleOf(context, undefined),
          part: {
            callers: [...callers, { id: execution.id, sessions: [] }],
            record: context.step.bind(context),
          },
          ...(agent.busy === 'join' && stored.work.kind === 'prompt'
            ? { joining: (history) => waitingToJoin(ports, execution, history) }
            : {}),
        },
      );
      runner.ended(execution.id, done);
      const result = await done;
      context.spent(result.usage);
      return result.output;
    },
  });
}

/** Whether who asked has ended, or was to end, before it could stop what it asked. */
async function isLeft({ store }: SessionPorts, { parent }: Execution): Promise<boolean> {
  if (parent === undefined) return false;
  const caller = await store.executions.get(parent);
  return caller === undefined || isTerminal(caller.state);
}

function callerEnded(): Problem {
  return new Problem('cancelled', 'what asked this has ended');
}

/** What an operation gave that others joined; throws the Problem that it ended with. */
async function answerOf(first: Execution | undefined, agent: Agent): Promise<PromptOutcome> {
  if (first?.state === 'succeeded') return { ...storedResult(first, agent), usage: noUsage };
  throw fromData(first?.error ?? { type: 'interrupted', message: 'what this prompt joined is gone' });
}

/** What the store knows of a result that another process, or an earlier prompt with the same key, came to. */
export function storedResult(execution: Execution, agent: Agent): PromptOutcome {
  const output = execution.output ?? null;
  const model =
    agent.model === undefined || agent.model === false ? '' : `${agent.model.provider}/${agent.model.id}`;
  const text = typeof output === 'string' ? output : JSON.stringify(output);
  return { text, output, usage: execution.usage ?? noUsage, modelCalls: 0, attempts: 1, model };
}

function scopeOf({ id, input }: Execution): EventScope {
  const address = addressOf(input);
  if (address === undefined) return { submissionId: id };
  const { agent, instance, session } = address;
  return { submissionId: id, agent, instanceId: instance, session };
}
