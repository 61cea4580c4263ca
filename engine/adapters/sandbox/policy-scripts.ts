/**
 * What is wrong with a script of awk or sed on a command line: what runs programs, reads or writes other files, or is not understood.
 * Undefined where nothing is.
 */
export function scriptFault(language: 'sed' | 'awk', script: string): string | undefined {
  return language === 'awk' ? awkFault(script) : sedFault(script);
}

/**
 * Decided without reading awk's grammar, so that no reading of ours can differ from awk's own: every way of running a program or
 * reading and writing a file needs one of these words or signs, and after a `print` every `>` and `|` could be such a sign.
 */
function awkFault(script: string): string | undefined {
  const word = /system|getline|ARGV|ARGC|PROCINFO|extension/.exec(script)?.[0];
  if (word !== undefined) return `awk's "${word}" is not allowed`;
  if (script.includes('@')) return `awk's "@" is not allowed`;
  if (/\\\r?\n/.test(script)) return 'a line of awk that goes on after "\\" is not allowed';
  if (script.includes('|&')) return `awk's "|&" is not allowed`;
  const printed = script.search(/print/);
  if (printed === -1) return undefined;
  const after = script.slice(printed).replaceAll('||', '');
  if (after.includes('|')) return 'awk may not print into a program ("|" after "print")';
  return after.includes('>')
    ? 'awk may not print into a file (">" after "print"; write the test before it)'
    : undefined;
}

/** Reads the commands of sed that only change what is printed. */
function sedFault(script: string): string | undefined {
  let at = 0;
  const rest = (): string => script.slice(at);
  const take = (pattern: RegExp): string | undefined => {
    const found = new RegExp(`^(?:${pattern.source})`, pattern.flags).exec(rest())?.[0];
    at += found?.length ?? 0;
    return found;
  };
  while (at < script.length) {
    if (take(/[\s;]+|#[^\n]*/) !== undefined) continue;
    if (!takeAddresses(take)) return notUnderstood(rest());
    const command = take(/[{}=dDgGhHnNpPxlFzqQ]|[sy]|[:btT]|[aic]/);
    if (command === undefined) {
      const found = /^[erwRW]/.exec(rest())?.[0];
      return found === undefined
        ? notUnderstood(rest())
        : `sed's "${found}" ${/[rR]/.test(found) ? 'reads' : found === 'e' ? 'runs a program and' : 'writes'} ${found === 'e' ? 'is not allowed' : 'a file and is not allowed'}`;
    }
    if (command === 's') {
      const flags = takeSubstitution(take);
      if (flags === undefined) return notUnderstood(rest());
      const bad = /[^gpiImM0-9]/.exec(flags)?.[0];
      if (bad !== undefined)
        return `sed's flag "${bad}" of "s" runs a program or writes a file and is not allowed`;
    } else if (command === 'y') {
      if (takeSubstitution(take) !== '') return notUnderstood(rest());
    } else if (/[:btT]/.test(command)) {
      take(/[ \t]*[A-Za-z0-9_]*/);
    } else if (/[aic]/.test(command)) {
      take(/[^\n]*(?:(?<=\\)\n[^\n]*)*/);
    } else if (/[lqQ]/.test(command)) {
      take(/[ \t]*[0-9]*/);
    }
    take(/[ \t]+/);
    if (at < script.length && !/[{}]/.test(command) && take(/[;\n]|(?=})|(?=#)/) === undefined)
      return notUnderstood(rest());
    take(/#[^\n]*/);
  }
  return undefined;
}

function takeAddresses(take: (pattern: RegExp) => string | undefined): boolean {
  const address = /(?:[0-9]+(?:~[0-9]+)?|\$|\/(?:\\[^\n]|[^/\\\n])*\/[IM]*)/;
  const first = take(address);
  if (first !== undefined) {
    if (!bracketsClose(first)) return false;
    take(/[ \t]+/);
    if (take(/,/) !== undefined) {
      take(/[ \t]+/);
      const second = take(new RegExp(`(?:[+~][0-9]+|${address.source})`));
      if (second === undefined || !bracketsClose(second)) return false;
    }
  }
  take(/[ \t]*!?[ \t]*/);
  return true;
}

/** Takes the two parts and the flags behind `s` or `y`; gives the flags, undefined where there are not two parts. */
function takeSubstitution(take: (pattern: RegExp) => string | undefined): string | undefined {
  const sign = take(/[^\s\\A-Za-z0-9;{}]/);
  if (sign === undefined) return undefined;
  const end = `\\u{${sign.codePointAt(0)?.toString(16) ?? ''}}`;
  const part = new RegExp(`(?:\\\\[^]|[^\\\\${end}])*`, 'u');
  const first = take(part);
  if (first === undefined || !bracketsClose(first) || take(new RegExp(end, 'u')) === undefined)
    return undefined;
  if (take(part) === undefined || take(new RegExp(end, 'u')) === undefined) return undefined;
  return take(/[A-Za-z0-9]*/) ?? '';
}

/** Whether every bracket of a pattern ends in it: one that holds the sign at the end could be read in two ways. */
function bracketsClose(pattern: string): boolean {
  for (let at = 0; at < pattern.length; at += 1) {
    if (pattern[at] === '\\') at += 1;
    else if (pattern[at] === '[') {
      const end = /^\[\^?\]?(?:\[([:.=])[^]*?\1\]|[^\]])*\]/.exec(pattern.slice(at))?.[0];
      if (end === undefined) return false;
      at += end.length - 1;
    }
  }
  return true;
}

function notUnderstood(rest: string): string {
  return `this part of the sed script is not understood: ${JSON.stringify(rest.slice(0, 40))}`;
}
