import { pathToFileURL } from 'node:url';
import { format } from 'node:util';
import type { Block } from './page.ts';

/** A program of a page: a block that begins with an import, and the blocks after it that do not. */
export interface Script {
  readonly text: string;
  readonly line: number;
  /** What its `console.log` calls print, as the `// →` comments show it; the last call in a block needs none. */
  readonly shown: string;
}

/** The programs among the blocks of a page. */
export function readScripts(blocks: readonly Block[]): readonly Script[] {
  const scripts: { text: string; line: number; shown: string }[] = [];
  for (const { language, text, line, note } of blocks) {
    if (language !== 'ts' || note !== undefined) continue;
    const last = scripts.at(-1);
    if (/^import /.test(text) || last === undefined) scripts.push({ text, line, shown: shownBy(text) });
    else {
      last.text += text;
      last.shown += shownBy(text);
    }
  }
  return scripts;
}

function shownBy(text: string): string {
  return [...text.matchAll(/ \/\/ → (.*)$/gm)].map(([, shown]) => `${shown ?? ''}\n`).join('');
}

/** Runs a program in this process, in a folder, and gives what it prints. Programs run one at a time. */
export function runHere(file: string, folder: string): Promise<string> {
  const result = running.then(() => run(file, folder));
  running = result.catch(() => undefined);
  return result;
}

let running: Promise<unknown> = Promise.resolve();

async function run(file: string, folder: string): Promise<string> {
  const before = process.cwd();
  const log = console.log;
  let printed = '';
  console.log = (...values: unknown[]) => (printed += `${format(...values)}\n`);
  process.chdir(folder);
  try {
    await import(pathToFileURL(file).href);
    return printed;
  } finally {
    process.chdir(before);
    console.log = log;
  }
}
