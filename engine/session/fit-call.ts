import type { JsonObject } from '../core/json.ts';
import { Problem } from '../core/problem.ts';
import type { Message } from '../core/message.ts';
import type { ModelRequest } from '../ports/model.ts';
import type { KnownModel } from '../program/known-model.ts';
import type { ModelChoice } from '../program/model.ts';
import { nearestThinking } from '../program/thinking-levels.ts';

/** How a call is fitted: a model that stands in for another does what it can. */
export interface Fitting {
  readonly isStandIn: boolean;
  log(level: 'info' | 'warn', message: string, fields: JsonObject): void;
}

/**
 * A call as its model can take it. Thinking becomes the nearest level that the model knows, which is logged; a schema for the answer
 * is left to the prompt where the provider does not hold the model to it. Images of earlier answers are named by a text where it takes none.
 * Throws Problem `invalid_request` for new images, tools or thinking that the model is known not to have; a model that stands in is
 * asked without thinking.
 */
export function fitCall(request: ModelRequest, known: KnownModel, fitting: Fitting): ModelRequest {
  const { thinking, outputSchema } = request;
  const name = `${request.model.provider}/${request.model.id}`;
  const { capabilities = {}, configuredMaxOutput } = known;
  if (capabilities.tools === false && request.tools.length > 0)
    throw unfit(
      name,
      'tools',
      `model "${name}" calls no tools, and the agent has some; give the agent another model`,
    );
  const level = levelFor();
  const { maxOutputTokens = configuredMaxOutput } = { ...request.model.settings, ...request.settings };
  const messages =
    capabilities.images === false
      ? withoutImages(request.messages, () => requireImages(request.model, known))
      : request.messages;
  const isOther = messages !== request.messages;
  if (isOther && messages.some((message, index) => message !== request.messages[index]))
    fitting.log('info', `model "${name}" takes no images, and is told where there were some before`, {
      type: 'images_left_out',
      model: name,
    });
  const hasSchema = outputSchema !== undefined && capabilities.structuredOutput !== false;
  const isAsItIs = !isOther && level === thinking && hasSchema === (outputSchema !== undefined);
  if (isAsItIs && maxOutputTokens === undefined) return request;
  const { thinking: _thinking, outputSchema: _schema, ...others } = request;
  return {
    ...others,
    messages,
    ...(level === undefined ? {} : { thinking: level }),
    ...(hasSchema ? { outputSchema } : {}),
    ...(maxOutputTokens === undefined ? {} : { settings: { ...request.settings, maxOutputTokens } }),
  };

  function levelFor(): ModelRequest['thinking'] {
    if (thinking === undefined) return undefined;
    const nearest = nearestThinking(thinking, capabilities.thinking);
    if (nearest === thinking) return thinking;
    if (nearest === undefined && thinking === 'off') return undefined;
    const fields = { type: 'thinking_changed', model: name, asked: thinking, used: nearest ?? null };
    if (nearest !== undefined)
      fitting.log(
        'info',
        `model "${name}" has no thinking level "${thinking}"; "${nearest}" is used`,
        fields,
      );
    else if (fitting.isStandIn)
      fitting.log('info', `model "${name}" cannot think, and is asked without`, fields);
    else
      throw unfit(
        name,
        'thinking',
        `model "${name}" cannot think; leave "thinking" out, or write "thinking: off"`,
      );
    return nearest;
  }
}

/** Throws Problem `invalid_request` when a model is known to take no images. */
export function requireImages(model: ModelChoice, known: KnownModel): void {
  const name = `${model.provider}/${model.id}`;
  if (known.capabilities?.images === false)
    throw unfit(name, 'images', `model "${name}" takes no images; ask another model, or leave them out`);
}

/**
 * Messages for a model that takes no images. What the model is asked now cannot do without them (`requireImages`); those of earlier
 * answers are named by a text in their place.
 */
function withoutImages(messages: readonly Message[], fault: () => void): readonly Message[] {
  const answered = messages.findLastIndex(
    ({ role, content }) => role === 'assistant' && content.every((part) => part.type !== 'tool_call'),
  );
  return messages.map((message, index) => {
    if (message.role !== 'user' || message.content.every((part) => part.type !== 'image')) return message;
    if (index > answered) fault();
    return {
      ...message,
      content: message.content.map((part) =>
        part.type === 'image' ? { type: 'text', text: '[an image that you cannot see]' } : part,
      ),
    };
  });
}

function unfit(model: string, reason: string, message: string): Problem {
  return new Problem('invalid_request', message, { details: { model, reason: `no_${reason}` } });
}
