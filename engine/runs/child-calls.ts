import { outcomeOf } from './child-runs.ts';
import { defaultSession, sessionKey } from '../core/ids.ts';
import { noUsage } from '../core/message.ts';
import { fromData, Problem } from '../core/problem.ts';
import { choices } from '../core/suggest.ts';
import type { Runs } from './runs.ts';
import type { SessionPorts, Sessions } from '../session/index.ts';

/** How tools call workflows and agents of the project. `parts` gives who does it, once work has started. */
export function createCalls(
  parts: () => { readonly runs: Runs; readonly sessions: Sessions },
): SessionPorts['calls'] {
  return {
    workflow: (on, { callers, ...call }, { workflow, input, left }) =>
      parts().runs.call(on, callers)(call, { workflow, input, left }),

    async agent(on, { callers, idempotencyKey, signal, lost }, { agent: name, instance, message, input }) {
      const { agents } = on.program;
      const agent = Object.hasOwn(agents, name) ? agents[name] : undefined;
      if (agent === undefined)
        throw new Problem('agent_not_found', `no agent "${name}"${choices(name, Object.keys(agents))}`);
      const address = { agent: name, instance, session: defaultSession };
      const key = sessionKey(address);
      if (callers.some(({ sessions }) => sessions.includes(key)))
        throw new Problem(
          'conflict',
          `agent "${name}" cannot be asked here: its instance "${instance}" waits for this call itself`,
        );
      const parent = callers.at(-1)?.id ?? '';
      const sessions = parts().sessions.on(on);
      const { submissionId: id, done } = await sessions.submit({
        agent,
        address,
        message,
        input,
        images: [],
        role: undefined,
        model: undefined,
        modelSettings: {},
        thinking: undefined,
        schema: undefined,
        timeoutMs: undefined,
        signal: undefined,
        idempotencyKey,
        callers,
        parent,
      });
      const { state, output = null, error, usage = noUsage } = await outcomeOf(on, id, parent, signal);
      const modelCalls = await done.then(
        (answer) => answer.modelCalls,
        () => 0,
      );
      if (state === 'succeeded') return { id, output, usage, modelCalls };
      lost(usage, modelCalls);
      throw fromData(error ?? { type: 'cancelled', message: `agent "${name}" was stopped` });
    },
  };
}
