import { SpanKind, type Attributes } from '@opentelemetry/api';
import type { EngineEvent } from '../core/event.ts';
import type { Json } from '../core/json.ts';
import type { Usage } from '../core/message.ts';
import { splitModel } from './model-name.ts';

/** Longest text of one attribute, in characters. */
const maxText = 8192;

/** A span as it begins: what a sampler may look at. */
export interface SpanFacts {
  readonly name: string;
  readonly kind: SpanKind;
  readonly attributes: Attributes;
}

/** The span that an event begins; undefined when it begins none. `content` allows what people and models said. */
export function factsOf(event: EngineEvent, content: boolean): SpanFacts | undefined {
  const scope = scopeOf(event);
  const said = (name: string, value: Json): Attributes => (content ? { [name]: textOf(value) } : {});
  switch (event.type) {
    case 'run_start':
      return workflow(event.data.workflow, { ...scope, ...said('engine.run.input', event.data.input) });
    case 'step_start':
      return internal(`step ${stepName(event.stepPath ?? '')}`, {
        ...scope,
        'engine.step.verb': event.data.verb,
        'engine.step.attempt': event.data.attempt,
      });
    case 'operation_start': {
      const agent = event.agent ?? '';
      return internal(`invoke_agent ${agent}`, {
        ...scope,
        'gen_ai.operation.name': 'invoke_agent',
        'gen_ai.agent.name': agent,
        'engine.operation.kind': event.data.operation,
        ...said('gen_ai.input.messages', [
          { role: 'user', parts: [{ type: 'text', content: event.data.message }] },
        ]),
      });
    }
    case 'turn_start': {
      const { provider, id } = splitModel(event.data.model);
      return {
        name: `chat ${id}`,
        kind: SpanKind.CLIENT,
        attributes: {
          ...scope,
          'gen_ai.operation.name': 'chat',
          'gen_ai.provider.name': provider,
          'gen_ai.request.model': id,
          'engine.turn': event.data.turn,
        },
      };
    }
    case 'tool_start':
      return internal(`execute_tool ${event.data.tool}`, {
        ...scope,
        'gen_ai.operation.name': 'execute_tool',
        'gen_ai.tool.name': event.data.tool,
        'gen_ai.tool.type': 'function',
        'gen_ai.tool.call.id': event.toolCallId ?? '',
        ...said('gen_ai.tool.call.arguments', event.data.input),
      });
    case 'compaction_start': {
      const { provider, id } = splitModel(event.data.model);
      return internal('compaction', {
        ...scope,
        'gen_ai.provider.name': provider,
        'gen_ai.request.model': id,
        'engine.compaction.reason': event.data.reason,
        'engine.compaction.tokens_before': event.data.tokensBefore,
      });
    }
    default:
      return undefined;
  }
}

/** The span of a run that goes on, whose beginning this process did not see or has let go of. */
export function resumedRun(workflowName: string, runId: string): SpanFacts {
  return workflow(workflowName, { 'engine.run.id': runId, 'engine.resumed': true });
}

/** What an event that ends a span adds to it. */
export function endingOf(event: EngineEvent, content: boolean): Attributes {
  const said = (name: string, value: Json | undefined): Attributes =>
    content && value !== undefined ? { [name]: textOf(value) } : {};
  switch (event.type) {
    case 'run_end':
      return {
        'engine.state': event.data.state,
        ...usageOf(event.data.usage),
        ...said('engine.run.output', event.data.output),
      };
    case 'step_end':
      return {
        'engine.step.status': event.data.status,
        'engine.step.attempts': event.data.attempts,
        ...said('engine.step.output', event.data.output),
      };
    case 'operation_end':
      return {
        ...usageOf(event.data.usage),
        ...said('gen_ai.output.messages', answer(event.data.text)),
      };
    case 'turn_end':
      return {
        'gen_ai.response.model': splitModel(event.data.model).id,
        'gen_ai.response.finish_reasons': [event.data.finish],
        'engine.tool_calls': event.data.toolCalls,
        ...usageOf(event.data.usage),
        ...said('gen_ai.output.messages', answer(event.data.text)),
      };
    case 'tool_end':
      return {
        ...(event.data.usage === undefined ? {} : usageOf(event.data.usage)),
        ...said('gen_ai.tool.call.result', event.data.output),
      };
    case 'compaction_end':
      return {
        'engine.compaction.tokens_after': event.data.tokensAfter,
        'engine.compaction.messages_before': event.data.messagesBefore,
        'engine.compaction.messages_after': event.data.messagesAfter,
        ...usageOf(event.data.usage),
      };
    default:
      return {};
  }
}

/** A text for an attribute, of a bounded length. */
export function textOf(value: Json): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length <= maxText ? text : `${text.slice(0, maxText)}…`;
}

function workflow(name: string, more: Attributes): SpanFacts {
  return internal(`invoke_workflow ${name}`, {
    ...more,
    'gen_ai.operation.name': 'invoke_workflow',
    'gen_ai.workflow.name': name,
  });
}

function internal(name: string, attributes: Attributes): SpanFacts {
  return { name, kind: SpanKind.INTERNAL, attributes };
}

/** Ids of what an event belongs to. */
function scopeOf(event: EngineEvent): Attributes {
  const { runId, submissionId, operationId, turnId, taskId, stepPath, agent, instanceId, session } = event;
  return given({
    'engine.run.id': runId,
    'engine.submission.id': submissionId,
    'engine.operation.id': operationId,
    'engine.turn.id': turnId,
    'engine.task.id': taskId,
    'engine.step.path': stepPath,
    'gen_ai.agent.name': agent,
    'gen_ai.conversation.id':
      agent === undefined || instanceId === undefined ? undefined : `${agent}/${instanceId}/${session ?? ''}`,
  });
}

function given(attributes: Readonly<Record<string, string | undefined>>): Attributes {
  return Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== undefined));
}

/** The id of a step without the iterations around it, of which there are many. */
function stepName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

function usageOf(usage: Usage): Attributes {
  return {
    'gen_ai.usage.input_tokens': usage.inputTokens,
    'gen_ai.usage.output_tokens': usage.outputTokens,
    'gen_ai.usage.cache_read.input_tokens': usage.cacheReadTokens,
    'gen_ai.usage.cache_creation.input_tokens': usage.cacheWriteTokens,
    'gen_ai.usage.reasoning.output_tokens': usage.reasoningTokens,
    ...(usage.costUsd === undefined ? {} : { 'engine.cost.usd': usage.costUsd }),
  };
}

function answer(text: string | undefined): Json | undefined {
  return text === undefined ? undefined : [{ role: 'assistant', parts: [{ type: 'text', content: text }] }];
}
