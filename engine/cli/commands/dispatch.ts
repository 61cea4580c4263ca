import { ulid } from 'ulid';
import type { DispatchMessage, Engine, SubmissionReceipt } from '../../api.ts';
import { defaultSession } from '../../core/ids.ts';
import { Problem } from '../../core/problem.ts';
import type { Thinking } from '../../program/model.ts';
import { clientAt } from '../client-at.ts';
import { exitCodes } from '../exit-codes.ts';
import { attend } from '../questions/attend.ts';
import { readJson, readText } from '../read-input.ts';
import type { Terminal } from '../terminal.ts';
import { untilInterrupted } from '../until-interrupted.ts';
import { actOnStore, adviseServer, type WorkPlace } from '../use-store.ts';
import { followOpen } from './submissions.ts';

/** Options of `engine dispatch`. */
export interface DispatchOptions extends WorkPlace {
  readonly instance?: string;
  readonly session?: string;
  readonly input?: string;
  readonly model?: string;
  readonly role?: string;
  readonly thinking?: Thinking;
  readonly idempotencyKey?: string;
  /** Undefined: here it is waited for, at a server not. */
  readonly wait?: boolean;
  readonly follow?: boolean;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

type Message = DispatchMessage &
  Required<Pick<DispatchMessage, 'session' | 'message'>> & { readonly instance: string };

/**
 * Hands a message to an agent. At a server it is only handed over, unless it shall be waited for; without one it is carried out here, unless
 * it shall be left for the next start. Ctrl-C leaves it so too.
 * Throws Problem `invalid_request` without a message or an input, `store_locked`, and what refuses the message.
 * @returns 0, or the exit code of its failure.
 */
export async function dispatch(
  agent: string,
  text: string | undefined,
  options: DispatchOptions,
  terminal: Terminal,
): Promise<number> {
  if (options.wait === false && options.follow === true)
    throw new Problem('invalid_request', 'use either --no-wait or --follow');
  const message = await messageOf(agent, text, options);
  return options.server === undefined
    ? dispatchHere(agent, message, options, terminal)
    : dispatchAt(options.server, agent, message, options, terminal);
}

async function dispatchHere(
  agent: string,
  message: Message,
  options: DispatchOptions,
  terminal: Terminal,
): Promise<number> {
  const leaves = options.wait === false;
  return actOnStore(options.project, {}, terminal, async (engine) => {
    if (leaves && engine.program.settings.store.type === 'memory')
      throw new Problem(
        'invalid_request',
        'messages are kept in memory (store.type in engine.yaml), so one that is left would be lost',
      );
    const receipt = await engine.dispatch(agent, message);
    if (leaves) return accepted(agent, message, receipt, options, terminal);
    tellReceipt(receipt, options, terminal);
    return attended(engine, receipt, options, terminal);
  }).catch(adviseServer);
}

async function dispatchAt(
  server: string,
  agent: string,
  { instance, idempotencyKey, ...prompt }: Message,
  options: DispatchOptions,
  terminal: Terminal,
): Promise<number> {
  const { agents, submissions } = clientAt(server);
  const key = idempotencyKey === undefined ? {} : { idempotencyKey };
  const receipt = await agents.dispatch(agent, instance, prompt, key);
  if (options.wait !== true && options.follow !== true)
    return accepted(agent, { instance, ...prompt }, receipt, options, terminal);
  tellReceipt(receipt, options, terminal);
  const follow = (id: string, after: number, signal: AbortSignal) =>
    submissions.stream(id, { after, signal });
  return wait({ get: (id) => submissions.get(id), follow }, receipt, options, terminal);
}

async function wait(
  submissions: Parameters<typeof followOpen>[0],
  { submissionId }: SubmissionReceipt,
  options: DispatchOptions,
  terminal: Terminal,
): Promise<number> {
  return untilInterrupted(async (signal) => {
    if (options.json !== true || options.follow === true)
      return followOpen(submissions, submissionId, options, terminal, signal);
    const nothing = { ...terminal, out: { ...terminal.out, line: () => undefined } };
    const exitCode = await followOpen(submissions, submissionId, { json: true }, nothing, signal);
    terminal.out.line(JSON.stringify(await submissions.get(submissionId), null, 2));
    return exitCode;
  });
}

/** Waits for a message here; it is told how what it asks people is answered. */
async function attended(
  engine: Engine,
  receipt: SubmissionReceipt,
  options: DispatchOptions,
  terminal: Terminal,
): Promise<number> {
  const stop = new AbortController();
  const attendance = {
    ...{ terminal, project: options.project, person: undefined, leaves: false },
    asking: () => undefined,
    gaveUp: () => undefined,
  };
  const attending = attend(engine, receipt.submissionId, attendance, stop.signal).catch(() => undefined);
  try {
    return await wait(opened(engine), receipt, options, terminal);
  } finally {
    stop.abort();
    await attending;
  }
}

function opened({ submissions }: Engine): Parameters<typeof followOpen>[0] {
  return {
    get: submissions.get,
    follow: (id, after, signal) => submissions.subscribe(id, { after, signal }),
  };
}

function accepted(
  agent: string,
  { instance, session }: Pick<Message, 'instance' | 'session'>,
  { submissionId, acceptedAt }: SubmissionReceipt,
  { json, project, server, quiet }: DispatchOptions,
  { out, err }: Terminal,
): number {
  const receipt = { submissionId, acceptedAt, agent, instance, session };
  out.line(json === true ? JSON.stringify(receipt, null, 2) : submissionId);
  const where = server === undefined ? (project === '.' ? '' : ` -p ${project}`) : ` --server ${server}`;
  if (quiet !== true && json !== true)
    err.line(err.colors.dim(`accepted; see: engine submissions show ${submissionId}${where}`));
  return exitCodes.ok;
}

function tellReceipt(
  { submissionId }: SubmissionReceipt,
  { quiet }: DispatchOptions,
  { err }: Terminal,
): void {
  if (quiet !== true) err.line(err.colors.dim(submissionId));
}

async function messageOf(
  agent: string,
  text: string | undefined,
  { instance, session = defaultSession, input, idempotencyKey, model, role, thinking }: DispatchOptions,
): Promise<Message> {
  if (text === undefined && input === undefined)
    throw new Problem('invalid_request', `agent "${agent}" needs a message, or a typed one with --input`);
  return {
    // The same key must be the same message, so it goes to the same instance.
    instance: instance ?? `cli-${idempotencyKey ?? ulid()}`,
    session,
    message: text === undefined ? '' : await readText(text, 'the message'),
    ...(input === undefined ? {} : { input: await readJson(input, '--input') }),
    ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
    ...(model === undefined ? {} : { model }),
    ...(role === undefined ? {} : { role }),
    ...(thinking === undefined ? {} : { thinking }),
  };
}
