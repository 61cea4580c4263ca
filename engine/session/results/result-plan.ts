import type { Json, JsonSchema } from '../../core/json.ts';
import type { Message } from '../../core/message.ts';
import { Problem } from '../../core/problem.ts';
import type { ResultStrategy } from '../../core/typed-report.ts';
import type { ResultWay, ToolSpec } from '../../ports/model.ts';
import { say } from '../assemble-prompt.ts';
import type { BoundTool } from '../tool-calls/bound-tool.ts';
import type { History } from '../history.ts';
import type { Operation } from '../operation.ts';
import type { SessionPorts } from '../ports.ts';
import { refusedBefore, resultEnd, resultTools, type ResultEnd } from './result-tools.ts';
import { answerOf } from '../resume.ts';
import { readResult } from './typed-result.ts';

/** How an operation asks for its typed result, and reads it. */
export interface ResultPlan {
  readonly strategy: ResultStrategy;
  /** Why the schema does not travel with the model calls. */
  readonly reason: string | undefined;
  /** What the system prompt says of the result. */
  readonly system: string;
  /** The schema that model calls carry. */
  readonly outputSchema: JsonSchema | undefined;
  /** The tools by which the model ends; none where it ends with text. */
  readonly endings: readonly BoundTool[];
  /** Attempts that are over, the one that ends with the last message not counted. */
  before(history: History): number;
  /** Whether the model ended with one of its tools. */
  hasEnded(messages: readonly Message[]): boolean;
  /** The result in what the model answered, or why there is none. Throws Problem `gave_up`. */
  read(
    messages: readonly Message[],
    text: string,
  ): Promise<{ readonly value: Json } | { readonly fault: string }>;
  /** What the model is told of an answer that does not fit; undefined when a refused call has told it. */
  again(messages: readonly Message[], fault: string): string | undefined;
}

/** Decides how the result of an operation is asked for, unless that is decided. Throws Problem `missing_model`. */
export function planResult(
  ports: SessionPorts,
  operation: Operation,
  schema: JsonSchema,
  decided?: ResultWay,
): ResultPlan {
  const { program, models } = ports;
  const specs: readonly ToolSpec[] = [...operation.tools.values()].map(({ spec }) => spec);
  const way = decided ?? models.resultWay?.({ model: operation.model, tools: specs, outputSchema: schema });
  const { strategy, reason } = way ?? { strategy: 'native' as const, reason: undefined };
  const { check } = operation;
  const text = JSON.stringify(schema);
  if (strategy !== 'tools') {
    return {
      strategy,
      reason,
      system: say(program, 'result', { schema: text }),
      outputSchema: strategy === 'native' ? schema : undefined,
      endings: [],
      before: (history) => history.repairs(),
      hasEnded: () => false,
      read: (_messages, answer) => readResult(answer, schema, check),
      again: (_messages, fault) => say(program, 'repair', { fault, schema: text }),
    };
  }
  const tools = resultTools(schema, operation.tools, check);
  const names = { finish: tools.finish.spec.name, giveUp: tools.giveUp.spec.name };
  const endOf = (messages: readonly Message[]): ResultEnd | undefined => resultEnd(messages, tools, schema);
  return {
    strategy,
    reason,
    system: say(program, 'finish', names),
    outputSchema: undefined,
    endings: [tools.finish, tools.giveUp],
    before: (history) => history.repairs() + refusedBefore(history.since(), tools),
    hasEnded: (messages) => endOf(messages) !== undefined,
    async read(messages, answer) {
      const end = endOf(messages);
      if (end === undefined) return readResult(answer, schema, check);
      if ('fault' in end) return end;
      if ('givenUp' in end) {
        throw new Problem('gave_up', `the model gave up: ${end.givenUp}`, {
          details: { reason: end.givenUp, strategy },
        });
      }
      // As it was stored: without secrets, and not yet with the defaults of the schema.
      return readResult(JSON.stringify(end.value), schema, check);
    },
    again: (messages, fault) =>
      endOf(messages) === undefined ? say(program, 'unfinished', { fault, ...names }) : undefined,
  };
}

/** The answer that an operation had come to before a crash: a text, or a call of a tool that ends it. */
export function endedBefore(messages: readonly Message[], plan: ResultPlan | undefined): string | undefined {
  return answerOf(messages) ?? (plan?.hasEnded(messages) === true ? '' : undefined);
}

/** The same tools, which only tell that they are not run: an answer is corrected without doing the work again. */
export function notRun(tools: ReadonlyMap<string, BoundTool>): ReadonlyMap<string, BoundTool> {
  return new Map(
    [...tools].map(([name, { spec }]) => [
      name,
      {
        spec,
        repeatable: true,
        run: () =>
          Promise.reject(new Problem('tool_failed', 'not run: only a result that fits is wanted any more')),
      },
    ]),
  );
}
