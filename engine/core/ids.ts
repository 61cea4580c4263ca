/** One conversation: agent name, instance id, session name. */
export interface SessionAddress {
  readonly agent: string;
  readonly instance: string;
  readonly session: string;
}

/** Session name when none is given. */
export const defaultSession = 'default';

/** The digits of ULIDs, 0 to 31. */
export const ulidDigits = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** Id of a run of a workflow: `workflow:<name>:<ulid>`. */
export function runId(workflow: string, ulid: string): string {
  return `workflow:${workflow}:${ulid}`;
}

/** The workflow a run id names, or undefined when it is no run id. */
export function workflowOfRun(id: string): string | undefined {
  return /^workflow:([^:]+):[0-9A-Z]{26}$/.exec(id)?.[1];
}

/**
 * One text for a list of names such that no two lists give the same text and no text names a path:
 * letters, digits, `-` and `_` stay, every other byte becomes `%XX`, parts join with `.`; an empty part is `%`.
 */
export function encodeKey(...parts: readonly string[]): string {
  return parts.map(encodePart).join('.');
}

/** Storage key of a session. */
export function sessionKey({ agent, instance, session }: SessionAddress): string {
  return `${instanceKey(agent, instance)}.${encodePart(session)}`;
}

/** Storage key of an instance (its workspace belongs to it, not to a session). */
export function instanceKey(agent: string, instance: string): string {
  return `${encodePart(agent)}.${encodePart(instance)}`;
}

/** Longest instance id or session name. */
export const maxIdLength = 200;

/** Why a text cannot be an instance id or session name, or undefined when it can. */
export function idFault(id: string): string | undefined {
  if (id === '') return 'must not be empty';
  if (id.length > maxIdLength) return `must be at most ${maxIdLength} characters`;
  // eslint-disable-next-line no-control-regex -- control characters are exactly what is refused
  if (/[\u0000-\u001f\u007f]/.test(id)) return 'must not contain control characters';
  if (!id.isWellFormed()) return 'must be well-formed Unicode';
  if (id === '.' || id === '..') return 'must not be "." or ".."';
  return undefined;
}

function encodePart(part: string): string {
  if (part === '') return '%';
  if (/^[\w-]+$/.test(part)) return part;
  return encodeURIComponent(part).replace(
    /[.!~*'()]/g,
    (character) => '%' + character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0'),
  );
}
