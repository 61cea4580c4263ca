/** A text as a comment of TypeScript with its line end; nothing for nothing. */
export function comment(text: string | undefined): string {
  const lines = (text ?? '').trim().replaceAll('*/', '*\\/').split(/\r?\n/);
  if (lines.length === 1) return lines[0] === '' ? '' : `/** ${lines[0] ?? ''} */\n`;
  return `/**\n${lines.map((line) => ` * ${line}`.trimEnd()).join('\n')}\n */\n`;
}

/** Lines, each two further in. */
export function indented(lines: string): string {
  return lines.replace(/^(?=.)/gm, '  ');
}

/** A key of an object type. */
export function keyText(key: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(key) ? key : JSON.stringify(key);
}

/** A name as that of a type: `order-desk` is `OrderDesk`. */
export function pascal(name: string): string {
  const joined = name
    .split(/[^A-Za-z0-9]+/)
    .map((part) => part.slice(0, 1).toUpperCase() + part.slice(1))
    .join('');
  return /^[A-Za-z]/.test(joined) ? joined : `The${joined}`;
}

/** Names as a type that is one of them. */
export function oneOf(names: readonly string[]): string {
  return names.length === 0
    ? 'never'
    : [...names]
        .sort()
        .map((name) => JSON.stringify(name))
        .join(' | ');
}
