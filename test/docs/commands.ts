import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { runCli } from '../cli/run-cli.ts';
import { engineCommand } from '../fakes/engine-cli.ts';
import { root } from './page.ts';

/** One command of a page, and what it shows of its output. */
export interface Command {
  readonly line: string;
  /** Undefined: only its success counts. */
  readonly shown: string | undefined;
}

/** What a command left. */
export interface Finished {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Commands that need the network, or that run this very test. */
const notRun = ['npm ci && npm run demo', 'npm ci && npm test'];

const engine = [process.execPath, ...engineCommand].map((part) => `"${part}"`).join(' ');

/** The commands of a block: every line is one, and `# →` lines after it are its output. */
export function readCommands(text: string): readonly Command[] {
  const commands: { line: string; shown: string | undefined }[] = [];
  for (const line of text.split('\n')) {
    const last = commands.at(-1);
    if (line.startsWith('# →')) {
      if (last === undefined) throw new Error(`output without a command: ${line}`);
      last.shown = `${last.shown ?? ''}${line.slice(4)}\n`;
    } else if (line !== '' && !notRun.includes(line)) commands.push({ line, shown: undefined });
  }
  return commands;
}

/** Whether a command serves until it is stopped. */
export function isServer({ line }: Command): boolean {
  return /^npx engine (?:serve|dev)\b/.test(line);
}

/** Runs a command in a folder. */
export function runCommand(line: string, cwd: string): Promise<Finished> {
  if (!/^([A-Z_]+=\S+ )*(npx engine|curl) /.test(line))
    throw new Error(`a command this test does not know: ${line}`);
  const call = plainCall(line);
  if (call !== undefined) return runCli(call.args, { cwd, env: { NO_COLOR: '1', ...call.env } });
  return finished(start(line.replace('npx engine', engine), cwd));
}

/** A call of `engine` and nothing that needs a shell but quotes. */
function plainCall(line: string): { readonly args: string[]; readonly env: NodeJS.ProcessEnv } | undefined {
  const [, settings = '', rest] =
    /^((?:[A-Z_]+=[\w.:/-]+ )*)npx engine ((?:'[^']*'|"[^"$`\\]*"|[\w.:/@=,-]| )+)$/.exec(line) ?? [];
  if (rest === undefined) return undefined;
  const words = rest.match(/(?:'[^']*'|"[^"]*"|[^ '"])+/g) ?? [];
  return {
    args: words.map((word) => word.replaceAll(/'([^']*)'|"([^"]*)"/g, '$1$2')),
    env: Object.fromEntries(
      settings
        .trim()
        .split(' ')
        .filter(Boolean)
        .map((setting) => setting.split('=')),
    ) as NodeJS.ProcessEnv,
  };
}

/** Runs a file of TypeScript in a process of its own. */
export function runScript(file: string, cwd: string): Promise<Finished> {
  return finished(start(`"${process.execPath}" --import "${import.meta.resolve('tsx')}" "${file}"`, cwd));
}

/** A server that a page started. */
export interface Served {
  readonly url: string;
  /** Stops it; gives its exit code. */
  stop(): Promise<number | null>;
}

/** Starts `engine serve` on a free port, whatever port the page names. */
export async function startServer(line: string, cwd: string): Promise<Served> {
  const child = start(
    `exec ${line.replace('npx engine', engine).replace(/--port \d+/, '--port 0')} --json`,
    cwd,
  );
  const done = finished(child);
  const url = await new Promise<string>((resolve, reject) => {
    let text = '';
    child.stdout?.on('data', (chunk: string) => {
      text += chunk;
      if (text.includes('\n')) resolve((JSON.parse(text) as { url: string }).url);
    });
    void done.then(({ stderr }) => reject(new Error(`the server ended: ${stderr}`)), reject);
  });
  return {
    url,
    async stop() {
      child.kill('SIGTERM');
      return (await done).exitCode;
    },
  };
}

function start(line: string, cwd: string): ChildProcess {
  const { FORCE_COLOR: _color, ...inherited } = process.env;
  const child = spawn('sh', ['-c', line], {
    cwd,
    env: { ...inherited, NO_COLOR: '1', TSX_TSCONFIG_PATH: join(root, 'tsconfig.json') },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  child.stdout.setEncoding('utf8');
  child.stderr.setEncoding('utf8');
  return child;
}

function finished(child: ChildProcess): Promise<Finished> {
  const seen = { stdout: '', stderr: '' };
  child.stdout?.on('data', (chunk: string) => (seen.stdout += chunk));
  child.stderr?.on('data', (chunk: string) => (seen.stderr += chunk));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (exitCode) => resolve({ exitCode, ...seen }));
  });
}
