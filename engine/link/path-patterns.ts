import type { Node } from '../source/index.ts';
import type { Reporter } from './context.ts';

/** Path patterns of a list. Reports those that can never fit a file of the workspace. */
export function pathPatterns(reporter: Reporter, list: Node): string[] {
  return list.list().flatMap((node) => {
    const text = node.text();
    if (text === undefined) return [];
    const fault = faultOf(text);
    if (fault !== undefined) reporter.report(node, 'schema/bad-format', fault);
    return [text];
  });
}

function faultOf(text: string): string | undefined {
  const parts = text.split('/');
  if (parts.includes('..'))
    return `"${text}" leads out of the workspace; patterns count from it and have no ".."`;
  if (text.includes('\\')) return `write "/" between folders: "${text.replaceAll('\\', '/')}"`;
  for (const [open, close] of ['[]', '{}'] as const) {
    if (count(text, open) !== count(text, close))
      return `"${text}" has ${count(text, open) > count(text, close) ? `an "${open}" that is never closed` : `a "${close}" that was never opened`}`;
  }
  return undefined;
}

function count(text: string, character: string | undefined): number {
  return text.split(character ?? '').length - 1;
}
