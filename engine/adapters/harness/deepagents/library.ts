import type { Json } from '../../../core/json.ts';

/** A chat message of LangChain, as far as it is read here. */
export interface ChatMessage {
  readonly text: string;
  readonly tool_call_id?: string;
  readonly status?: string;
  getType(): string;
}

/** A tool call as LangChain's loop runs it. */
export interface ChatCall {
  readonly id: string;
  readonly name: string;
  readonly args: Readonly<Record<string, Json>>;
  readonly type: 'tool_call';
}

/** What of the deepagents package, and of LangChain under it, the harness works with. */
export interface Library {
  readonly createDeepAgent: (options: {
    readonly model: object;
    readonly tools: readonly object[];
    readonly middleware: readonly object[];
  }) => {
    invoke(
      input: { readonly messages: readonly object[] },
      options: { readonly recursionLimit: number },
    ): Promise<unknown>;
  };
  readonly createMiddleware: (options: { readonly name: string }) => object;
  readonly todoListMiddleware: () => object;
  readonly BaseChatModel: new (fields: object) => object;
  readonly AIMessage: new (fields: {
    readonly content: string;
    readonly tool_calls: readonly ChatCall[];
  }) => object;
  readonly DynamicStructuredTool: new (fields: {
    readonly name: string;
    readonly description: string;
    readonly schema: object;
    readonly func: (
      input: unknown,
      manager: unknown,
      config: { readonly toolCall?: { readonly id?: string } },
    ) => Promise<string>;
  }) => object;
  readonly convertToOpenAITool: (tool: object) => {
    readonly function: { readonly name: string; readonly description?: string; readonly parameters?: Json };
  };
}
