// A process that runs the command `engine` many times, one call after the other, as if each were a process of its own: with its own
// arguments, folder, environment and streams. `engine-host.mjs <main.js>`; calls come as messages of the parent.
import { Readable } from 'node:stream';
import { pathToFileURL } from 'node:url';

const main = pathToFileURL(process.argv[2]).href;
const leave = process.exit;
const events = ['warning', 'uncaughtException', 'unhandledRejection', 'SIGINT', 'SIGTERM', 'exit'];
let calls = 0;

process.on('disconnect', () => leave(0));

process.on('message', async ({ args, cwd, env, stdin }) => {
  calls += 1;
  process.chdir(cwd);
  for (const name of Object.keys(process.env)) delete process.env[name];
  Object.assign(process.env, env);
  process.argv = [process.execPath, main, ...args];
  Object.defineProperty(process, 'stdin', {
    value: Readable.from(stdin === '' ? [] : [Buffer.from(stdin)]),
    configurable: true,
  });
  const heard = events.map((event) => [event, process.listeners(event)]);
  const atWork = process.getActiveResourcesInfo().length;
  const said = { stdout: '', stderr: '' };
  const streams = ['stdout', 'stderr'].map((name) => [process[name], keep(process[name], said, name)]);
  const exitCode = await new Promise((resolve, reject) => {
    process.exit = (code) => void resolve(code ?? 0);
    import(`${main}?call=${calls}`).catch(reject);
  }).finally(() => {
    process.exit = leave;
    for (const [stream, listeners] of streams) {
      delete stream.write;
      stream.removeAllListeners('error');
      for (const listener of listeners) stream.on('error', listener);
    }
  });
  const left = heard.some(([event, listeners]) => restore(event, listeners));
  await new Promise((resolve) => setImmediate(resolve));
  // Who leaves something at work relies on the end of the process.
  const done = left || process.getActiveResourcesInfo().length > atWork;
  process.send({ exitCode, ...said, done }, () => done && leave(0));
});

/** Writes what goes to a stream into a text. */
function keep(stream, said, name) {
  stream.write = (chunk, encoding, written) => {
    said[name] += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString();
    const told = typeof encoding === 'function' ? encoding : written;
    if (told !== undefined) setImmediate(told);
    return true;
  };
  return stream.listeners('error');
}

/** Takes away who listens since; says whether anybody waits for the end of the process. */
function restore(event, listeners) {
  const now = process.listeners(event);
  process.removeAllListeners(event);
  for (const listener of listeners) process.on(event, listener);
  return event === 'exit' && now.length > listeners.length;
}
