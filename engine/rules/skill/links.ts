/** A link to a file in a Markdown text; offsets count in the text. */
export interface FileLink {
  /** Relative path as it is written, without anchor and query. */
  readonly path: string;
  readonly start: number;
  readonly end: number;
}

/** The links and pictures of a Markdown text that lead to files beside it; code is passed over, and so are patterns like `<name>.md`. */
export function fileLinks(markdown: string): readonly FileLink[] {
  const prose = withoutCode(markdown);
  const inline = [...prose.matchAll(/\]\(\s*<?([^()\s<>]+)>?(?:\s+["'(][^\n]*?["')])?\s*\)/g)];
  const reference = [...prose.matchAll(/^ {0,3}\[[^\]\n]+\]:\s*<?([^\s<>]+)>?/gm)];
  return [...inline, ...reference].flatMap((match) => {
    const written = match[1] ?? '';
    const start = match.index + match[0].indexOf(written, 1);
    const path = written.replace(/[?#].*$/, '');
    if (path === '' || /^(?:[a-z][a-z0-9+.-]*:|\/|#)/i.test(written) || /[{}*$<>|]/.test(path)) return [];
    return [{ path: decoded(path), start, end: start + path.length }];
  });
}

/** Paths in code that stand in one of the folders a skill has for its files. */
export function pathsInCode(markdown: string): readonly FileLink[] {
  return [...markdown.matchAll(/`(?:\.\/)?((?:references|scripts|assets)\/[\w./-]*\w)`/g)].map((match) => {
    const path = match[1] ?? '';
    const start = match.index + match[0].indexOf(path);
    return { path, start, end: start + path.length };
  });
}

/** The text with code replaced by spaces, so that offsets stay. */
function withoutCode(markdown: string): string {
  return markdown
    .replace(/^( {0,3})(`{3,}|~{3,})[^\n]*\n[\s\S]*?(?:^ {0,3}\2[`~]*[ \t]*$|(?![\s\S]))/gm, blank)
    .replace(/(`+)(?!`)[^\n]*?[^`\n]\1(?!`)/g, blank)
    .replace(/<!--[\s\S]*?-->/g, blank);
}

function blank(text: string): string {
  return text.replace(/[^\n]/g, ' ');
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
