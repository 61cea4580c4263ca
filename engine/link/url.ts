import type { Node } from '../source/index.ts';
import type { Reporter } from './context.ts';

/** Reports a text that is no `http(s)` address. One that holds an expression or a template is left to when it runs. */
export function checkUrl(reporter: Reporter, node: Node): void {
  const text = node.text();
  if (text === undefined || text.includes('{{')) return;
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

/** Whether an address without its beginning is one of this machine. */
function isNear(text: string): boolean {
  return /^(localhost|127\.|0\.0\.0\.0)/.test(text);
}
