import { readFileSync, readlinkSync } from 'node:fs';

/**
 * The signals that end a command which goes on until it is told to stop. SIGHUP, which the end of a terminal sends, is one of them
 * unless the command was started to outlive its terminal.
 */
export function endingSignals(): readonly NodeJS.Signals[] {
  return outlivesTerminal() ? ['SIGINT', 'SIGTERM'] : ['SIGINT', 'SIGTERM', 'SIGHUP'];
}

/** Lets nothing come of SIGHUP where the command was started to outlive its terminal. */
export function ignoreHangUp(): void {
  if (outlivesTerminal() && !process.listeners('SIGHUP').includes(ignore)) process.on('SIGHUP', ignore);
}

/**
 * Whether SIGHUP was ignored when this process was started, as `nohup` has it. Node puts all signals back to what they do by themselves
 * before it runs any code, so the process itself cannot be asked; but for what only such a start leaves behind: a parent that ignores
 * the signal too, the variable `_`, in which shells name the command they start, and a stdin that can only be written, which `nohup` gives in
 * place of a terminal.
 */
function outlivesTerminal(): boolean {
  return /(^|\/)nohup$/.test(process.env['_'] ?? '') || doesParentIgnore() || isStdinShut();
}

function doesParentIgnore(): boolean {
  const ignored = /^SigIgn:\s*([0-9a-f]+)$/m.exec(read(`/proc/${process.ppid}/status`))?.[1] ?? '0';
  return (BigInt(`0x${ignored}`) & 1n) === 1n;
}

function isStdinShut(): boolean {
  const flags = /^flags:\s*([0-7]+)$/m.exec(read('/proc/self/fdinfo/0'))?.[1] ?? '0';
  const isOnlyWritten = (Number.parseInt(flags, 8) & 3) === 1;
  return isOnlyWritten && readlinkSync('/proc/self/fd/0') === '/dev/null';
}

/** A file of the kernel; empty where there is none. */
function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

function ignore(): void {
  // As it was when the process was started.
}
