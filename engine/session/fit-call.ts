import type { JsonObject } from '../core/json.ts';
import { Problem } from '../core/problem.ts';
import type { ModelRequest } from '../ports/model.ts';
import type { KnownModel } from '../program/known-model.ts';
import { nearestThinking } from '../program/thinking-levels.ts';

/** How a call is fitted: a model that stands in for another does what it can. */
export interface Fitting {
  readonly isStandIn: boolean;
  log(level: 'info' | 'warn', message: string, fields: JsonObject): void;
}

/**
 * A call as its model can take it. Thinking becomes the nearest level that the model knows, which is logged; a schema for the answer
 * is left to the prompt where the provider does not hold the model to it. Throws Problem `invalid_request` for images, tools or
 * thinking that the model is known not to have; a model that stands in is asked without thinking.
 */
export function fitCall(request: ModelRequest, known: KnownModel, fitting: Fitting): ModelRequest {
  const { thinking, outputSchema, ...others } = request;
  const name = `${request.model.provider}/${request.model.id}`;
  const { capabilities = {}, configuredMaxOutput } = known;
  if (capabilities.images === false && hasImages(request))
    throw unfit('images', `model "${name}" takes no images; ask another model, or leave them out`);
  if (capabilities.tools === false && request.tools.length > 0)
    throw unfit(
      'tools',
      `model "${name}" calls no tools, and the agent has some; give the agent another model`,
    );
  const level = levelFor();
  const { maxOutputTokens = configuredMaxOutput } = { ...request.model.settings, ...request.settings };
  return {
    ...others,
    ...(level === undefined ? {} : { thinking: level }),
    ...(outputSchema === undefined || capabilities.structuredOutput === false ? {} : { outputSchema }),
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
      throw unfit('thinking', `model "${name}" cannot think; leave "thinking" out, or write "thinking: off"`);
    return nearest;
  }

  function unfit(reason: string, message: string): Problem {
    return new Problem('invalid_request', message, { details: { model: name, reason: `no_${reason}` } });
  }
}

function hasImages({ messages }: ModelRequest): boolean {
  return messages.some(
    (message) => message.role === 'user' && message.content.some((part) => part.type === 'image'),
  );
}
