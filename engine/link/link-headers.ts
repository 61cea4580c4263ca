import type { Value } from '../expr/index.ts';
import type { Node } from '../source/index.ts';
import type { Reporter } from './context.ts';
import { linkValues } from './text.ts';
import type { Visible } from './visible.ts';

/** What says how a message is framed, which whoever sends it writes; another value would break it. */
const framing: readonly string[] = [
  'connection',
  'content-length',
  'expect',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
];

/** The headers of a request or an answer, by name. Reports names that no header can have, and those that are not for a spec to write. */
export function linkHeaders(reporter: Reporter, node: Node, visible: Visible): Record<string, Value> {
  const given = new Map<string, string>();
  for (const [name, inner] of node.entries()) {
    const message = faultOf(name, given.get(name.toLowerCase()));
    if (message !== undefined) reporter.report(inner, 'schema/bad-format', message, { part: 'key' });
    given.set(name.toLowerCase(), name);
  }
  return linkValues(reporter, node, visible);
}

/** What is wrong with a text as the name of a header. */
export function headerFault(name: string): string | undefined {
  if (/^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/.test(name)) return undefined;
  const likely = name.trim().replace(/[^A-Za-z0-9-]+/g, '-');
  return `"${name}" is no name of a header${/[A-Za-z0-9]/.test(likely) ? `; write "${likely}"` : ''}`;
}

function faultOf(name: string, before: string | undefined): string | undefined {
  if (framing.includes(name.toLowerCase()))
    return `the header "${name}" is written by who sends the message; leave it out`;
  if (before !== undefined) return `the headers "${before}" and "${name}" are the same one; leave one out`;
  return headerFault(name);
}
