import type { Json, JsonSchema } from '../../core/json.ts';
import {
  fitsStars,
  joinPermissions,
  type PermissionPattern,
  type Permissions,
} from '../../program/permissions.ts';
import type { ToolKind } from '../../program/tool-kinds.ts';
import { commandPieces, plainCommands } from './command-pieces.ts';
import { mainArgument, type MainArgument, type Place } from './main-argument.ts';

/** What the rules say of a call, and which of them; no rule: what holds where none fits. */
export interface Verdict {
  readonly verdict: 'allow' | 'ask' | 'deny';
  readonly rule: string | undefined;
  readonly timeoutMs: number;
}

/** How long a call waits for a person where nobody says. */
const defaultTimeoutMs = 7 * 86_400_000;

/** They hold only what `skills` and `subagents` give an agent, so a list of what it may do need not repeat them. */
const granted = new Set(['task', 'load_skill']);

/**
 * Decides on a tool call: `deny` beats `ask`, `ask` beats `allow`. Where there are rules that allow, a call that none of them fits is
 * asked about; without any, what is neither asked about nor refused is made.
 * @param rules those of the tool, then those of the agent.
 */
export function permit(
  rules: readonly Permissions[],
  call: {
    readonly tool: string;
    readonly kinds: readonly ToolKind[];
    readonly input: Json;
    readonly schema: JsonSchema;
    readonly place: Place;
  },
): Verdict {
  const { allow, ask, deny, timeoutMs = defaultTimeoutMs } = joinPermissions(rules);
  if (allow.length + ask.length + deny.length === 0) return { verdict: 'allow', rule: undefined, timeoutMs };
  const main = mainArgument(call.tool, call.input, call.schema, call.place);
  const forms = call.tool === 'bash' ? main.forms.flatMap(commandPieces) : main.forms;
  const about = (patterns: readonly PermissionPattern[]): readonly PermissionPattern[] =>
    patterns.filter(({ tool, kind }) =>
      kind === undefined ? fitsStars(call.tool, tool) : call.kinds.includes(kind),
    );
  const found = (patterns: readonly PermissionPattern[]): string | undefined =>
    about(patterns).find(
      ({ argument }) => argument === undefined || forms.some((form) => fitsStars(form, argument)),
    )?.source;
  const denied = found(deny);
  if (denied !== undefined) return { verdict: 'deny', rule: denied, timeoutMs };
  const asked = found(ask);
  if (asked !== undefined) return { verdict: 'ask', rule: asked, timeoutMs };
  const isAllowed = allow.length === 0 || granted.has(call.tool) || isCovered(call.tool, main, about(allow));
  return { verdict: isAllowed ? 'allow' : 'ask', rule: undefined, timeoutMs };
}

/** Whether rules cover a call as a whole, every command of a line included. */
function isCovered(tool: string, { plain }: MainArgument, patterns: readonly PermissionPattern[]): boolean {
  if (patterns.some(({ argument }) => argument === undefined || argument === '*')) return true;
  const fits = (text: string): boolean => patterns.some(({ argument = '*' }) => fitsStars(text, argument));
  if (tool !== 'bash') return plain.some(fits);
  const [line = ''] = plain;
  if (patterns.some(({ argument }) => argument === line)) return true;
  return plainCommands(line)?.every(fits) ?? false;
}
