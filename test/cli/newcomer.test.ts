import { expect } from 'chai';
import { join } from 'node:path';
import { shellWord } from '../../engine/cli/report/shell-word.ts';
import { helloProject } from './hello-project.ts';
import { projectFor } from './project-for.ts';
import { runCli, type Finished } from './run-cli.ts';

describe('a newcomer', function () {
  this.timeout(120_000);
  const project = projectFor(helloProject);
  const { engine } = project;
  const within = (folder: string, ...args: string[]): Promise<Finished> =>
    runCli(args, { cwd: join(project.folder, folder) });

  it('who works in a folder of a project is told how to name the project', async () => {
    const hint = 'hint: this folder is taken for a project of its own; for the one above it write';
    for (const [args, how] of [
      [['validate'], 'engine validate ..'],
      [['run', 'greet'], '--project ..'],
      [['runs'], '--project ..'],
      [['serve', '--port', '0', '--log-format', 'text'], '--project ..'],
    ] as const) {
      const { stderr, exitCode } = await within('src', ...args);
      expect(stderr.split('\n')[0], args[0]).to.equal(`${hint} ${how}`);
      expect(exitCode, args[0]).to.equal(args[0] === 'validate' ? 1 : 2);
    }
    const { stderr } = await within('src', 'serve', '--port', '0', '--json');
    expect(JSON.parse(stderr.split('\n')[0] ?? '')).to.deep.include({
      level: 'warn',
      message: `${hint.replace('hint: ', '')} --project ..`,
    });
    const deep = await within('src/workflows', 'validate');
    expect(deep.stderr.split('\n')[0]).to.equal(`${hint} engine validate ../..`);
    expect((await within('src', 'validate', '..')).stderr).not.to.contain('hint');
    expect((await engine('validate')).stderr).not.to.contain('hint');
  });

  it('who names a project where none is taken is told the option', async () => {
    for (const command of ['serve', 'dev', 'routes', 'doctor'])
      expect(await engine(command, 'shop'), command).to.deep.include({
        exitCode: 2,
        stderr: `error: "${command}" takes no "shop"; a project is named with --project\nsee "engine ${command} --help"\n`,
      });
  });

  it('who names a project by the option where it is an argument is told so', async () => {
    for (const [command, option] of [
      ['validate', '--project'],
      ['validate', '-p'],
      ['init', '--project'],
    ] as const)
      expect(await runCli([command, option, 'shop'], { cwd: project.folder }), option).to.deep.include({
        exitCode: 2,
        stderr: `error: unknown option "${option}"; name the folder alone: "engine ${command} <folder>"\nsee "engine ${command} --help"\n`,
      });
  });

  it('who names a store that is not there is told so', async () => {
    expect(await engine('doctor', '--store', 'nothing.sqlite')).to.deep.include({
      exitCode: 2,
      stdout: '',
      stderr: 'error[invalid_request]: --store: there is no file "nothing.sqlite"\n',
    });
  });

  it('who looks for what was not said hears so', async () => {
    await engine('run', 'greet', '--input', '{"name": "Ada"}');
    const logs = await engine('runs', 'logs', 'latest');
    expect(logs).to.include({ exitCode: 0, stdout: '', stderr: 'nothing was logged, and nothing failed\n' });
    const none = await engine('logs', '--types', 'log');
    expect(none).to.include({ exitCode: 0, stdout: '', stderr: 'no such events\n' });
  });

  it('who names a file below a file is told that, in the same way by every command', async () => {
    for (const args of [
      ['graph', 'greet', '--output', 'engine.yaml/a/greet.mmd'],
      ['schema', '--all', '--output', 'engine.yaml/a'],
      ['validate', '--format', 'json=engine.yaml/a/findings.json'],
    ]) {
      const { exitCode, stderr } = await engine(...args);
      expect(exitCode, args[0]).to.equal(2);
      expect(stderr, args[0]).to.match(
        /^error\[invalid_request\]: "engine\.yaml\/a.*" cannot be written: a file stands where its folder should be\n$/,
      );
    }
  });

  it('can type again what a command says to go on with', async () => {
    const odd = `a'b $(x) ü`;
    const said = await engine(
      'run',
      'assistant',
      '--text',
      'hi',
      '--instance',
      odd,
      '--session',
      'two words',
    );
    expect(said.stderr).to.contain(
      `go on with: engine run assistant --instance 'a'\\''b $(x) ü' --session "two words"\n`,
    );
    expect([shellWord('plain-1.x'), shellWord(''), shellWord('a b')]).to.deep.equal([
      'plain-1.x',
      '""',
      '"a b"',
    ]);
  });

  it('who gives no JSON where texts are not taken is not sent to --text', async () => {
    const run = await engine('run', 'greet', '--input', '{');
    expect(run.stderr).to.contain('; for plain text use --text');
    const signal = await engine('signal', 'latest', 'paid', '--data', '{');
    expect(signal.stderr).to.equal(
      'error[invalid_json]: --data is not JSON: unexpected end of text at line 1, column 2\n',
    );
  });
});
