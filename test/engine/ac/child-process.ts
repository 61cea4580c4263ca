import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { projectOf, temporaryFolder, type Files } from '../../fakes/project.ts';
import { childProgram } from '../kills/child-program.ts';

/** A line that the process says. */
export type Line = Readonly<Record<string, unknown>>;

/** A tool that writes a line a call into the file `WITNESS`, and with `holds` true then never ends. */
export function witnessTool(holds = false): string {
  return `import { appendFileSync } from 'node:fs';
export default {
  description: 'Works.',
  inputSchema: { type: 'object', required: ['item'], properties: { item: { type: 'string' } } },
  async run({ item }, { attempt, idempotencyKey }) {
    appendFileSync(process.env.WITNESS, JSON.stringify({ item, attempt, idempotencyKey }) + '\\n');
    ${holds ? 'await new Promise(() => setInterval(() => undefined, 60_000));' : ''}
    return { item };
  },
};`;
}

/** What the tool wrote of a call. */
export interface Witnessed {
  readonly item: string;
  readonly attempt: number;
  readonly idempotencyKey: string;
}

/** One project and its store, and the processes of `../child.ts` over them. */
export interface Place {
  readonly folder: string;
  readonly path: string;
  readonly witness: string;
  witnessed(): readonly Witnessed[];
  /** Starts a process; `env` goes beside the environment of this one. */
  start(args: readonly string[], env?: Readonly<Record<string, string>>): Process;
}

/** A process of the engine. */
export interface Process {
  readonly child: ChildProcess;
  /** Lines up to the first that is wanted; all, when the process ends before. */
  until(wanted: (line: Line) => boolean): Promise<readonly Line[]>;
  /** Resolves with the signal that ended it, or null. */
  readonly exited: Promise<NodeJS.Signals | null>;
}

/** A place for a project. Everything in it goes when this process ends. */
export async function placeOf(files: Files): Promise<Place> {
  const bundle = await childProgram();
  const folder = projectOf(files);
  const own = temporaryFolder();
  const path = join(own, 'engine.sqlite');
  const witness = join(own, 'witness');
  return {
    folder,
    path,
    witness,
    witnessed: () =>
      existsSync(witness)
        ? readFileSync(witness, 'utf8')
            .trim()
            .split('\n')
            .map((line) => JSON.parse(line) as Witnessed)
        : [],
    start(args, env = {}) {
      const child = spawn(process.execPath, [bundle, folder, path, ...args], {
        stdio: ['ignore', 'pipe', 'inherit'],
        env: { ...process.env, WITNESS: witness, ...env },
      });
      const exited = new Promise<NodeJS.Signals | null>((resolve) =>
        child.once('exit', (_code, signal) => resolve(signal)),
      );
      const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
      return {
        child,
        exited,
        async until(wanted) {
          const seen: Line[] = [];
          for (let line = await lines.next(); line.done !== true; line = await lines.next()) {
            seen.push(JSON.parse(line.value) as Line);
            if (wanted(seen.at(-1) ?? {})) break;
          }
          return seen;
        },
      };
    },
  };
}
