import { limits } from './limits.ts';
import type { TemplateFault } from './types.ts';

/**
 * Tells from a scan of its tags alone whether a template would cost the parser more than one ever does: too many tags, blocks or
 * parentheses too deep inside each other, a tag too long.
 */
export function outOfBounds(source: string): TemplateFault | undefined {
  const refuse = (message: string, start: number): TemplateFault => ({
    rule: 'template/not-allowed',
    message,
    start,
    end: Math.min(start + 2, source.length),
  });
  // Blocks that are open, and of each how many "else if" went deeper.
  const open: number[] = [];
  let depth = 0;
  let tags = 0;
  for (let at = source.indexOf('{{'); at !== -1;) {
    tags += 1;
    if (tags > limits.templateTags) return refuse(`has more than ${limits.templateTags} placeholders`, at);
    const next = source.indexOf('{{', at + 2);
    const close = source.indexOf('}}', at + 2);
    const end = Math.min(close === -1 ? source.length : close, next === -1 ? source.length : next);
    const tag = source.slice(at + 2, Math.min(end, at + 2 + limits.expressionLength + 1));
    if (tag.length > limits.expressionLength && !/^~?!/.test(tag))
      return refuse(`a placeholder is longer than ${limits.expressionLength} characters`, at);
    if (/^~?#/.test(tag) || /^~?\^\s*[^~\s]/.test(tag)) {
      open.push(1);
      depth += 1;
    } else if (/^~?\//.test(tag)) depth -= open.pop() ?? 0;
    else if (/^~?\s*else\s+\S/.test(tag) && open.length > 0) {
      open.push((open.pop() ?? 0) + 1);
      depth += 1;
    }
    if (depth > limits.templateDepth || parenthesesOf(tag) > limits.templateDepth)
      return refuse('nested too deeply', at);
    at = next;
  }
  return undefined;
}

function parenthesesOf(tag: string): number {
  let depth = 0;
  let deepest = 0;
  for (const character of tag) {
    if (character === '(') deepest = Math.max(deepest, (depth += 1));
    else if (character === ')') depth -= 1;
  }
  return deepest;
}
