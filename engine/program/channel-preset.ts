import type { Json, JsonSchema } from '../core/json.ts';

/** What is known of a service that sends webhooks: a file of `specs/channels/`. Expressions are CEL over `{body, headers, query}`. */
export interface ChannelPreset {
  readonly verify: Readonly<{
    header?: string;
    /** `none`: the header holds the secret itself. Default `sha256`. */
    algorithm?: 'sha256' | 'sha1' | 'sha512' | 'ed25519' | 'none';
    encoding?: 'hex' | 'base64';
    prefix?: string;
    /** Text between several signatures of one header; those without the prefix are passed over. */
    separator?: string;
    timestampHeader?: string;
    /** In front of the time, where it is beside the signatures. */
    timestampPrefix?: string;
    /** Field of the body that holds the time in milliseconds. */
    timestampField?: string;
    /** Duration. */
    tolerance?: string;
    payload?: string;
    idHeader?: string;
    /** A secret that begins so is base64 behind it; so is one that does not. */
    secretPrefix?: string;
  }>;
  /** Field of a form whose JSON is the body. */
  readonly formJson?: string;
  readonly dedupe?: { readonly header: string } | { readonly key: string };
  readonly handshakes?: readonly {
    readonly when: string;
    /** It comes before there is a secret. */
    readonly isUnsigned?: true;
    /** What the operator must know of it, a value. */
    readonly tell?: string;
    readonly reply: PresetReply;
  }[];
  /** True for what the bot itself sent. */
  readonly ignore?: string;
  /** Keys of the body that the default message leaves out. */
  readonly omit?: readonly string[];
  readonly reply?: PresetReply;
  readonly respond?: PresetRespond;
}

/** An answer to the sender. */
export interface PresetReply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Json;
}

/** How the conversation that a delivery belongs to is answered: a POST. Its parts also read `input.text`, headers `secrets.token`. */
export interface PresetRespond {
  readonly description: string;
  /** True for deliveries that can be answered. */
  readonly when: string;
  /** Address of the service, in the url as `{api}`. */
  readonly api: string;
  /** Characters of a message. */
  readonly maxLength: number;
  /** Default true. */
  readonly needsToken?: boolean;
  /** A template, in which `{token}` stands for the token. */
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: Json;
  /** What an answer of the service that took the message looks like. */
  readonly outputSchema?: JsonSchema;
}
