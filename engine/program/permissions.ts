import type { ToolKind } from './tool-kinds.ts';

/** Which tool calls are made, asked about, or refused. `deny` beats `ask`, `ask` beats `allow`. */
export interface Permissions {
  readonly allow: readonly PermissionPattern[];
  readonly ask: readonly PermissionPattern[];
  readonly deny: readonly PermissionPattern[];
  /** How long a call waits for an answer; undefined: nobody says. */
  readonly timeoutMs: number | undefined;
}

/** Calls that a rule is about. */
export interface PermissionPattern {
  /** As it is written, for example `bash(git *)`. */
  readonly source: string;
  /** Name of the tool; `*` stands for any text. */
  readonly tool: string;
  /** The rule is about all tools of this kind, whatever their names. */
  readonly kind?: ToolKind;
  /** What the main argument is like, `*` standing for any text; undefined: whatever it is. */
  readonly argument: string | undefined;
}

/** Rules of nobody. */
export const noPermissions: Permissions = { allow: [], ask: [], deny: [], timeoutMs: undefined };

/** The rules of several places, in their order; the last that says how long to wait wins. */
export function joinPermissions(all: readonly Permissions[]): Permissions {
  return {
    allow: all.flatMap(({ allow }) => allow),
    ask: all.flatMap(({ ask }) => ask),
    deny: all.flatMap(({ deny }) => deny),
    timeoutMs: all.findLast(({ timeoutMs }) => timeoutMs !== undefined)?.timeoutMs,
  };
}

/** Whether a text fits a pattern in which `*` stands for any text. */
export function fitsStars(text: string, pattern: string): boolean {
  const [head = '', ...rest] = pattern.split('*');
  if (rest.length === 0) return text === pattern;
  const tail = rest.pop() ?? '';
  if (!text.startsWith(head) || !text.endsWith(tail) || text.length < head.length + tail.length) return false;
  let at = head.length;
  for (const part of rest) {
    at = text.indexOf(part, at);
    if (at === -1 || at + part.length > text.length - tail.length) return false;
    at += part.length;
  }
  return true;
}
