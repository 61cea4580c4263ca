import type { Origin } from '../core/range.ts';
import type { Expression, Template, Value } from '../expr/index.ts';

/** Webhooks of another service, verified, and handed to an agent. Texts and values see `{body, headers, query, env}`. */
export interface Channel {
  readonly name: string;
  readonly hash: string;
  readonly origin: Origin;
  readonly description: string;
  readonly agent: string;
  readonly scheme:
    'github' | 'slack' | 'stripe' | 'discord' | 'telegram' | 'linear' | 'standard-webhooks' | 'hmac';
  /** Names of secrets, of which any may fit the signature. */
  readonly secrets: readonly string[];
  readonly verify: ChannelVerify;
  /** How a repeated delivery is known; undefined: as the scheme says. */
  readonly dedupe: { readonly header: string | undefined; readonly key: Template | undefined } | undefined;
  /** A delivery for which it is false is answered and dropped. */
  readonly when: Expression | undefined;
  /** Undefined: the name of the channel. */
  readonly instance: Template | undefined;
  /** Undefined: `default`. */
  readonly session: Template | undefined;
  readonly input: Value | undefined;
  /** Undefined: the body as JSON. */
  readonly message: Template | undefined;
  readonly reply: {
    readonly status: number;
    readonly headers: Readonly<Record<string, Value>>;
    readonly body: Value | undefined;
  };
}

/** Details of a signature; what is undefined is as the scheme says. */
export interface ChannelVerify {
  readonly header: string | undefined;
  readonly algorithm: 'sha256' | 'sha1' | 'sha512' | 'ed25519' | undefined;
  readonly encoding: 'hex' | 'base64' | undefined;
  readonly prefix: string | undefined;
  readonly timestampHeader: string | undefined;
  readonly toleranceMs: number;
  /** Made of `{timestamp}`, `{id}` and `{body}`. */
  readonly payload: string | undefined;
  readonly idHeader: string | undefined;
}
