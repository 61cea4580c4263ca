// The process in which code runs: it can be killed, and takes nobody with it when the interpreter breaks down. It has no environment,
// does one piece of work at a time, and ends with its parent.
import { pathToFileURL } from 'node:url';
import type { Json, JsonObject } from '../../../core/json.ts';
import { faultOf } from './fault.ts';
import type { Library, Limits, Printed, Progress, Snapshot } from './library.ts';
import type { Order, Readiness, Report } from './protocol.ts';
import { NotPlain, toPlain, toPython } from './to-plain.ts';

type Printout = Pick<Report, 'stdout' | 'truncated'>;
type Ended<Kind = Report['kind']> = Report extends infer One
  ? One extends { readonly kind: Kind }
    ? Omit<One, keyof Printout>
    : never
  : never;

/** For pieces of our own, which end at once. */
const plain = {
  limits: { maxDurationSecs: 1, maxMemory: 1_000_000, maxRecursionDepth: 10, maxAllocations: 1_000 },
};

const ready: Readiness = { isReady: true };
const [, , module = ''] = process.argv;
const library = await load();
const { Monty, MontyComplete, MontyNameLookup, MontyRepl, MontySnapshot, MontyTypingError } = library;

// The interpreter breaks down where it would have to wait before it prints on.
const { _handle: output } = process.stdout as { _handle?: { setBlocking?(isBlocking: boolean): void } };
output?.setBlocking?.(true);

process.on('message', (order: Order) => process.send?.(work(order)));
process.send?.(ready);

/** The package; a process without it says why, and ends. */
async function load(): Promise<Library> {
  try {
    return (await import(pathToFileURL(module).href)) as Library;
  } catch (thrown) {
    const message = thrown instanceof Error ? (thrown.message.split('\n')[0] ?? '') : String(thrown);
    process.send?.({ isReady: false, message } satisfies Readiness, () => process.exit(1));
    return new Promise<never>(() => undefined);
  }
}

function work(order: Order): Report {
  const printed = printer(order.limits.outputChars);
  try {
    return { ...(order.kind === 'feed' ? feed(order) : proceed(order, printed.print)), ...printed.all() };
  } catch (thrown) {
    return { ...endOf(thrown), ...printed.all() };
  } finally {
    // What the lines of a state print goes to the standard output by itself; this sends the rest of it, and marks its end.
    if (order.kind === 'feed')
      new Monty(`print('\\n${order.mark}')`, { scriptName: 'end', inputs: [] }).start(plain);
  }
}

function proceed(order: Order & { kind: 'start' | 'resume' }, printCallback: Printed): Ended {
  const functions = new Set(order.functions);
  let progress = order.kind === 'start' ? begin(order, printCallback) : goOn(order, printCallback);
  for (;;) {
    if (progress instanceof MontyNameLookup) {
      const { variableName } = progress;
      progress = functions.has(variableName)
        ? progress.resume({ value: named(variableName) })
        : progress.resume();
      continue;
    }
    if (progress instanceof MontyComplete)
      return { kind: 'done', value: jsonOf(progress.output, order.limits) };
    if (!(progress instanceof MontySnapshot)) throw new Error('the interpreter gave what nobody knows');
    const { functionName: name, args, kwargs } = progress;
    if (functions.has(name)) {
      const all = jsonOf([args, new Map(Object.entries(kwargs))], order.limits, `what ${name}() is given`);
      const [given, named] = all as unknown as [readonly Json[], JsonObject];
      return { kind: 'call', name, args: given, named, paused: pausedAt(progress, name) };
    }
    progress = progress.resume({
      exception: { type: 'NameError', message: `name '${name}' is not defined` },
    });
  }
}

function begin(order: Order & { kind: 'start' }, printCallback: Printed): Progress {
  const { code, inputs, functions, typing } = order;
  refuseTaken([...Object.keys(inputs), ...functions]);
  const options = { scriptName: 'code', inputs: Object.keys(inputs) };
  if (typing !== undefined) new Monty(code, { ...options, typeCheck: true, typeCheckPrefixCode: typing });
  const values = Object.entries(inputs).map(([name, value]) => [name, toPython(value)] as const);
  return new Monty(code, options).start({
    ...(values.length === 0 ? {} : { inputs: Object.fromEntries(values) }),
    limits: limitsOf(order),
    printCallback,
  });
}

function goOn({ paused, answer }: Order & { kind: 'resume' }, printCallback: Printed): Progress {
  const snapshot = MontySnapshot.load(Buffer.from(paused), { printCallback });
  return snapshot.resume('value' in answer ? { returnValue: toPython(answer.value) } : answer);
}

function feed(order: Order & { kind: 'feed' }): Ended {
  const { state, setting, inputs, code, limits } = order;
  refuseTaken(inputs);
  const repl =
    state === undefined ? new MontyRepl({ limits: limitsOf(order) }) : MontyRepl.load(Buffer.from(state));
  if (setting !== '') repl.feed(setting);
  const value = jsonOf(repl.feed(code), limits);
  return { kind: 'done', value, state: repl.dump() };
}

/** What Python calls by itself cannot be called anything else: the interpreter would not even say so. */
function refuseTaken(names: readonly string[]): void {
  for (const name of names) {
    const found = new Monty(name, { scriptName: 'name', inputs: [] }).start(plain);
    if (!(found instanceof MontyNameLookup)) throw new Taken(name);
  }
}

class Taken extends Error {}

function endOf(thrown: unknown): Ended {
  if (thrown instanceof Taken)
    return { kind: 'refused', message: `"${thrown.message}" is a name of Python's own; choose another one` };
  if (thrown instanceof TooMuch)
    return { kind: 'failed', isLate: false, fault: { type: 'MemoryError', message: thrown.message } };
  if (thrown instanceof NotPlain)
    return { kind: 'failed', isLate: false, fault: { type: 'ValueError', message: thrown.message } };
  if (thrown instanceof MontyTypingError)
    return { kind: 'mistyped', found: JSON.parse(thrown.displayDiagnostics('json')) as Json };
  if (thrown instanceof library.MontyError) return { kind: 'failed', ...faultOf(thrown) };
  return { kind: 'broken', message: thrown instanceof Error ? thrown.message : String(thrown) };
}

/** The code as it waits for an answer. It passes through the engine, so there is a bound. */
function pausedAt(snapshot: Snapshot, name: string): Uint8Array {
  const paused = snapshot.dump();
  if (paused.byteLength <= maxPaused) return paused;
  const mb = (bytes: number): string => `${Math.ceil(bytes / 1024 / 1024)} MB`;
  throw new TooMuch(
    `the variables take ${mb(paused.byteLength)} at the call of ${name}(); at most ${mb(maxPaused)} are allowed at a call`,
  );
}

const maxPaused = 8 * 1024 * 1024;

class TooMuch extends Error {}

function jsonOf(value: unknown, { valueChars }: Order['limits'], what = 'the value'): Json {
  let json: Json;
  try {
    json = toPlain(value);
  } catch (thrown) {
    throw thrown instanceof NotPlain ? new NotPlain(`${what} is not JSON: ${thrown.message}`) : thrown;
  }
  const { length } = JSON.stringify(json);
  if (length > valueChars)
    throw new NotPlain(`${what} is ${length} characters of JSON long; at most ${valueChars} are allowed`);
  return json;
}

function limitsOf({ limits }: Order): Limits {
  return {
    maxDurationSecs: limits.timeMs / 1_000,
    maxMemory: limits.memoryBytes,
    maxRecursionDepth: limits.depth,
    maxAllocations: limits.allocations,
  };
}

/** A function for the interpreter is its name; it is never called here. */
function named(name: string): unknown {
  return Object.defineProperty(() => undefined, 'name', { value: name });
}

function printer(limit: number): { readonly print: Printed; all(): Printout } {
  let stdout = '';
  let truncated = false;
  return {
    print(_stream, text) {
      const room = limit - stdout.length;
      if (text.length > room) truncated = true;
      if (room > 0) stdout += text.slice(0, room);
      return undefined;
    },
    all: () => ({ stdout, truncated }),
  };
}
