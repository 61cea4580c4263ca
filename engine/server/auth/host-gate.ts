import type { IncomingMessage } from 'node:http';
import { choices } from '../../core/suggest.ts';
import { scopes, type Caller } from './caller.ts';
import { unsigned } from './challenge.ts';
import type { Gate } from './gate.ts';

/** What the app around says of who sends a request. */
export type HostCaller = Pick<Caller, 'id'> &
  Partial<Omit<Caller, 'id' | 'expiresAt'>> & {
    /** When its sign-in ends, as a `Date` or in milliseconds since 1970; default never. Its streams and sockets end with it. */
    readonly expiresAt?: Date | number;
  };

/** Says who sends a request, or opens a WebSocket; undefined: nobody who may. */
export type CallerOf = (request: IncomingMessage) => HostCaller | undefined | Promise<HostCaller | undefined>;

/** A gate that takes the word of the app around, which has its own sign-in. */
export function createHostGate(callerOf: CallerOf): Gate {
  const authenticate = async (request: IncomingMessage): Promise<Caller> => {
    const found: unknown = await callerOf(request);
    // What is not there is null in many apps.
    if (found === undefined || found === null) throw unsigned('this needs sign-in');
    const {
      id,
      name = id,
      scopes = ['agents', 'workflows', 'runs', 'approvals'],
      agents,
      workflows,
      roles,
      expiresAt,
    } = checked(found);
    if (expiresAt !== undefined && Number(expiresAt) <= Date.now()) throw unsigned('the sign-in has expired');
    return {
      id: `host:${id}`,
      // What approvals go by: people choose names, and a role is what the app gives.
      name: name.startsWith('role:') ? `host:${name}` : name,
      scopes,
      agents,
      workflows,
      ...(roles === undefined ? {} : { roles }),
      ...(expiresAt === undefined ? {} : { expiresAt: Number(expiresAt) }),
    };
  };
  return { isClosed: true, authenticate, authenticateSocket: authenticate };
}

/** What each key of a caller must be; one that is missing here does not compile. */
const kinds: Readonly<Record<keyof HostCaller, (value: unknown) => string | undefined>> = {
  id: isText,
  name: isText,
  scopes: isTexts,
  agents: isTexts,
  workflows: isTexts,
  roles: isTexts,
  expiresAt: isTime,
};

/**
 * A caller as the app says it: keys may be those of a class, and what is null is not there. A mistake of the app lets nobody in.
 * Throws TypeError, for the log.
 */
function checked(found: unknown): HostCaller {
  if (typeof found !== 'object' || found === null)
    throw new TypeError(`callerOf must give an object or undefined, got ${typeof found}`);
  const said: Record<string, unknown> = {};
  for (const [key, kindOf] of Object.entries(kinds)) {
    const value: unknown = Reflect.get(found, key);
    if (key !== 'id' && (value === undefined || value === null)) continue;
    const wanted = kindOf(value);
    if (wanted !== undefined) throw new TypeError(`callerOf: "${key}" must be ${wanted}`);
    said[key] = value;
  }
  const unknown = Object.keys(found).find((key) => !Object.hasOwn(kinds, key));
  if (unknown !== undefined)
    throw new TypeError(`callerOf: unknown key "${unknown}"${choices(unknown, Object.keys(kinds))}`);
  const caller = said as unknown as HostCaller;
  const stray = caller.scopes?.find((scope) => !scopes.includes(scope));
  if (stray !== undefined)
    throw new TypeError(`callerOf: unknown scope "${String(stray)}"${choices(stray, scopes)}`);
  return caller;
}

function isText(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? undefined : 'a text that is not empty';
}

function isTexts(value: unknown): string | undefined {
  const isList = Array.isArray(value) && value.every((one) => typeof one === 'string');
  return isList ? undefined : 'a list of texts';
}

/** Milliseconds since 1970 of a time that seconds since then do not come to. */
const earliest = Date.UTC(1980, 0);

function isTime(value: unknown): string | undefined {
  const isOne = value instanceof Date || typeof value === 'number';
  // Whoever gives seconds means another time.
  return isOne && Number(value) >= earliest ? undefined : 'a Date, or milliseconds since 1970';
}
