import type { Node } from '../source/index.ts';
import type { Reporter } from './context.ts';

/** Reports a text that is no `http(s)` address. Where it is a template, what it gives is left to when it runs. */
export function checkUrl(reporter: Reporter, node: Node, isTemplate = false): void {
  const text = node.text();
  if (text === undefined) return;
  const start = text.indexOf('{{');
  if (start !== -1) {
    if (!isTemplate) reportTemplate(reporter, node, text, start);
    else if (text.includes('${{')) {
      const at = text.indexOf('${{');
      const message = 'an address is a template; write "{{ }}" without the "$"';
      reporter.report(node, 'expr/braces', message, { within: { start: at, end: at + 3 } });
    } else if (!beginsRight(text.slice(0, start))) {
      const message = `"${text}" is no address that begins with "http://" or "https://"`;
      reporter.report(node, 'schema/bad-format', message);
    }
    if (isTemplate) reportPlaceholder(reporter, node, text);
    return;
  }
  if (isTemplate && reportPlaceholder(reporter, node, text)) return;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url !== undefined && (url.protocol === 'http:' || url.protocol === 'https:') && !/\s/.test(text))
    return;
  const hint = /^[a-z0-9.-]+(:\d+)?(\/|$)/i.test(text)
    ? `; write "${isNear(text) ? 'http' : 'https'}://${text}"`
    : '';
  reporter.report(
    node,
    'schema/bad-format',
    `"${text}" is no address that begins with "http://" or "https://"${hint}`,
  );
}

/** Whether what stands before the first placeholder can begin an address. */
function beginsRight(before: string): boolean {
  return ['http://', 'https://'].some((scheme) => scheme.startsWith(before) || before.startsWith(scheme));
}

/** Reports `{id}`, as other tools write a part of an address that is filled in; braces never stand in an address. */
function reportPlaceholder(reporter: Reporter, node: Node, text: string): boolean {
  const found = /(?<!\{)\{(\w+)\}(?!\})/.exec(text);
  if (found === null) return false;
  const [whole, name = ''] = found;
  reporter.report(node, 'expr/braces', `"${whole}" stays as it is; write "{{input.${name}}}"`, {
    within: { start: found.index, end: found.index + whole.length },
  });
  return true;
}

function reportTemplate(reporter: Reporter, node: Node, text: string, start: number): void {
  const within = { start, end: text.length };
  if (/\bsecrets\./.test(text))
    reporter.report(
      node,
      'security/secret-in-value',
      'secrets may be read only in "headers", "env" and "args"; send it as a header',
      { within },
    );
  else
    reporter.report(node, 'template/not-allowed', 'this address is taken as it is; write it out', { within });
}

/** Whether an address without its beginning is one of this machine. */
function isNear(text: string): boolean {
  return /^(localhost|127\.|0\.0\.0\.0)/.test(text);
}
