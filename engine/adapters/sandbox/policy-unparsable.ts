/**
 * Why a script must not reach the parser of just-bash 3.4.2, or undefined: it never comes back from some of what is no arithmetic where
 * arithmetic is expected (`$((x$))`, `((1 ?`, `$[x$]`, `${x:$}`). Only plain arithmetic gets to it: numbers, variables, signs.
 */
export function unparsable(script: string): string | undefined {
  // Signs that are escaped here may be bare for an inner script, and lines may be joined.
  const text = script.replace(/\\\n/g, '').replaceAll('\\', '');
  if (/\$\{(?![A-Za-z0-9_!#?*@$-])/.test(text)) return '"${" must be followed by a name';
  if (text.includes('$[')) return '"$[" is not allowed; write "$(("';
  for (const { index } of text.matchAll(/\((?=\()/g)) {
    if (!arithmetic.test(text.slice(index))) {
      return 'arithmetic may only hold numbers, variables and signs, and ends in "))"; put a space between brackets that are none';
    }
  }
  for (const { index } of text.matchAll(/\$\{[^}:\s]*:(?![-=+?])/g)) {
    if (!part.test(text.slice(index)))
      return 'the part of a variable may only be told by numbers and variables';
  }
  return undefined;
}

const variable = String.raw`\$[A-Za-z_]\w*|\$[0-9#?*@!$]|\$\{#?[A-Za-z_]\w*\}`;
const arithmetic = new RegExp(String.raw`^\(\((?:[\w\s+\-*/%<>=!&|^~?:,;()]|\$(?=\(\()|${variable})*\)\)`);
const part = new RegExp(String.raw`^\$\{\w+:(?:[\w\s+\-*]|${variable})+(?::(?:[\w\s+\-*]|${variable})+)?\}`);
