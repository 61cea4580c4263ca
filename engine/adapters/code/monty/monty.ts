import { randomUUID } from 'node:crypto';
import { asProblem, Problem } from '../../../core/problem.ts';
import { formatDuration } from '../../../core/duration.ts';
import { isObject, type Json, type JsonObject } from '../../../core/json.ts';
import type { CodeContext, CodeFault, CodeResult, CodeRunner } from '../../../ports/code-runner.ts';
import { exceptionOf } from './exception.ts';
import { findMonty } from './load.ts';
import { createProcesses } from './processes.ts';
import type { Answer, Order, Report } from './protocol.ts';
import { setting, typing } from './prelude.ts';
import { stoppedBy } from './stopped-by.ts';

/** Time that a process gets to end code by itself before it is killed. */
const graceMs = 500;

/**
 * Runs Python in Monty, an interpreter that has no way to files, the network, the environment or other programs. It runs in processes
 * of its own, which are killed when they do not end in time, and whose breakdown is a failure of the code alone. While a function is
 * called no process waits: the code is kept as a snapshot.
 */
export function monty(root: string): CodeRunner {
  const processes = createProcesses(() => findMonty(root));
  return {
    about,
    require: () => void findMonty(root),
    async close() {
      processes.close();
    },
    async run(code, context) {
      findMonty(root);
      check(context);
      return context.state === undefined
        ? runToEnd(code, context)
        : { ...(await runOn(code, context, context.state)) };
    },
  };

  async function runToEnd(code: string, context: CodeContext): Promise<CodeResult> {
    const { inputs, limits, signal } = context;
    const functions = Object.keys(context.functions);
    const before = context.typeCheck ? typing(Object.keys(inputs), functions) : undefined;
    const printed = printout(limits.outputChars);
    let left = limits.timeMs;
    let calls = 0;
    let order: Order = { kind: 'start', code, inputs, functions, typing: before, limits };
    for (;;) {
      const worked = await processes.work(order, { timeMs: left + graceMs, signal });
      if (worked === undefined) throw late(limits.timeMs, printed.all().stdout);
      const { report, tookMs } = worked;
      printed.add(report);
      left -= tookMs;
      if (report.kind !== 'call')
        return { ...doneBy(report, before, limits.timeMs, printed.all().stdout), ...printed.all() };
      calls += 1;
      if (left <= 0) throw late(limits.timeMs, printed.all().stdout);
      if (calls > limits.calls)
        throw failed(
          { type: 'RuntimeError', message: `more than ${limits.calls} calls of functions` },
          printed.all().stdout,
        );
      const answer = await answerTo(report, context);
      order = { kind: 'resume', paused: report.paused, functions, answer, limits };
    }
  }

  /** Code that goes on with the variables of other code. */
  async function runOn(
    code: string,
    { inputs, limits, signal }: CodeContext,
    state: Uint8Array | 'new',
  ): Promise<CodeResult> {
    const order: Order = {
      kind: 'feed',
      state: state === 'new' ? undefined : state,
      inputs: Object.keys(inputs),
      setting: setting(inputs),
      mark: `end-${randomUUID()}`,
      ...{ code, limits },
    };
    const worked = await processes.work(order, { timeMs: limits.timeMs + graceMs, signal });
    if (worked === undefined) throw late(limits.timeMs, '');
    const printed = printout(limits.outputChars);
    printed.add({ stdout: worked.printed, truncated: false });
    return { ...doneBy(worked.report, undefined, limits.timeMs, printed.all().stdout), ...printed.all() };
  }
}

const about =
  'The interpreter has no classes, no files, no network and no clock; of the standard library only json, re, math, datetime, typing and asyncio.';

function check({ inputs, functions, typeCheck, state }: CodeContext): void {
  const names = [...Object.keys(inputs), ...Object.keys(functions)];
  const bad = names.find((name) => !/^[A-Za-z_]\w{0,99}$/.test(name) || keywords.has(name));
  if (bad !== undefined) throw new Problem('invalid_request', `"${bad}" cannot be a name in Python`);
  const twice = Object.keys(functions).find((name) => Object.hasOwn(inputs, name));
  if (twice !== undefined)
    throw new Problem('invalid_request', `"${twice}" is the name of an input and of a function`);
  if (state === undefined) return;
  if (Object.keys(functions).length > 0)
    throw new Problem('invalid_request', 'code that keeps its variables cannot call functions');
  if (typeCheck)
    throw new Problem('invalid_request', 'the types of code that keeps its variables cannot be checked');
}

const keywords = new Set(
  'False None True and as assert async await break class continue def del elif else except finally for from global if import in is lambda nonlocal not or pass raise return try while with yield'.split(
    ' ',
  ),
);

async function answerTo(
  { name, args, named }: Report & { kind: 'call' },
  { functions, signal }: CodeContext,
): Promise<Answer> {
  const wanted = Object.hasOwn(functions, name) ? functions[name] : undefined;
  if (wanted === undefined)
    return { exception: { type: 'NameError', message: `name '${name}' is not defined` } };
  try {
    const value = await wanted.call(args, named, signal);
    if (signal.aborted) throw stoppedBy(signal);
    return { value };
  } catch (thrown) {
    if (signal.aborted) throw stoppedBy(signal);
    return { exception: exceptionOf(asProblem(thrown)) };
  }
}

/** The value of code that came to its end; throws what it failed with. */
function doneBy(
  report: Report,
  typed: string | undefined,
  timeMs: number,
  stdout: string,
): Pick<CodeResult, 'value' | 'state'> {
  switch (report.kind) {
    case 'done':
      return { value: report.value, ...(report.state === undefined ? {} : { state: report.state }) };
    case 'failed':
      throw report.isLate ? late(timeMs, stdout) : failed(report.fault, stdout);
    case 'mistyped':
      throw failed(typeFault(report.found, (typed ?? '').split('\n').length), stdout);
    case 'refused':
      throw new Problem('invalid_request', report.message);
    case 'broken':
    case 'call':
      throw new Problem(
        'tool_failed',
        `the Python interpreter failed: ${report.kind === 'broken' ? report.message : 'a call'}`,
      );
  }
}

function late(timeMs: number, stdout: string): Problem {
  return new Problem('timeout', `the code computed for longer than ${formatDuration(timeMs)}`, {
    details: { timeoutMs: timeMs, ...lastOf(stdout) },
  });
}

function failed(fault: CodeFault, stdout: string): Problem {
  const { type, message, line, column, source } = fault;
  const place =
    line === undefined
      ? ''
      : ` (line ${line}, column ${column ?? 1}${source === undefined ? '' : `: ${source}`})`;
  return new Problem('tool_failed', `${type}: ${message}${place}`, {
    details: { ...(fault as unknown as JsonObject), ...lastOf(stdout) },
  });
}

/** The end of what was printed, with which a failure is explained. */
function lastOf(stdout: string): { readonly stdout?: string } {
  return stdout === '' ? {} : { stdout: stdout.slice(-2_000) };
}

/** The first of what the check of types found. */
function typeFault(found: Json, linesBefore: number): CodeFault {
  const all = Array.isArray(found) ? (found as readonly Json[]).filter(isObject) : [];
  const [first] = all;
  const { row, column } = isObject(first?.['location']) ? first['location'] : {};
  const more = all.length > 1 ? ` (and ${all.length - 1} more)` : '';
  const message = `${String(first?.['message'] ?? 'the types do not fit')}${more}`;
  if (typeof row !== 'number' || typeof column !== 'number') return { type: 'TypeError', message };
  return { type: 'TypeError', message, line: row - linesBefore, column };
}

function printout(limit: number): {
  add(more: Pick<Report, 'stdout' | 'truncated'>): void;
  all(): Pick<CodeResult, 'stdout' | 'truncated'>;
} {
  let stdout = '';
  let truncated = false;
  return {
    add(more) {
      truncated ||= more.truncated || stdout.length + more.stdout.length > limit;
      stdout = (stdout + more.stdout).slice(0, limit);
    },
    all: () => ({ stdout, truncated }),
  };
}
