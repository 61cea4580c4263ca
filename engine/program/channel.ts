import type { JsonSchema } from '../core/json.ts';
import type { Origin } from '../core/range.ts';
import type { Expression, Template, Value } from '../expr/index.ts';
import type { HttpTool } from './tool.ts';

/** How a sender proves who it is. */
export type ChannelScheme =
  | 'github'
  | 'slack'
  | 'stripe'
  | 'discord'
  | 'telegram'
  | 'linear'
  | 'notion'
  | 'twilio'
  | 'standard-webhooks'
  | 'hmac';

/** Webhooks of another service, verified, and handed to an agent. Texts and values see `{body, headers, query, env}`. */
export interface Channel {
  readonly name: string;
  readonly hash: string;
  readonly origin: Origin;
  readonly description: string;
  readonly agent: string;
  readonly scheme: ChannelScheme;
  /** Names of secrets, of which any may fit the signature. */
  readonly secrets: readonly string[];
  readonly verify: ChannelVerify;
  /** Field of a form whose JSON is the body; undefined: the fields are. */
  readonly formJson: string | undefined;
  /** How a repeated delivery is known; where that gives nothing, by the bytes that are signed. */
  readonly dedupe: { readonly header: string | undefined; readonly key: Template | Expression | undefined };
  /** What is answered at once and reaches no agent. */
  readonly handshakes: readonly Handshake[];
  /** True for what the bot itself sent, which is answered and dropped. */
  readonly ignore: Expression | undefined;
  /** A delivery for which it is false is answered and dropped. */
  readonly when: Expression | undefined;
  /** Undefined: the name of the channel. */
  readonly instance: Template | undefined;
  /** Undefined: `default`. */
  readonly session: Template | undefined;
  readonly input: Value | undefined;
  /** Undefined: the body as JSON. */
  readonly message: Template | undefined;
  /** Keys of the body that the default message leaves out. */
  readonly omit: readonly string[];
  /** Undefined: 202 and the receipt. */
  readonly reply: ChannelReply | undefined;
  /** The tool with which the agent answers; undefined: it has none. */
  readonly respond: ChannelRespond | undefined;
}

/** What the sender is answered. */
export interface ChannelReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, Value>>;
  /** A text is sent as it is. */
  readonly body: Value | undefined;
}

/** A delivery by which a service looks whether somebody is there. */
export interface Handshake {
  readonly when: Expression;
  /** It comes before there is a secret. */
  readonly isUnsigned: boolean;
  /** What the operator must know of it. */
  readonly tell: Value | undefined;
  readonly reply: ChannelReply;
}

/** How a signature is checked. */
export interface ChannelVerify {
  readonly header: string;
  /** `none`: the header holds the secret itself. */
  readonly algorithm: 'sha256' | 'sha1' | 'sha512' | 'ed25519' | 'none';
  readonly encoding: 'hex' | 'base64';
  readonly prefix: string;
  /** Text between several signatures; those without the prefix are passed over. Undefined: there is one. */
  readonly separator: string | undefined;
  readonly timestampHeader: string | undefined;
  /** In front of the time, where it is beside the signatures. */
  readonly timestampPrefix: string | undefined;
  /** Field of the body that holds the time in milliseconds. */
  readonly timestampField: string | undefined;
  readonly toleranceMs: number;
  /** Made of `{timestamp}`, `{id}`, `{url}`, `{form}` and `{body}`. */
  readonly payload: string;
  readonly idHeader: string | undefined;
  /** Address of the channel as the sender knows it, over `{env}`. */
  readonly url: Template | undefined;
  /** The secret is base64, behind this. */
  readonly secretPrefix: string | undefined;
}

/** A tool that answers the conversation a delivery belongs to, and nothing else. Its parts also see `input`. */
export interface ChannelRespond {
  readonly tool: string;
  readonly description: string;
  readonly inputSchema: JsonSchema;
  /** True for deliveries that can be answered; undefined: all can. */
  readonly when: Expression | undefined;
  /** Its url may hold `{token}` where the scheme says so; headers see `secrets`, which holds the token under its name and as `token`. */
  readonly request: Omit<HttpTool, 'type'>;
  /** Name of the secret that the service wants to see. */
  readonly token: string | undefined;
  readonly outputSchema: JsonSchema | undefined;
}
