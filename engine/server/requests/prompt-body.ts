import type { PromptOptions } from '../../api.ts';
import { imagesSchema } from '../../core/image-types.ts';
import type { Json, JsonObject } from '../../core/json.ts';
import { thinkingLevels } from '../../program/thinking-levels.ts';
import { objectReader } from './read-object.ts';

/** What a caller can say to an agent, as JSON Schema; the same over HTTP and WebSocket. */
export const promptSchema = {
  type: 'object',
  additionalProperties: false,
  properties: {
    message: { type: 'string', description: 'What to say to the agent.' },
    input: { description: 'Typed input, for an agent with an input schema.' },
    session: { type: 'string', description: 'Conversation of the instance. Default: `default`.' },
    role: { type: 'string', description: 'Role to answer in.' },
    model: { type: 'string', description: 'Model to use: `provider/model` or an alias.' },
    thinking: { type: 'string', enum: thinkingLevels },
    images: imagesSchema,
    result: {
      type: ['object', 'boolean'],
      description: 'JSON Schema of the answer. Default: the output schema of the agent.',
    },
  },
} as const satisfies JsonObject;

/** A prompt that was checked. */
export interface PromptBody {
  readonly message: string;
  readonly session: string | undefined;
  readonly options: PromptOptions;
}

const read = objectReader(promptSchema);

/** The prompt of a body or frame. Throws Problem `invalid_request`. */
export function readPrompt(value: Json | undefined, what = 'the body'): PromptBody {
  const { message, session, ...options } = read(value, what);
  return {
    message: (message as string | undefined) ?? '',
    session: session as string | undefined,
    options,
  };
}
