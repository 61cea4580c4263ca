/**
 * The commands that a shell line may be made of, found on its text: more than there are rather than fewer. For rules that ask or
 * refuse; the whole line is among them.
 */
export function commandPieces(line: string): readonly string[] {
  const pieces = line
    .split(/&&|\|\||[;|&\n(){}`]|\$\(/)
    .map(withoutLead)
    .filter((piece) => piece !== '');
  return [...new Set([line.trim(), ...pieces])];
}

/**
 * The commands of a line that is nothing but commands one after another; undefined when there is more to it: redirections,
 * substitutions, groups, variables, background work. For rules that allow.
 */
export function plainCommands(line: string): readonly string[] | undefined {
  if (/[`$<>(){}\\]|(?<!&)&(?!&)/.test(line)) return undefined;
  const pieces = line.split(/&&|\|\||[;|\n]/).map((piece) => piece.trim());
  return pieces.includes('') ? undefined : pieces;
}

/** A command without the words before it that only say how it is run. */
function withoutLead(piece: string): string {
  let rest = piece.trim();
  for (;;) {
    const next = rest.replace(
      /^(?:!|then|do|else|elif|if|while|until|time|exec|eval|command|builtin|env|nohup|sudo|xargs|[A-Za-z_][A-Za-z0-9_]*=\S*)\s+/,
      '',
    );
    if (next === rest) return rest;
    rest = next;
  }
}
