import { makeProject, runCli, startCli, type Files, type Finished, type Running } from './run-cli.ts';

/** A project on disk for the tests of a suite, with the commands that are started in it. */
export interface ProjectForTests {
  readonly folder: string;
  /** Puts another project in its place. */
  become(files: Files): Promise<void>;
  /** Does a command until it ends by itself. */
  engine(...args: string[]): Promise<Finished>;
  /** Starts a command as a process of its own, which ends with the test. */
  start(...args: string[]): Running;
  /** Starts `engine serve` on a free port. */
  serve(...options: string[]): Promise<Running & { readonly url: string }>;
}

/**
 * A project for the suite that calls this.
 * @param each `test`: made anew for each test; `suite`: the tests go on where the one before stopped.
 */
export function projectFor(files: Files, each: 'test' | 'suite' = 'test'): ProjectForTests {
  let project: Awaited<ReturnType<typeof makeProject>>;
  const started: Running[] = [];
  const make = async (): Promise<void> => void (project = await makeProject(files));
  const end = async (): Promise<void> => {
    for (const { child, done } of started.splice(0)) {
      if (child.exitCode === null) child.kill('SIGKILL');
      await done;
    }
    await project.remove();
  };
  if (each === 'test') {
    beforeEach(make);
    afterEach(end);
  } else {
    before(make);
    after(end);
  }
  const start = (...args: string[]): Running => {
    const running = startCli(args, { cwd: project.folder });
    started.push(running);
    return running;
  };
  return {
    get folder() {
      return project.folder;
    },
    async become(others) {
      await project.remove();
      project = await makeProject(others);
    },
    engine: (...args) => runCli(args, { cwd: project.folder }),
    start,
    async serve(...options) {
      const running = start('serve', '--port', '0', '--json', ...options);
      const { url } = JSON.parse(await running.saw('\n')) as { url: string };
      return { ...running, url };
    },
  };
}
