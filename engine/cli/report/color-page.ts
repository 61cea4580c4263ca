import type { Colors } from '../terminal.ts';

/** A Markdown page for a terminal: the text stays as it is, headings are bold, blocks of code have a colour and their fences none. */
export function colorPage(text: string, colors: Colors): string {
  let isCode = false;
  return text
    .split('\n')
    .map((line) => {
      if (line.startsWith('```')) {
        isCode = !isCode;
        return colors.dim(line);
      }
      if (isCode) return line === '' ? line : colors.cyan(line);
      if (/^#+ /.test(line)) return colors.bold(line);
      return line.replace(/`[^`]+`/g, (code) => colors.cyan(code));
    })
    .join('\n');
}
