import { expect } from 'chai';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { helloProject } from '../cli/hello-project.ts';
import { makeProject, runCli, type Files } from '../cli/run-cli.ts';

/** A file of this folder: commands run one after the other on one project, and what each must leave. */
interface Scenario {
  readonly title: string;
  /** Files over those of the hello project; null leaves one out. */
  readonly files?: Files;
  readonly commands: readonly {
    /** Arguments of `engine`. */
    readonly args: readonly string[];
    readonly stdin?: string;
    readonly env?: Readonly<Record<string, string>>;
    readonly stdout?: string;
    readonly stderr?: string;
    /** Default 0. */
    readonly exitCode?: number;
  }[];
  /** Files that must not be there afterwards. */
  readonly absent?: readonly string[];
}

const here = new URL('.', import.meta.url);

describe('scenarios of the command line', function () {
  this.timeout(120_000);
  for (const file of readdirSync(here).filter((name) => name.endsWith('.yaml'))) {
    const { title, files, commands, absent = [] } = parse(readFileSync(new URL(file, here), 'utf8')) as Scenario;
    it(`${title} (${file})`, async () => {
      const project = await makeProject({ ...helloProject, ...files });
      try {
        for (const { args, stdin, env, stdout = '', stderr = '', exitCode = 0 } of commands) {
          const options = { cwd: project.folder, ...(env && { env }), ...(stdin !== undefined && { stdin }) };
          const finished = await runCli(args, options);
          expect({
            command: ['engine', ...args].join(' '),
            stdout: plain(finished.stdout, project.folder),
            stderr: plain(finished.stderr, project.folder),
            exitCode: finished.exitCode,
          }).to.deep.equal({ command: ['engine', ...args].join(' '), stdout, stderr, exitCode });
        }
        for (const path of absent) expect(existsSync(join(project.folder, path)), path).to.equal(false);
      } finally {
        await project.remove();
      }
    });
  }
});

/** What differs from run to run gets a name. */
function plain(text: string, folder: string): string {
  return text
    .replaceAll(folder, '<project>')
    .replaceAll(/(?<![0-9A-Z])[0-9A-HJKMNP-TV-Z]{26}(?![0-9A-Z])/g, '<ulid>')
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '<time>')
    .replaceAll(/(\bin |\(|after |"durationMs": ?| {2})[\d.]+(ms|s\b|(?=[,\n}]))/g, '$1<ms>')
    .replaceAll(/"hash": ?"[0-9a-f]+"/g, '"hash": "<hash>"')
    .replaceAll(/ +$/gm, '');
}
