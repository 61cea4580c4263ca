/** The HTTP server as configured, with every default filled in. */
export interface ServerSettings {
  readonly host: string;
  readonly port: number;
  /** Path in front of every route; `/` is none. */
  readonly basePath: string;
  readonly bodyBytes: number;
  readonly drainMs: number;
  /** Whose `X-Forwarded-*` headers are believed: everybody's, or those of these addresses and networks. */
  readonly trustProxy: boolean | readonly string[];
  /** Most prompts and starts of workflows at a time; undefined: no bound. */
  readonly concurrency: number | undefined;
  /** Most requests of one caller, or of one address where nobody signs in, within `perMs`; undefined: no bound. */
  readonly requests: number | undefined;
  readonly perMs: number;
  /** Most open streams and WebSockets. */
  readonly connections: number;
  /** Undefined: no other origin may call. */
  readonly cors:
    | { readonly origins: readonly string[]; readonly credentials: boolean; readonly maxAgeMs: number }
    | undefined;
  /** Undefined: nobody has to sign in. */
  readonly auth: ServerAuth | undefined;
}

/** Who may call the server. */
export interface ServerAuth {
  readonly tokens: readonly ServerToken[];
  readonly jwt:
    | {
        readonly issuer: string;
        readonly audience: string;
        readonly jwksUrl: string;
        readonly algorithms: readonly string[];
        readonly scopesClaim: string;
      }
    | undefined;
}

/** A bearer token and what it may do. */
export interface ServerToken {
  readonly name: string;
  /** Name of the secret that holds the token, or the SHA-256 of the token in hexadecimal digits. */
  readonly value: { readonly secret: string } | { readonly sha256: string };
  /** Undefined: everything but `admin`. */
  readonly scopes: readonly string[] | undefined;
  /** Undefined: all. */
  readonly agents: readonly string[] | undefined;
  readonly workflows: readonly string[] | undefined;
}
