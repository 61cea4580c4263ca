import type { Json, JsonObject } from '../core/json.ts';
import { noUsage } from '../core/message.ts';
import { asProblem, Problem } from '../core/problem.ts';
import { say } from './assemble-prompt.ts';
import type { Conduct } from './conversation.ts';
import { abortProblem } from './deadline.ts';
import type { Here } from './workspaces/grants.ts';
import type { History } from './history.ts';
import { operationScope } from './operation-scope.ts';
import type { OperationResult } from './operation.ts';
import type { SessionPorts } from './ports.ts';
import { redactedProblem } from './tool-calls/redacted-problem.ts';
import type { Turn } from './submissions/turns.ts';
import type { Work } from './work.ts';
import type { Workspace } from './workspaces/workspace.ts';

/** Longest output that a model is shown, in characters. */
const maxShown = 60_000;

/**
 * Runs a command of a caller in the workspace of a session. Command and output stand in the conversation, so that the model knows of
 * both; values of its environment stand nowhere. A command that a crash cut off is not run again: it ends with Problem `interrupted`.
 */
export async function runShell(
  ports: SessionPorts,
  turn: Turn & { readonly command: string; readonly work: Work & { kind: 'shell' }; readonly here: Here },
  place: { readonly history: History; readonly workspace: Workspace; readonly conduct: Conduct },
): Promise<OperationResult> {
  const { command, address } = turn;
  const { history, conduct } = place;
  const { clock, program } = ports;
  const scope = operationScope(conduct, address);
  const started = clock.elapsed();
  const ended = { usage: noUsage, durationMs: 0 };
  conduct.emit({ ...scope, type: 'operation_start', data: { operation: 'shell', message: command } });
  try {
    const isCutOff = history.isAsked(conduct.key);
    if (!isCutOff) {
      await history.closeOpenCalls();
      const text = say(program, 'shell', { command, fence: fenceFor(command) });
      await history.ask({ role: 'user', content: [{ type: 'text', text }] }, conduct.key, 'shell');
    }
    const output = isCutOff ? cutOff() : await execute(ports, turn, place);
    tell(output);
    const text = String(output['stdout']);
    conduct.emit({
      ...scope,
      type: 'operation_end',
      data: { ...ended, isError: false, text, output, durationMs: clock.elapsed() - started },
    });
    return { text, output, usage: noUsage, modelCalls: 0, attempts: 1 };
  } catch (thrown) {
    const problem = redactedProblem(
      ports.redact,
      conduct.signal.aborted ? abortProblem(conduct.signal) : asProblem(thrown),
    );
    // One that is to go on at the next start has not ended.
    if (problem.code !== 'shutting_down') tell({ failure: problem.message });
    conduct.emit({
      ...scope,
      type: 'operation_end',
      data: { ...ended, isError: true, error: problem.toData(), durationMs: clock.elapsed() - started },
    });
    throw problem;
  }

  function tell(result: JsonObject): void {
    const all = JSON.stringify(result);
    const shown: JsonObject =
      all.length <= maxShown
        ? result
        : Object.fromEntries(Object.entries(result).map(([name, value]) => [name, cut(value)]));
    const text = say(program, 'shell-result', { ...shown, fence: fenceFor(all) });
    history.hold({ role: 'user', content: [{ type: 'text', text }] }, { source: 'shell' });
  }
}

async function execute(
  ports: SessionPorts,
  { agent, command, work, here, timeoutMs }: Parameters<typeof runShell>[1],
  { workspace, conduct }: Parameters<typeof runShell>[2],
): Promise<JsonObject> {
  const { cwd, env = [] } = work;
  const missing = env.find((name) => here.env[name] === undefined);
  if (missing !== undefined)
    throw new Problem(
      'interrupted',
      `the engine was restarted, and the value of "${missing}" is stored nowhere`,
    );
  const sandbox = await workspace.open();
  try {
    const { stdout, stderr, exitCode, truncated } = await sandbox.exec(command, {
      env: here.env,
      commands: agent.commands,
      signal: conduct.signal,
      ...(cwd === undefined ? {} : { cwd }),
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
    });
    const { text } = ports.redact;
    return { stdout: text(stdout), stderr: text(stderr), exitCode, truncated };
  } finally {
    await workspace.save();
  }
}

function cutOff(): never {
  throw new Problem('interrupted', 'the command was interrupted; whether it took effect is unknown');
}

function cut(value: Json): Json {
  if (typeof value !== 'string' || value.length <= maxShown / 2) return value;
  return `${value.slice(0, maxShown / 2)}\n[cut: ${value.length - maxShown / 2} of ${value.length} characters left out]`;
}

/** A fence that no line of a text ends. */
function fenceFor(text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`{3,}/g)].map(([ticks]) => ticks.length));
  return '`'.repeat(longest + 1);
}
