import type { CallControl, CallOptions, SkillOptions } from '../api/call-options.ts';
import type { CompactResult, PromptResult, Session, ShellResult } from '../api/session.ts';
import type { ResultOf, ResultSchema } from '../api/result-schema.ts';
import { callSubmission, grantsOf, type Call } from './call-submission.ts';
import { checkCall } from './check-options.ts';
import type { EngineEvent } from '../core/event.ts';
import type { SessionAddress } from '../core/ids.ts';
import { keyOption } from './idempotency-key.ts';
import type { Agent } from '../program/agent.ts';
import { readResultSchema } from './result-schema.ts';
import { runCode } from './run-code.ts';
import {
  findSkill,
  findSkillIn,
  skillMessage,
  type Admitted,
  type SessionPorts,
  type Sessions,
  type Submission,
  type Work,
} from '../session/index.ts';

/** The calls of a session that ask for work. */
export type SessionCalls = Pick<
  Session,
  'prompt' | 'send' | 'skill' | 'task' | 'subagent' | 'stream' | 'shell' | 'compact' | 'runCode' | 'runPython'
>;

/** The calls of a session, to its agent in one version of the specs. `sessions` are those of that version. */
export function sessionCalls(
  ports: SessionPorts,
  sessions: Sessions,
  agent: Agent,
  address: SessionAddress,
): SessionCalls {
  const { program } = ports;
  const ask = (
    said: Omit<Call, 'agent' | 'address'>,
    options: CallOptions<ResultSchema>,
    work?: Work,
  ): Promise<Admitted> =>
    sessions.arrive(address, () => {
      const call = { agent, address, ...said, ...(work === undefined ? {} : { work }) };
      return callSubmission(program, sessions, call, options);
    });
  /** Such a skill is read now, and asked by in its words: it may be another one when the work begins. */
  const askBySkillOfWorkspace = (name: string, options: SkillOptions<ResultSchema>): Promise<Admitted> =>
    sessions.arrive(address, async () => {
      const skill = await sessions.files(agent, address, (sandbox) =>
        findSkillIn(ports, agent, name, sandbox),
      );
      // Who has no tool for the files of skills reads them where they are.
      const reads = agent.skills.length > 0 || agent.builtins.includes('load_skill');
      const message = skillMessage(program, reads ? skill : { ...skill, files: {} }, options.args);
      const { args: _args, ...asked } = options;
      return callSubmission(program, sessions, { agent, address, message, source: 'skill' }, asked);
    });
  const events = (submissionId: string): AsyncIterable<EngineEvent> =>
    ports.journal.subscribe(submissionId, { after: 0 });
  /** Waits for an admitted call while its caller watches. */
  const watched = async (
    { submissionId, done }: Admitted,
    { onEvent }: CallControl,
  ): Promise<{ readonly submissionId: string } & Awaited<Admitted['done']>> => {
    const told = onEvent === undefined ? undefined : tell(events(submissionId), onEvent);
    try {
      return { submissionId, ...(await done) };
    } finally {
      await told;
    }
  };
  const answered = async <Result extends ResultSchema>(
    admitted: Admitted,
    options: Pick<CallOptions<Result>, 'result' | 'onEvent'>,
  ): Promise<PromptResult<ResultOf<Result>>> => {
    const { submissionId, text, usage, model, attempts, typed, ...done } = await watched(admitted, options);
    const output = (await readResultSchema(options.result).output(done.output)) as ResultOf<Result>;
    return {
      submissionId,
      text,
      output,
      usage,
      model,
      attempts,
      ...(typed === undefined ? {} : { typed }),
    };
  };

  const session: SessionCalls = {
    async prompt(message, options = {}) {
      return answered(await ask({ message, input: options.input }, options), options);
    },
    async send(message, options = {}) {
      const admitted = await ask({ message, input: options.input }, options);
      const { submissionId, receipt } = admitted;
      const result = answered(admitted, options);
      // Who only wants the events need not listen.
      result.catch(() => undefined);
      return {
        submissionId,
        acceptedAt: new Date(receipt.acceptedAt).toISOString(),
        result,
        events: (from = {}) => ports.journal.subscribe(submissionId, from),
      };
    },
    async skill(name, options = {}) {
      if (!Object.hasOwn(program.skills, name) && agent.sandbox.type !== 'none')
        return answered(await askBySkillOfWorkspace(name, options), options);
      const message = skillMessage(program, findSkill(program, name), options.args);
      return answered(await ask({ message }, options, { kind: 'skill', skill: name }), options);
    },
    async task(message, options = {}) {
      const { agent: helper, description, cwd, input } = options;
      const work: Work = {
        kind: 'task',
        ...(helper === undefined ? {} : { agent: helper }),
        ...(description === undefined ? {} : { description }),
        ...(cwd === undefined ? {} : { cwd }),
      };
      return answered(await ask({ message, input }, options, work), options);
    },
    subagent: (name, prompt, options = {}) => session.task(prompt, { ...options, agent: name }),
    async *stream(message, options = {}) {
      const { submissionId, done } = await ask({ message, input: options.input }, options);
      yield* events(submissionId);
      await done;
    },
    async shell(message, options = {}) {
      checkCall('shell', message, options);
      const { cwd, env = {} } = options;
      const names = Object.keys(env);
      const admitted = await sessions.submit({
        ...plainSubmission(agent, address, message, options),
        work: {
          kind: 'shell',
          ...(cwd === undefined ? {} : { cwd }),
          ...(names.length === 0 ? {} : { env: names }),
        },
        grants: grantsOf(options),
        here: { tools: new Map(), env },
      });
      const { submissionId, output } = await watched(admitted, options);
      return { submissionId, ...(output as unknown as Omit<ShellResult, 'submissionId'>) };
    },
    async compact(options = {}) {
      checkCall('compact', undefined, options);
      const { instructions = '', keepTokens, model } = options;
      const admitted = await sessions.submit({
        ...plainSubmission(agent, address, instructions, options),
        model,
        work: { kind: 'compact', ...(keepTokens === undefined ? {} : { keepTokens }) },
      });
      const { submissionId, output, usage } = await watched(admitted, options);
      return { ...untouched, ...(output as object), submissionId, usage } as CompactResult;
    },
    runCode: (code, options = {}) => runCode(ports, sessions, agent, address, code, options),
    runPython: (code, options) => session.runCode(code, options),
  };
  return session;
}

const untouched = { summary: '', messagesBefore: 0, messagesAfter: 0, tokensBefore: 0, tokensAfter: 0 };

/** What asks no model in words of its own. */
function plainSubmission(
  agent: Agent,
  address: SessionAddress,
  message: string,
  { timeoutMs, signal, idempotencyKey }: CallControl,
): Submission {
  return {
    agent,
    address,
    message,
    input: undefined,
    role: undefined,
    model: undefined,
    modelSettings: {},
    thinking: undefined,
    schema: undefined,
    images: [],
    timeoutMs,
    signal,
    ...keyOption(idempotencyKey),
  };
}

/** Gives events to a listener, whose own failures harm nothing. */
async function tell(
  events: AsyncIterable<EngineEvent>,
  onEvent: (event: EngineEvent) => void,
): Promise<void> {
  try {
    for await (const event of events) {
      try {
        onEvent(event);
      } catch {
        // A listener never harms the work.
      }
    }
  } catch {
    // The call itself tells what went wrong.
  }
}
