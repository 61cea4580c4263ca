import type { Usage } from '../../../engine/core/message.ts';
import type { Provider } from '../../../engine/program/model.ts';
import type { FakeReply, FakeRequest } from '../openai-server.ts';

/** A tool call as a model asks for it; `fragments` is the JSON of its input in pieces. */
export interface WireCall {
  readonly id: string;
  readonly name: string;
  readonly fragments: readonly string[];
}

/** What a provider says and is told, in its own wire protocol. */
export interface Protocol {
  readonly name: string;
  readonly provider: Pick<Provider, 'type' | 'options'>;
  readonly model: string;
  /** Path of a streamed call. */
  readonly path: string;
  /** The header that carries the key, and what stands in it. */
  readonly auth: { readonly header: string; readonly value: (key: string) => string };
  /** Tokens that every complete answer of the fake reports. */
  readonly usage: Usage;
  /** Events of an answer in words. */
  text(...pieces: readonly string[]): readonly (object | string)[];
  /** Events of an answer that has begun with a text and not ended. */
  begun(text: string): readonly (object | string)[];
  /** Events of an answer that calls tools, all in one turn. */
  calls(...calls: readonly WireCall[]): readonly (object | string)[];
  /** Whether the ids of calls travel, and their input comes in pieces. */
  readonly hasIds: boolean;
  /** Events of thinking, signed where the protocol has it, and a tool call after. Absent where thinking is not sent back. */
  thinks?(text: string, signature: string, call: WireCall): readonly (object | string)[];
  /** Where the conversation is in a request, and what `wireConversation` looks like there. */
  conversation(body: FakeRequest['body']): unknown;
  readonly conversationSent: unknown;
  /** What of the thinking and its call is sent back. */
  readonly thinkingSent?: unknown;
  error(status: number, message: string, headers?: Readonly<Record<string, string>>): FakeReply;
  /** An error within a stream that has begun with 200, and may pass. */
  readonly brokenStream?: readonly object[];
  /** An error of 400 that says the conversation is too long. */
  readonly tooLong: FakeReply;
}
