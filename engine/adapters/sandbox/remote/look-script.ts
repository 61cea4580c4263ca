import type { FileInfo } from '../../../ports/sandbox.ts';
import { isInside } from '../virtual-path.ts';
import { quote } from './quote.ts';

/** What a machine says of a path. */
export interface Looked {
  readonly info: FileInfo;
  /** Where it is when links are followed. */
  readonly real: string;
  /** Whether that is outside of all that may be seen, or nowhere. */
  readonly leadsOut: boolean;
}

/** Says what is at a path; prints the code of an error where it cannot. */
export function lookScript(path: string): string {
  return `${functions}
p=${quote(path)}
if [ -e "$p" ] || [ -L "$p" ]; then entry "$p"; else echo ENOENT; fi`;
}

/** Says what is in a folder. */
export function listScript(path: string, roots: readonly string[]): string {
  return `${functions}
p=${quote(path)}
if [ ! -e "$p" ]; then echo ENOENT
elif [ ! -d "$p" ]; then echo ENOTDIR
elif ! inside "$(readlink -f -- "$p")" ${roots.map(quote).join(' ')}; then echo 'EACCES: permission denied: a link leads out'
elif ! cd -- "$p" 2>/dev/null; then echo EACCES
else
  find . ! -name . -prune ! -type l -exec stat -c '%f %s %Y %n//' {} +
  find . ! -name . -prune -type l -exec sh -c ${quote(`${entry}\nfor l do entry "$l"; done`)} sh {} +
fi`;
}

/** Makes the folders on the way to a path, none of them through a link that leads out. */
export function makeFolderScript(path: string, roots: readonly string[]): string {
  return `${functions}
a=${quote(path)}
while [ ! -e "$a" ] && [ ! -L "$a" ]; do a=\${a%/*}; [ -n "$a" ] || a=/; done
if ! inside "$(readlink -f -- "$a")" ${roots.map(quote).join(' ')}; then echo 'EACCES: permission denied: a link leads out'
elif [ ! -d "$a" ]; then [ "$a" = ${quote(path)} ] && echo EEXIST || echo ENOTDIR
else fails mkdir -p -- ${quote(path)}; fi`;
}

/** Removes what is at a path. */
export function removeScript(path: string, recursive: boolean, roots: readonly string[]): string {
  const parent = path.slice(0, path.lastIndexOf('/')) || '/';
  return `${functions}
p=${quote(path)}
if [ ! -e "$p" ] && [ ! -L "$p" ]; then echo ENOENT
elif ! inside "$(readlink -f -- ${quote(parent)})" ${roots.map(quote).join(' ')}; then echo 'EACCES: permission denied: a link leads out'
elif [ -d "$p" ] && [ ! -L "$p" ]; then fails ${recursive ? 'rm -rf --' : 'rmdir --'} "$p"
else fails rm -f -- "$p"; fi`;
}

/** The code of an error that a script printed in place of what it was asked for. */
export function faultIn(printed: string): string | undefined {
  return /^E[A-Z]{3,}/.test(printed) ? printed.trim() : undefined;
}

/**
 * Reads what `lookScript` and `listScript` printed.
 * @param nameOf path of an entry by what the machine called it.
 */
export function readEntries(
  printed: string,
  nameOf: (name: string) => string,
  roots: readonly string[],
): readonly Looked[] {
  const found: Looked[] = [];
  const parts = printed.split('//\n');
  for (let at = 0; at < parts.length;) {
    const own = statOf(parts[at] ?? '');
    if (own === undefined) break;
    const path = nameOf(own.name);
    const real = own.isFollowed ? (parts[at + 1] ?? '').replace(/\n$/, '') : path;
    const target = own.isFollowed ? statOf(`${(parts[at + 2] ?? '').trim()} -`) : own;
    at += own.isFollowed ? 3 : 1;
    const isSeen = !own.isFollowed || roots.some((root) => isInside(root, real));
    const seen = isSeen ? target : undefined;
    const kind = seen?.kind ?? 'other';
    found.push({
      real,
      leadsOut: seen === undefined,
      info: {
        path,
        kind,
        size: kind === 'file' ? (seen?.size ?? 0) : 0,
        modified: own.modified,
        ...(own.isLink ? { link: true as const } : {}),
      },
    });
  }
  return found;
}

interface Stat {
  readonly isFollowed: boolean;
  readonly isLink: boolean;
  readonly kind: FileInfo['kind'];
  readonly size: number;
  readonly modified: number;
  readonly name: string;
}

function statOf(line: string): Stat | undefined {
  const found = /^(> )?([0-9a-f]+) (\d+) (-?\d+) ([\s\S]*)$/.exec(line);
  if (found === null) return undefined;
  const [, follow, mode = '0', size = '0', seconds = '0', name = ''] = found;
  const type = Number.parseInt(mode, 16) & 0xf000;
  return {
    isFollowed: follow === '> ',
    isLink: type === 0xa000,
    kind: type === 0x8000 ? 'file' : type === 0x4000 ? 'folder' : 'other',
    size: Number(size),
    modified: Number(seconds) * 1000,
    name,
  };
}

/** Prints a path with where it leads. No path holds two slashes before the end of a line. */
const entry = `entry() {
  stat -c '> %f %s %Y %n//' -- "$1" || return
  readlink -f -- "$1"; printf '//\\n'
  stat -L -c '%f %s %Y' -- "$1" 2>/dev/null; printf '//\\n'
}`;

const functions = `${entry}
inside() { real=$1; shift; for root do case "$real/" in "$root"/*) return 0;; esac; done; return 1; }
fails() {
  said=$("$@" 2>&1 >/dev/null) && return
  case "$said" in
    *'ot empty'*) echo ENOTEMPTY;;
    *'No space'*|*'quota'*) echo ENOSPC;;
    *'Not a directory'*) echo ENOTDIR;;
    *'File exists'*) echo EEXIST;;
    *'No such file'*) echo ENOENT;;
    *) echo EACCES;;
  esac
}`;
