/** Groups of routes that a caller may use. */
export const scopes = ['agents', 'workflows', 'runs', 'approvals', 'metrics', 'admin'] as const;

/** A group of routes that a caller may use. */
export type Scope = (typeof scopes)[number];

/** Who may use a route: everybody, whoever has signed in, or callers with a scope. */
export type Access = 'public' | 'signed-in' | Scope;

/** Who sent a request. */
export interface Caller {
  /** Unique among all callers: `token:<name>`, `jwt:<subject>`, or `anyone` where nobody signs in. */
  readonly id: string;
  /** Shown in logs and with approvals, and what approvers are named by; of callers of one server no two have the same. */
  readonly name: string;
  /** Undefined: everything, where nobody signs in. */
  readonly scopes: readonly Scope[] | undefined;
  /** Undefined: all. */
  readonly agents: readonly string[] | undefined;
  /** Undefined: all. */
  readonly workflows: readonly string[] | undefined;
  /** Of the `roles` claim; for `role:<name>` among the approvers of an approval. */
  readonly roles?: readonly string[];
  /** When the sign-in ends, in milliseconds since 1970; absent: never. */
  readonly expiresAt?: number;
}

/** The caller of a server where nobody signs in. */
export const anyone: Caller = {
  id: 'anyone',
  name: 'anyone',
  scopes: undefined,
  agents: undefined,
  workflows: undefined,
};
