import type { ToolSpec } from '../../../ports/model.ts';
import type { ChatMessage, Library } from './library.ts';
import type { Turns } from './turns.ts';

/** A chat model of LangChain that lets the turns of an operation answer; bound tools that are not `ours` are the loop's own. */
export function chatModel(
  { BaseChatModel, AIMessage, convertToOpenAITool }: Library,
  turns: Turns,
  isOwn: (name: string) => boolean,
): object {
  class EngineModel extends BaseChatModel {
    #own: readonly ToolSpec[] = [];

    _llmType(): string {
      return 'engine';
    }

    bindTools(tools: readonly object[]): this {
      this.#own = tools.flatMap((tool) => {
        const { name, description = '', parameters } = convertToOpenAITool(tool).function;
        return isOwn(name)
          ? [
              {
                name,
                description,
                inputSchema: (parameters ?? { type: 'object' }) as ToolSpec['inputSchema'],
              },
            ]
          : [];
      });
      return this;
    }

    async _generate(messages: readonly ChatMessage[]): Promise<object> {
      const calls = await turns.next(messages, this.#own);
      // What was said stays in the engine, out of reach of LangChain's tracing.
      return { generations: [{ text: '', message: new AIMessage({ content: '', tool_calls: calls }) }] };
    }
  }
  return new EngineModel({});
}
