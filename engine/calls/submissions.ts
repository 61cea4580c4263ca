import type { Engine, SubmissionRecord } from '../api.ts';
import { encodeKey } from '../core/ids.ts';
import { hasLeft } from './has-left.ts';
import { checkedFirst } from './checked-first.ts';
import { Problem } from '../core/problem.ts';
import { refuseUnknown } from '../core/refuse-unknown.ts';
import { isTerminal } from '../core/status.ts';
import type { Execution } from '../ports/store.ts';
import { addressOf, messageOf, type SessionPorts } from '../session/index.ts';

/** The `submissions` part of an engine. */
export function createSubmissions(ports: SessionPorts): Engine['submissions'] {
  const { store, durable, journal } = ports;

  const find = async (id: string): Promise<Execution> => {
    const execution = await store.executions.get(id);
    if (execution?.kind !== 'submission') throw new Problem('submission_not_found', `no submission "${id}"`);
    return execution;
  };
  const recordOf = (execution: Execution): SubmissionRecord => {
    const { id, name, state, input, output, error, usage, createdAt, startedAt, endedAt, key } = execution;
    const { instance, session } = addressOf(input) ?? { instance: '', session: '' };
    const place = isTerminal(state) ? -1 : durable.pending(key).indexOf(id);
    return {
      submissionId: id,
      agent: name,
      instance,
      session,
      state,
      ...(place > 0 ? { position: place } : {}),
      message: messageOf(input),
      ...(output === undefined ? {} : { output }),
      ...(error === undefined ? {} : { error }),
      ...(usage === undefined ? {} : { usage }),
      acceptedAt: new Date(createdAt).toISOString(),
      ...(startedAt === undefined ? {} : { startedAt: new Date(startedAt).toISOString() }),
      ...(endedAt === undefined ? {} : { endedAt: new Date(endedAt).toISOString() }),
    };
  };

  return {
    get: async (id) => recordOf(await find(id)),
    async list({ agent, instance, session, before, ...filter } = {}) {
      if (
        (instance !== undefined && agent === undefined) ||
        (session !== undefined && instance === undefined)
      )
        throw new Problem('invalid_request', 'an instance needs its agent, and a session its instance');
      if (before !== undefined) await find(before);
      const place = [agent, instance, session].filter((part) => part !== undefined);
      const found = await store.executions.list({
        ...filter,
        kind: 'submission',
        ...(agent === undefined ? {} : { name: agent }),
        ...(place.length < 2 ? {} : { under: encodeKey(...place) }),
        ...(before === undefined ? {} : { before }),
      });
      if (agent !== undefined && found.length === 0)
        await refuseUnknown(
          'agent',
          agent,
          Object.keys(ports.program.agents),
          hasLeft(store, 'submission', agent, filter.owner),
        );
      return found.map(recordOf);
    },
    async events(id, { after = 0, limit = 1000 } = {}) {
      await find(id);
      return store.events.read(id, { after, limit });
    },
    subscribe: (id, from = {}) => checkedFirst(() => find(id), journal.subscribe(id, from)),
    async wait(id, { signal } = {}) {
      await find(id);
      await durable.result(id, signal, true);
      return recordOf(await find(id));
    },
    async abort(id, reason = 'the submission was aborted') {
      await find(id);
      return durable.cancel(id, new Problem('aborted', reason));
    },
  };
}
