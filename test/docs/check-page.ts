import { cpSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import { findingsOf, temporaryFolder } from '../fakes/project.ts';
import {
  isServer,
  readCommands,
  runCommand,
  runScript,
  startServer,
  type Finished,
  type Served,
} from './commands.ts';
import { expectShown, fits } from './expectation.ts';
import { readPage, root, type Block } from './page.ts';
import { readScripts, runHere, type Script } from './scripts.ts';
import { playSocket } from './socket.ts';

/** A page whose files are written out. */
export interface Page {
  readonly path: string;
  readonly blocks: readonly Block[];
  /** The project of the page; beside it are `examples/` for pages that use them. */
  readonly folder: string;
  readonly scripts: readonly (Script & { readonly file: string })[];
  /** Every TypeScript file of the page. */
  readonly typed: readonly string[];
}

/** Writes the files and programs of a page into a folder of its own. */
export function writePage(path: string): Page {
  const blocks = readPage(path);
  const folder = temporaryFolder();
  write(folder, 'package.json', '{"type": "module"}\n');
  for (const { note, text } of blocks) {
    if (note?.kind !== 'file' || note.value.startsWith('examples/')) continue;
    const file = join(folder, note.value);
    write(folder, note.value, (existsSync(file) ? readFileSync(file, 'utf8') : '') + text);
  }
  if (blocks.some(({ text }) => text.includes('examples/'))) {
    cpSync(join(root, 'examples'), join(folder, 'examples'), {
      recursive: true,
      filter: (from) => !/[/\\]\.engine([/\\]|$)/.test(from),
    });
  }
  for (const name of ['zod', '@opentelemetry/sdk-trace-node', 'koa'])
    if (blocks.some(({ text }) => text.includes(`from '${name}'`))) linkPackage(folder, name);
  if (blocks.some(({ text }) => text.includes("from 'koa'"))) linkPackage(folder, '@types/koa');
  const scripts = readScripts(blocks).map((script, index) => ({
    ...script,
    file: write(folder, `programs/${index + 1}.mts`, script.text),
  }));
  const tools = blocks.flatMap(({ language, note }) =>
    language === 'ts' && note?.kind === 'file' ? [join(folder, note.value)] : [],
  );
  return { path, blocks, folder, scripts, typed: [...scripts.map(({ file }) => file), ...tools] };
}

/** A package that a page says to install. */
function linkPackage(folder: string, name: string): void {
  const place = join(folder, 'node_modules', name);
  mkdirSync(dirname(place), { recursive: true });
  symlinkSync(join(root, 'node_modules', name), place);
}

/** Does everything a page shows, in its order, and gives what was not as it says: `<page>:<line>: <what>`. */
export async function checkPage({ path, blocks, folder, scripts }: Page): Promise<readonly string[]> {
  const faults: string[] = [];
  let server: Served | undefined;
  const here = (text: string): string =>
    server === undefined ? text : text.replaceAll('http://127.0.0.1:8000', server.url);
  const check = async (line: number, work: () => Promise<void> | void): Promise<void> => {
    try {
      await work();
    } catch (thrown) {
      const { message, actual } = thrown as Error & { actual?: unknown };
      faults.push(`${path}:${line}: ${message}${typeof actual === 'string' ? `\n--- got\n${actual}` : ''}`);
    }
  };

  const hasProject = blocks.some(({ note }) => note?.kind === 'file' && !note.value.startsWith('examples/'));
  if (hasProject) {
    await check(1, async () => {
      expect((await findingsOf(folder)).join('\n')).to.equal('');
    });
  }
  try {
    for (const [index, { language, text, line, note }] of blocks.entries()) {
      await check(line, async () => {
        if (note?.kind === 'file') {
          if (note.value.startsWith('examples/'))
            expect(text).to.equal(readFileSync(join(root, note.value), 'utf8'));
        } else if (note?.kind === 'mistake') {
          await checkMistake(note.value, text, blocks[index + 1]?.text ?? '', folder);
        } else if (note?.kind === 'socket') {
          if (server === undefined) throw new Error('no server is running on this page');
          await playSocket(server.url + note.value, text);
        } else if (language === 'json') JSON.parse(text);
        else if (language === 'yaml' || language === 'markdown') {
          throw new Error('say in a comment which file this is');
        } else if (language === 'ts') {
          const script = scripts.find((candidate) => candidate.line === line);
          if (script !== undefined) await checkScript(script);
        } else if (language === 'sh') {
          for (const command of readCommands(text)) {
            if (isServer(command)) server = await startServer(command.line, folder);
            else {
              const run = (): Promise<Finished> => runCommand(here(command.line), folder);
              const { exitCode, stdout, stderr } =
                note?.kind === 'until' ? await runUntil(run, command.shown ?? '') : await run();
              if (exitCode !== 0)
                throw new Error(`${command.line}\n${stdout}${stderr}ended with ${exitCode}`);
              if (command.shown !== undefined) expectShown(stdout, command.shown);
            }
          }
        } else if (language !== 'text') throw new Error(`a block of "${language}" is checked by nothing`);
      });
    }
  } finally {
    await stopServer();
  }
  return faults;

  async function stopServer(): Promise<void> {
    const exitCode = await server?.stop();
    if (server !== undefined && exitCode !== 0) faults.push(`${path}: the server ended with ${exitCode}`);
    server = undefined;
  }

  async function checkScript({ file, text, shown }: Script & { readonly file: string }): Promise<void> {
    // A store has one owner, so a program with an engine of its own runs after the server.
    if (text.includes('createEngine(')) await stopServer();
    writeFileSync(file, here(text));
    if (text.includes("'node:test'")) {
      const { exitCode, stdout } = await runScript(file, folder);
      if (exitCode !== 0) throw new Error(`${stdout}\nended with ${exitCode}`);
    } else expectShown(await runHere(file, folder), shown);
  }
}

/** Runs a command again until it prints what a page shows, for two minutes; the last output if it never does. */
async function runUntil(run: () => Promise<Finished>, shown: string): Promise<Finished> {
  const end = Date.now() + 120_000;
  for (;;) {
    const output = await run();
    if (fits(output.stdout, shown) || Date.now() > end) return output;
  }
}

/** Makes a mistake in a copy, runs the command there, and compares what it prints with the page. */
async function checkMistake(mistake: string, commands: string, shown: string, folder: string): Promise<void> {
  const [, path = '', right = '', wrong = ''] = /^(\S+): (.+) → (.+)$/.exec(mistake) ?? [];
  const copy = temporaryFolder();
  cpSync(folder, copy, { recursive: true, filter: (from) => !from.includes('.engine') });
  const text = readFileSync(join(copy, path), 'utf8');
  expect(text).to.include(right);
  writeFileSync(join(copy, path), text.replace(right, wrong));
  for (const { line } of readCommands(commands)) {
    const { exitCode, stdout } = await runCommand(line, copy);
    expectShown(stdout, shown);
    expect(exitCode).to.equal(1);
  }
}

function write(folder: string, path: string, text: string): string {
  const file = join(folder, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  return file;
}
