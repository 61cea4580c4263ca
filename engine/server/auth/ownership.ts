import type { Engine } from '../../api.ts';
import { idFault } from '../../core/ids.ts';
import { Problem } from '../../core/problem.ts';
import { insideOf } from '../../api/inside.ts';
import { requestsIn } from '../../ports/approval-request.ts';
import type { Execution } from '../../ports/store.ts';
import { ownersOf } from '../../session/index.ts';
import type { Route } from '../route.ts';
import { approverOf } from './own-only.ts';
import type { Caller } from './caller.ts';
import { subjectsOf, type Subject } from './subjects.ts';
import { refuseUnlisted } from './unlisted.ts';

/** What a request is about, as the route table and the request say. */
export interface Asked {
  readonly route: Pick<Route, 'method' | 'path'>;
  readonly params: Readonly<Record<string, string | undefined>>;
  readonly search: string;
  /** A socket is opened, over which something may be written later: what there is not yet stays nobody's. */
  readonly isOpening?: true;
}

/** Whose an execution is: that never changes, so it is read once. */
type Belonging = Pick<Execution, 'id' | 'kind' | 'name' | 'key' | 'owner'>;

/** Most executions whose owner is remembered. */
const maxRemembered = 10_000;

/** Refuses callers who ask for what is not theirs. */
export interface Ownership {
  /**
   * Throws what asking for nothing at all would throw: Problem `agent_not_found`, `workflow_not_found`, `run_not_found`, `submission_not_found`,
   * `not_found`. Gives what is to be held while it is acted on: whose an instance is may be another one's by the time a body is read, and
   * a message to one that there is not yet makes it the caller's.
   */
  check(caller: Caller, asked: Asked): Promise<Claim | undefined>;
}

/** An instance that a caller asks for, and that may become the caller's by it. */
export interface Claim {
  /**
   * Does an act while the instance is the caller's. What the act makes so stays so, unless it fails and there is no such instance by then: who
   * is refused has claimed nothing. Throws Problem `not_found` for what is somebody else's by now, and what the act throws.
   * @param onFault hears why the store did not let go of what the act claimed for nothing; then it stays the caller's.
   */
  hold<T>(act: () => Promise<T>, onFault: (thrown: unknown) => void): Promise<T>;
}

/** Where nobody signs in, everything is everybody's. */
export const shared: Ownership = { check: () => Promise.resolve(undefined) };

/**
 * The ownership of what an engine keeps. An instance is whose who first wrote to it, a run whose who started it, a submission whose its
 * instance is. Who may `admin` reads and stops the work of others, answers approvals, and has what is nobody's.
 */
export function createOwnership(engine: Engine): Ownership {
  const { store } = insideOf(engine);
  const owners = ownersOf(store);
  const remembered = new Map<string, Belonging>();

  return {
    async check(caller, { route, params, search, isOpening = false }) {
      if (caller.scopes === undefined) return undefined;
      // What operators see once more is the same thing there.
      const path = route.path.replace(/^\/admin(?=\/)/, '');
      refuseUnlisted(engine, caller, path, params);
      // What a host's own routes name is the host's to look after.
      let claim: Claim | undefined;
      for (const subject of subjectsOf(path, params, search) ?? []) {
        const use = await mayUse(caller, subject, { ...route, isOpening });
        if (use === false) throw nothingThere(subject);
        if (use !== true) claim = use;
      }
      return claim;
    },
  };

  async function mayUse(
    caller: Caller,
    subject: Subject,
    route: Asked['route'] & { readonly isOpening: boolean },
  ): Promise<boolean | Claim> {
    const isAdmin = caller.scopes?.includes('admin') === true;
    const isFor = (owner: string | undefined): boolean =>
      owner === caller.id || (isAdmin && (owner === undefined || isReadOrStop(route)));
    if (subject.kind === 'instance') {
      const { agent, id } = subject;
      // Names and ids that can be nobody's are left to the handler's words.
      if (!Object.hasOwn(engine.program.agents, agent) || idFault(id) !== undefined) return true;
      const owner = await owners.of(agent, id);
      if (route.isOpening) return isFor(owner) || (await owners.isFree(agent, id));
      const mayTake = isWrite(route);
      if (!isFor(owner) && (owner !== undefined || !mayTake)) return false;
      return claimOf(caller, subject, isFor, mayTake);
    }
    const [id = '', step] = subject.kind === 'approval' ? split(subject.id) : [subject.id];
    const found = await belongingOf(id);
    if (found === undefined || (subject.kind !== 'approval' && found.kind !== subject.kind)) return false;
    if (!isListed(caller, found)) return false;
    if (isFor(await ownerOf(found))) return true;
    return subject.kind === 'approval' && (isAdmin || (await isApprover(caller, found, step)));
  }

  function claimOf(
    { id: owner }: Caller,
    subject: Subject & { readonly kind: 'instance' },
    isFor: (owner: string | undefined) => boolean,
    mayTake: boolean,
  ): Claim {
    const { agent, id } = subject;
    return {
      async hold(act, onFault) {
        const found = mayTake ? await owners.claim(agent, id, owner) : await owners.join(agent, id, owner);
        if (!isFor(found)) throw nothingThere(subject);
        if (found !== owner) return act();
        let isMade = false;
        try {
          const done = await act();
          isMade = mayTake;
          return done;
        } finally {
          await owners.settle(agent, id, isMade).catch(onFault);
        }
      },
    };
  }

  async function belongingOf(id: string): Promise<Belonging | undefined> {
    const known = remembered.get(id) ?? (await store.executions.get(id));
    if (known === undefined) return undefined;
    const { kind, name, key, owner } = known;
    remembered.set(id, { id, kind, name, key, ...(owner === undefined ? {} : { owner }) });
    const [oldest] = remembered.keys();
    if (remembered.size > maxRemembered && oldest !== undefined) remembered.delete(oldest);
    return known;
  }

  async function ownerOf({ kind, key, owner }: Belonging): Promise<string | undefined> {
    if (owner !== undefined || kind === 'run') return owner;
    const [agent = '', instance = ''] = key.split('.').map(decodeURIComponent);
    return owners.of(agent, instance);
  }

  /** Also of what has its answer: who was asked may know that somebody else was faster. */
  async function isApprover(caller: Caller, { id }: Belonging, step: string | undefined): Promise<boolean> {
    const { names } = approverOf(caller);
    return requestsIn(await store.checkpoints.all(id)).some(
      ({ request }) => request.step === step && request.approvers.some((name) => names.includes(name)),
    );
  }
}

/** Whether there can be something after it that there was not before. */
function isWrite({ method, path }: Asked['route']): boolean {
  return (method === 'POST' && !isStop(path)) || method === 'PUT';
}

function isStop(path: string): boolean {
  return /\/(?:cancel|abort)$/.test(path);
}

/** What of somebody's work an operator may do without being its owner. */
function isReadOrStop({ method, path }: Asked['route']): boolean {
  return method === 'GET' || (method === 'POST' && isStop(path));
}

function isListed(caller: Caller, { kind, name }: Belonging): boolean {
  return (kind === 'run' ? caller.workflows : caller.agents)?.includes(name) ?? true;
}

function nothingThere(subject: Subject): Problem {
  if (subject.kind === 'instance')
    return new Problem('not_found', `agent "${subject.agent}" has no instance "${subject.id}"`);
  if (subject.kind === 'run') return new Problem('run_not_found', `no run "${subject.id}"`);
  if (subject.kind === 'submission')
    return new Problem('submission_not_found', `no submission "${subject.id}"`);
  const [id = ''] = split(subject.id);
  return id.startsWith('sub_')
    ? new Problem('submission_not_found', `no submission "${id}"`)
    : new Problem('run_not_found', `no run "${id}"`);
}

/** The run or submission of an approval, and its step. */
function split(whole: string): [id: string, step: string | undefined] {
  const at = whole.indexOf('/');
  return at === -1 ? [whole, undefined] : [whole.slice(0, at), whole.slice(at + 1)];
}
