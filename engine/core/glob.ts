import { RE2JS } from 're2js';
import { Problem } from './problem.ts';

/**
 * A test for paths relative to a folder: `*` and `?` within a name, `**` over folders, `[a-z]`, `[!a]`, `{a,b}`, `\` escapes.
 * Linear in the length of the path, whatever the pattern. Throws Problem `tool_input_invalid` for a pattern that is none.
 */
export function compileGlob(pattern: string): (path: string) => boolean {
  const source = toRegex(pattern.replace(/^\.\//, ''));
  try {
    const compiled = RE2JS.compile(`^(?:${source})$`, RE2JS.DOTALL);
    return (path) => compiled.matcher(path).find();
  } catch (thrown) {
    throw new Problem('tool_input_invalid', `${JSON.stringify(pattern)} is not a glob pattern`, {
      cause: thrown,
    });
  }
}

function toRegex(pattern: string): string {
  let regex = '';
  let depth = 0;
  let index = 0;
  while (index < pattern.length) {
    const rest = pattern.slice(index);
    const character = pattern[index] ?? '';
    const folders = /^\*\*(\/|$)/.exec(rest);
    const set = /^\[(!|\^)?(\]?[^\]/]*)\]/.exec(rest);
    if (folders !== null && (index === 0 || pattern[index - 1] === '/')) {
      regex += folders[1] === '/' ? '(?:[^/]+/)*' : '.+';
      index += folders[0].length;
    } else if (character === '*') {
      regex += '[^/]*';
      index += /^\*+/.exec(rest)?.[0].length ?? 1;
    } else if (character === '?') {
      regex += '[^/]';
      index += 1;
    } else if (set !== null && set[2] !== '') {
      regex += `[${set[1] === undefined ? '' : '^'}${(set[2] ?? '').replace(/[\\[\]^&]/g, '\\$&')}]`;
      index += set[0].length;
    } else if (character === '{' && closes(rest)) {
      regex += '(?:';
      depth += 1;
      index += 1;
    } else if (depth > 0 && (character === ',' || character === '}')) {
      regex += character === ',' ? '|' : ')';
      depth -= character === '}' ? 1 : 0;
      index += 1;
    } else {
      const escaped = character === '\\' && index + 1 < pattern.length;
      regex += RE2JS.quote(escaped ? (pattern[index + 1] ?? '') : character);
      index += escaped ? 2 : 1;
    }
  }
  return regex;
}

/** Tells whether the brace a text starts with is closed in it. */
function closes(text: string): boolean {
  let depth = 0;
  for (let index = 0; index < text.length; index += 1) {
    if (text[index] === '\\') index += 1;
    else if (text[index] === '{') depth += 1;
    else if (text[index] === '}') {
      depth -= 1;
      if (depth === 0) return true;
    }
  }
  return false;
}
