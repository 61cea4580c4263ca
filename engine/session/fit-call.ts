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
  if (!messages.some(hasImage)) return messages;
  const answered = messages.findLastIndex(
    ({ role, content }) => role === 'assistant' && content.every((part) => part.type !== 'tool_call'),
  );
  if (messages.some((message, index) => index > answered && hasImage(message))) fault();
  const told = inWords.get(messages) ?? [];
  inWords.set(messages, told);
  told.length = messages.length;
  for (const [index, message] of messages.entries())
    told[index] = hasImage(message) ? inText(message) : message;
  return told;
}

/** What became of the messages of a conversation: the same array for the same one, as who sends it expects. */
const inWords = new WeakMap<readonly Message[], Message[]>();

/** What became of a message with images. */
const described = new WeakMap<Message, Message>();

type UserMessage = Extract<Message, { role: 'user' }>;

function hasImage(message: Message): message is UserMessage {
  return message.role === 'user' && message.content.some(({ type }) => type === 'image');
}

function inText(message: UserMessage): Message {
  const known = described.get(message);
  if (known !== undefined) return known;
  const content = message.content.map((part) =>
    part.type === 'image' ? { type: 'text' as const, text: '[an image that you cannot see]' } : part,
  );
  const made: Message = { ...message, content };
  described.set(message, made);
  return made;
}

function unfit(model: string, reason: string, message: string): Problem {
  return new Problem('invalid_request', message, { details: { model, reason: `no_${reason}` } });
}
