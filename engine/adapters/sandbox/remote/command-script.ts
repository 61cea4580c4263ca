import type { HostCommand } from '../../../ports/sandbox-host.ts';
import type { ExecResult } from '../../../ports/sandbox.ts';
import { endOfText } from '../captured-output.ts';
import { bytesOf, printFrame, readFrame } from './framed.ts';
import { quote } from './quote.ts';

/** What a command left, or how it did not end. */
export type Ended = Left | 'timeout' | 'stopped' | 'no folder';

/** What a command left. Output that is long is in a file there; what is fetched so is to be removed with `folder`. */
export interface Left {
  readonly exitCode: number;
  readonly stdout: Buffer | { readonly file: string };
  readonly stderr: Buffer | { readonly file: string };
  readonly folder: string;
}

/**
 * A script that runs a command on a machine in a session of its own, with its input closed, bounds its outputs and its time, ends all that
 * it started, and prints a frame for `readCommand`.
 * @param words what is run, quoted for a shell.
 * @param setup lines that go before.
 */
export function commandScript(
  { cwd, timeoutMs, outputBytes }: Pick<HostCommand, 'cwd' | 'timeoutMs' | 'outputBytes'>,
  { words, setup, mark }: { readonly words: string; readonly setup: string; readonly mark: string },
): string {
  const seconds = Math.max(0.05, timeoutMs / 1000);
  const bounded = (pipe: string, file: string): string =>
    `{ head -c ${outputBytes + 1}; cat >/dev/null; } <"$d/${pipe}" >"$d/${file}" &`;
  return `
d=${folderOf(mark)}
show() { if [ "$(wc -c <"$1")" -gt ${longestInline} ]; then printf @; else base64 <"$1" | tr -d '\\n'; fi; }
frame() { ${printFrame(mark, 'printf "%s" "$1"', 'show "$2"', 'show "$3"')}; }
mkdir -m 700 "$d" 2>/dev/null || { frame stopped /dev/null /dev/null; exit 0; }
cd -- ${quote(cwd)} 2>/dev/null || { frame folder /dev/null /dev/null; rm -rf "$d"; exit 0; }
mkfifo "$d/1" "$d/2"
${bounded('1', 'o')}
r1=$!
${bounded('2', 'e')}
r2=$!
${sweep(mark)}
(
${setup}export ENGINE_COMMAND=${mark}
exec setsid ${words}
) </dev/null >"$d/1" 2>"$d/2" &
p=$!
(
trap 'kill "$!" 2>/dev/null; exit 0' TERM
{ sleep ${seconds} || sleep ${Math.ceil(seconds)}; } &
wait "$!"
: >"$d/t"
kill -KILL "$p"; kill -KILL "-$p"
sweep
) >/dev/null 2>&1 </dev/null &
w=$!
wait "$p"
c=$?
kill -TERM "$w" 2>/dev/null
kill -KILL "-$p" 2>/dev/null
sweep
wait "$r1" "$r2"
[ -e "$d/t" ] && c=timeout
[ -e "$d/s" ] && c=stopped
frame "$c" "$d/o" "$d/e"
[ "$c" != timeout ] && [ "$c" != stopped ] && [ "$(cat "$d/o" "$d/e" | wc -c)" -gt ${longestInline} ] || rm -rf "$d"
`;
}

/** A script that ends a command and all that it started; one that has not begun yet never does. */
export function stopScript(mark: string): string {
  return `
d=${folderOf(mark)}
mkdir -m 700 "$d" 2>/dev/null || : >"$d/s"
${sweep(mark)}
sweep
${printFrame(mark, 'printf done')}
`;
}

/** What a command's script printed; undefined when it did not get to its end. */
export function readCommand(output: string, mark: string): Ended | undefined {
  const [code, out, err] = readFrame(output, mark) ?? [];
  if (code === undefined) return undefined;
  if (code === 'timeout' || code === 'stopped') return code;
  if (code === 'folder') return 'no folder';
  const folder = folderOf(mark);
  return {
    exitCode: Number(code),
    stdout: out === '@' ? { file: `${folder}/o` } : bytesOf(out),
    stderr: err === '@' ? { file: `${folder}/e` } : bytesOf(err),
    folder,
  };
}

/** The outputs of a command as a result, cut where they are too long. */
export function resultOf(
  exitCode: number,
  outputs: readonly [Uint8Array, Uint8Array],
  limit: number,
): ExecResult {
  const [stdout, stderr] = outputs;
  return {
    stdout: firstBytes(stdout, limit),
    stderr: firstBytes(stderr, limit),
    exitCode,
    truncated: Math.max(stdout.length, stderr.length) > limit,
  };
}

function firstBytes(bytes: Uint8Array, limit: number): string {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (text.length <= limit) return text.toString('utf8');
  const cut = text.subarray(0, limit);
  return cut.subarray(0, endOfText(cut)).toString('utf8');
}

/** Bytes of both outputs that are printed in a frame; longer ones are fetched, as services cut what they print. */
const longestInline = 8_000;

function folderOf(mark: string): string {
  return `/tmp/.engine-${mark}`;
}

/** A function of the shell that ends what has the mark in its environment, and what that has started meanwhile. */
function sweep(mark: string): string {
  return `sweep() {
  for n in 1 2 3 4 5; do
    f=$(grep -ls 'ENGINE_COMMAND=${mark}' /proc/[0-9]*/environ)
    [ -n "$f" ] || return 0
    for q in $f; do q=\${q#/proc/}; kill -KILL "\${q%/environ}" 2>/dev/null; done
  done
}`;
}
