/** A piece of a line that YAML reads in another way than the writer meant. Offsets count in the line. */
export interface Trap {
  readonly rule: string;
  readonly message: string;
  readonly start: number;
  readonly end: number;
}

/**
 * The traps on one line that is known to be read wrongly (an error points at it, or its value makes no sense).
 * `colon` says that the error is about a colon inside the value.
 */
export function trapsOnLine(line: string, colon: boolean): Trap[] {
  const text = line.replace(/\s#[^"'{}]*$/, '').trimEnd();
  const start = valueStart(text);
  const rest = text.slice(start);
  if (rest.length < 2) return [];
  const whole = (rule: string, message: string, end = text.length): Trap[] => [{ rule, message, start, end }];

  if (rest.startsWith('{{')) {
    const close = rest.lastIndexOf('}}');
    const end = close === -1 ? text.length : start + beforeComment(rest, close + 2).length;
    return whole('yaml/unquoted-braces', 'unquoted {{ }} is read as a YAML mapping; quote the text', end);
  }
  if (/^!(?!!(?:str|int|float|bool|null|map|seq)\b)/.test(rest)) {
    const message = 'a leading "!" starts a YAML tag, so the value is lost; quote the text';
    return whole('yaml/bang-is-a-tag', message);
  }
  if (rest.startsWith('*')) {
    return whole(
      'yaml/star-is-an-alias',
      'a leading "*" names a YAML anchor; quote the text',
      start + rest.length,
    );
  }
  if (rest.startsWith('${{')) return expressionTraps(rest, start);
  if (rest.startsWith('{') || rest.startsWith('[')) return flowTraps(rest, start);
  if (/^(["'])(?:\\.|(?!\1).)*\1\s*[^\s#,\]}:]/.test(rest)) {
    const message = 'the value ends at its closing quote, and more text follows; quote the whole expression';
    return whole('yaml/quote-expression', message);
  }
  if (rest.includes('${{') && !/^["'|>]/.test(rest)) return hashTrap(rest, start);
  if (colon && !/^["'|>&]/.test(rest)) return colonTraps(rest, start);
  return [];
}

/** A text as a quoted YAML scalar on one line. */
export function quoteYaml(text: string): string {
  return text.includes('"') && !text.includes("'") ? `'${text}'` : JSON.stringify(text);
}

/** Where the value of `- key: value` begins. */
function valueStart(line: string): number {
  const dashes = /^\s*(?:- +)*/.exec(line)?.[0].length ?? 0;
  const key =
    /^(?:"[^"]*"|'[^']*'|[^\s"'#{}[\]!*&|>@`%:][^:#]*?)\s*:\s+/.exec(line.slice(dashes))?.[0].length ?? 0;
  return dashes + key;
}

function expressionTraps(rest: string, start: number): Trap[] {
  const hash = hashTrap(rest, start);
  if (hash.length > 0) return hash;
  if (/^\$\{\{.*\}\},$/.test(rest)) return [inFlow(start, start + rest.length - 1)];
  return colonTraps(rest, start);
}

function hashTrap(rest: string, start: number): Trap[] {
  const open = rest.indexOf('${{');
  const hash = rest.indexOf(' #', open);
  const close = rest.indexOf('}}', open);
  if (hash === -1 || (close !== -1 && close < hash)) return [];
  const message = 'everything after " #" is a comment, so the expression is cut off; quote it';
  return [{ rule: 'yaml/hash-in-expression', message, start, end: start + rest.length }];
}

function colonTraps(rest: string, start: number): Trap[] {
  if (!/:(?:\s|$)/.test(rest)) return [];
  const end = start + rest.length;
  if (/\?.*: /.test(rest)) {
    const message = '": " ends the text of an unquoted value; quote the whole expression';
    return [{ rule: 'yaml/quote-ternary', message, start, end }];
  }
  const message = '": " inside unquoted text starts a mapping; quote the text';
  return [{ rule: 'yaml/colon-in-text', message, start, end }];
}

function flowTraps(rest: string, start: number): Trap[] {
  const traps: Trap[] = [];
  for (const found of rest.matchAll(/(?<!["'\w$])(\$?)\{\{.*?\}\}/g)) {
    const from = start + found.index;
    const to = from + found[0].length;
    if (isQuoted(rest, found.index)) continue;
    traps.push(found[1] === '$' ? inFlow(from, to) : braces(from, to));
  }
  return traps;
}

function inFlow(start: number, end: number): Trap {
  const message = 'the braces of ${{ }} break a value in { } or [ ]; quote the expression';
  return { rule: 'yaml/quote-in-flow', message, start, end };
}

function braces(start: number, end: number): Trap {
  const message = 'unquoted {{ }} is read as a YAML mapping; quote the text';
  return { rule: 'yaml/unquoted-braces', message, start, end };
}

function isQuoted(text: string, at: number): boolean {
  let quote = '';
  for (const character of text.slice(0, at)) {
    if (quote === '') quote = character === '"' || character === "'" ? character : '';
    else if (character === quote) quote = '';
  }
  return quote !== '';
}

function beforeComment(text: string, from: number): string {
  const comment = /\s#/.exec(text.slice(from));
  return text.slice(0, comment === null ? text.length : from + comment.index).trimEnd();
}
