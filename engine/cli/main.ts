#!/usr/bin/env node
import { CommanderError } from 'commander';
import { exitCodes } from './exit-codes.ts';
import { ignoreHangUp } from './hang-up.ts';
import { declareCommands } from './options.ts';
import { watchReaders } from './readers.ts';
import { reportFailure } from './report/failure.ts';
import { openTerminal } from './terminal.ts';

watchReaders();
ignoreHangUp();
process.removeAllListeners('warning');
process.on('warning', showWarning);
process.on('uncaughtException', crash);
process.on('unhandledRejection', crash);

const code = await main(process.argv);
await Promise.all([flushed(process.stdout), flushed(process.stderr)]);
// Work that was abandoned (a tool that hangs) must not keep the command alive.
process.exit(code);

async function main(argv: readonly string[]): Promise<number> {
  let code: number = exitCodes.ok;
  const command = declareCommands((given) => (code = given), argv[2]);
  try {
    await command.parseAsync(argv);
    return code;
  } catch (thrown) {
    if (!(thrown instanceof CommanderError)) throw thrown;
    return thrown.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
  }
}

/** Waits until what was written is out of this process; pipes are slow on some systems. */
function flushed(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => stream.write('', () => resolve()));
}

function showWarning(warning: Error): void {
  const isDebug = (process.env['ENGINE_DEBUG'] ?? '') !== '';
  const text = isDebug ? (warning.stack ?? warning.message) : (warning.message.split('\n')[0] ?? '');
  openTerminal(undefined).err.line(`warning: ${text}`);
}

function crash(thrown: unknown): void {
  process.exit(reportFailure(thrown, openTerminal(undefined)));
}
