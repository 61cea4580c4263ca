const token =
  /<\?[^?]*\?>|<!DOCTYPE[^>]*>|<!--(?:(?!--)[\s\S])*-->|<(\/?)([A-Za-z][\w:.-]*)((?:\s+[\w:.-]+="[^"<]*")*)\s*(\/?)>|[^<]+/gy;

/** What is not well-formed in an XML text: tags that do not match, bare characters, unknown entities, characters XML cannot hold. */
export function xmlFaults(text: string): string[] {
  const faults: string[] = [];
  const open: string[] = [];
  let end = 0;
  for (const [whole, closing, name, , empty] of text.matchAll(token)) {
    end += whole.length;
    if (/&(?!(?:amp|lt|gt|quot|apos|#\d+|#x[\da-f]+);)/i.test(whole) && !whole.startsWith('<!'))
      faults.push(`entity: ${whole}`);
    if (name === undefined) continue;
    if (closing === '/') {
      if (open.pop() !== name) faults.push(`closes nothing: ${whole}`);
    } else if (empty !== '/') open.push(name);
  }
  if (end !== text.length) faults.push(`no token: ${text.slice(end, end + 40)}`);
  // eslint-disable-next-line no-control-regex -- control characters are exactly what must not be there
  if (/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/.test(text) || !text.isWellFormed())
    faults.push('a character that XML cannot hold');
  return [...faults, ...open.map((name) => `never closed: ${name}`)];
}
