import type { NewEvent } from '../../core/event.ts';
import {
  noUsage,
  type Message,
  type ToolCallPart,
  type ToolResultPart,
  type Usage,
} from '../../core/message.ts';
import { Problem } from '../../core/problem.ts';
import type { Harness, HarnessContext, HarnessResult, HarnessTask } from '../../ports/harness.ts';
import type { ModelEvent, ModelRequest } from '../../ports/model.ts';

/** One scripted model turn. */
export type Turn = (request: ModelRequest) => AsyncIterable<ModelEvent>;

/** A task and a context that write down what a harness does. */
export interface World {
  readonly log: string[];
  readonly requests: ModelRequest[];
  readonly appended: Message[];
  /** What a tool call gives. */
  tool: (call: ToolCallPart) => ToolResultPart;
  /** Id of the call that ends before all others of its turn. */
  endFirst: string | undefined;
  /** What `makeRoom` gives, call by call; then false. */
  room: boolean[];
  /** What `isDone` gives. */
  isDone: () => boolean;
  /** Model calls allowed. */
  budget: number;
  run(harness: Harness, changes?: Partial<HarnessTask>): Promise<HarnessResult>;
}

/** A world whose models answer with the given turns, in order. */
export function createWorld(...turns: readonly Turn[]): World {
  const log: string[] = [];
  const requests: ModelRequest[] = [];
  const appended: Message[] = [];
  let turnCount = 0;
  let release = (): void => undefined;
  const firstEnded = new Promise<void>((resolve) => {
    release = resolve;
  });
  const context: HarnessContext = {
    models: {
      stream(request) {
        requests.push(request);
        const turn = turns[requests.length - 1];
        if (turn === undefined) throw new Problem('model_failed', 'the suite has no more answers');
        return turn(request);
      },
    },
    emit(event) {
      const line = describe(event);
      if (line !== undefined) log.push(line);
    },
    newTurnId: () => `turn-${(turnCount += 1)}`,
    append(message) {
      const parts = message.content.map((part) =>
        part.type === 'tool_result' ? part.toolCallId : part.type,
      );
      log.push(`append ${message.role}: ${parts.join(' ')}`);
      appended.push(message);
      return Promise.resolve();
    },
    async callTool(asked, turnId) {
      log.push(`tool ${turnId} ${asked.toolCallId} begins`);
      if (world.endFirst !== undefined && asked.toolCallId !== world.endFirst) await firstEnded;
      const result = await Promise.resolve(asked).then((call) => world.tool(call));
      log.push(`tool ${turnId} ${asked.toolCallId} ends`);
      release();
      return result;
    },
    nextTurn(usage, modelCalls) {
      log.push(`before ${modelCalls} calls, ${usage.totalTokens} tokens`);
      if (modelCalls >= world.budget) throw new Problem('limit_reached', 'the budget is spent');
      return Promise.resolve([question, ...appended]);
    },
    isDone: () => world.isDone(),
    makeRoom() {
      const made = world.room.shift() ?? false;
      if (made) log.push('make room');
      return Promise.resolve(made);
    },
  };
  const world: World = {
    log,
    requests,
    appended,
    tool: answer,
    endFirst: undefined,
    room: [],
    isDone: () => false,
    budget: Number.POSITIVE_INFINITY,
    run: (harness, changes) => harness.run({ ...baseTask, ...changes }, context),
  };
  return world;
}

function describe(event: NewEvent): string | undefined {
  switch (event.type) {
    case 'turn_start':
      return `turn_start ${event.turnId}`;
    case 'text_delta':
      return `text_delta ${event.turnId} ${event.data.text}`;
    case 'turn_end':
      return `turn_end ${event.turnId} ${event.data.finish}, ${event.data.toolCalls} tools: ${event.data.text}`;
    default:
      return undefined;
  }
}

/** What the user of the suite says. */
export const question: Message = { role: 'user', content: [{ type: 'text', text: 'Hello' }] };

const baseTask: HarnessTask = {
  model: { provider: 'suite', id: 'model', settings: {} },
  system: 'Be kind.',
  tools: ['look', 'touch'].map((name) => ({ name, description: name, inputSchema: { type: 'object' } })),
  settings: {},
  maxTurns: 5,
  origin: { agent: 'suite' },
  signal: new AbortController().signal,
};

/** Usage of so many calls of the suite's models. */
export function usageOf(calls: number): Usage {
  return { ...noUsage, inputTokens: 10 * calls, outputTokens: 5 * calls, totalTokens: 15 * calls };
}

/** A turn that says a text, one delta for each piece. */
export function says(...pieces: readonly string[]): Turn {
  return async function* () {
    await Promise.resolve();
    for (const text of pieces) yield { type: 'text_delta', text };
    const content = [{ type: 'text', text: pieces.join('') }] as const;
    yield { type: 'finish', finish: 'stop', usage: usageOf(1), message: { role: 'assistant', content } };
  };
}

/** A turn that asks for tools. */
export function asks(...calls: readonly ToolCallPart[]): Turn {
  return async function* () {
    await Promise.resolve();
    for (const asked of calls) yield { type: 'tool_call', call: asked };
    yield {
      type: 'finish',
      finish: 'tool_calls',
      usage: usageOf(1),
      message: { role: 'assistant', content: calls },
    };
  };
}

/** A tool call. */
export function call(toolCallId: string, toolName: string, input: ToolCallPart['input']): ToolCallPart {
  return { type: 'tool_call', toolCallId, toolName, input };
}

/** What the suite's tools give unless a case says otherwise. */
export function answer({ toolCallId, toolName }: ToolCallPart): ToolResultPart {
  return { type: 'tool_result', toolCallId, toolName, output: 'ok', isError: false };
}
