import { expect } from 'chai';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { engineCommand } from '../fakes/engine-cli.ts';
import { helloProject } from './hello-project.ts';
import { projectFor } from './project-for.ts';
import { runCli, type Files, type Finished } from './run-cli.ts';

const files: Files = {
  ...helloProject,
  'engine.yaml': 'name: hello\nmodel: script/echo\nmodels: { small: script/hands }\n',
  'src/roles/clerk.md': '---\ndescription: Speaks as a clerk.\n---\nSpeak as a clerk.\n',
  'models/hands.yaml': [
    'replies:',
    '  - match: { text: note }',
    '    sequence:',
    '      - toolCalls: [{ tool: write, input: { path: note.txt, content: kept } }]',
    '      - text: Written.',
    'default:',
    '  text: "Heard: {{text}}"',
    '',
  ].join('\n'),
  'src/sandboxes/box.yaml': 'type: virtual\nwrite: true\n',
  'src/agents/writer.md': [
    '---',
    'description: Writes notes.',
    'model: script/hands',
    'sandbox: box',
    'permissions: { ask: [write] }',
    '---',
    '',
    'Write notes.',
    '',
  ].join('\n'),
};

describe('engine chat', function () {
  this.timeout(120_000);
  const project = projectFor(files);

  const pipe = (stdin: string, ...args: string[]): Promise<Finished> =>
    runCli(['chat', ...args], { cwd: project.folder, stdin });

  it('answers each line of a pipe, with answers on stdout and the rest on stderr', async () => {
    const { exitCode, stdout, stderr } = await pipe('one\n\ntwo \\\nthree\n', 'assistant');
    expect({ exitCode, stdout }).to.deep.equal({
      exitCode: 0,
      stdout: 'You said: one\nYou said: two \nthree\n',
    });
    expect(stderr).to.match(/^(script\/echo, \d+ tokens, [\d.]+m?s\n){2}$/);
  });

  it('gives a line of JSON for each answer, and the exit code of the last failure', async () => {
    const { exitCode, stdout } = await pipe(
      'hi\nbroken\n',
      'assistant',
      '--json',
      '--id',
      'me',
      '--session',
      's',
    );
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines).to.have.length(2);
    expect(lines[0]).to.include({
      agent: 'assistant',
      instance: 'me',
      session: 's',
      state: 'succeeded',
      output: 'You said: hi',
      model: 'script/echo',
    });
    expect(lines[1]).to.include({ state: 'failed' });
    expect(lines[1]?.['error']).to.include({ type: 'model_failed' });
    expect(exitCode).to.equal(1);
  });

  it('has commands', async () => {
    const said =
      'hi\n/session two\n/session\n/history\n/thinking low\n/role -\n//path\n/cost\n/tools\n/nwe\n/file nots.txt\n/sessions\n/quit now\n/quit\nnever\n';
    const { stdout, stderr } = await pipe(said, 'assistant', '--id', 'me');
    expect(stdout).to.equal('You said: hi\nYou said: /path\n');
    expect(stderr).to.contain(
      'session "two"\nsession "two"\nnothing was said yet\nthinking low\nrole none\n',
    );
    expect(stderr).to.match(/2 answers, \d+ tokens/);
    expect(stderr).to.contain('error[invalid_request]: no command "/nwe"; did you mean "/new"?');
    expect(stderr).to.contain('error[invalid_request]: /file: cannot read "nots.txt": no such file');
    expect(stderr).to.contain('error[invalid_request]: "/quit" takes nothing behind it');
    expect(stderr).to.match(/SESSION +ENTRIES/);
  });

  it('an agent that is not there is told at once', async () => {
    const { exitCode, stderr } = await pipe('', 'asistant');
    expect(exitCode).to.equal(2);
    expect(stderr).to.contain('error[agent_not_found]: no agent "asistant"; did you mean "assistant"?');
  });

  it('a role and a model that there are not are told at once, here and at a server', async () => {
    const wrong = [
      ['--role', 'clerc', 'error[unknown_role]: no role "clerc"; did you mean "clerk"?\n'],
      ['--model', 'script/eco', 'error[missing_model]: no scripted model "eco"; did you mean "echo"?\n'],
      ['--model', 'opena/x', 'error[missing_model]: no model provider "opena"; did you mean "openai"?\n'],
      ['--model', 'smal', 'error[missing_model]: no model alias "smal"; did you mean "small"?\n'],
    ] as const;
    const told = async (...at: string[]): Promise<void> => {
      for (const [option, value, stderr] of wrong) {
        const finished = await pipe('', 'assistant', option, value, ...at);
        expect(finished, value).to.deep.include({ exitCode: 2, stdout: '', stderr });
        const [command] = stderr.split('\n');
        const inside = await pipe(`/${option.slice(2)} ${value}\n/${option.slice(2)}\n`, 'assistant', ...at);
        expect(inside.stderr.split('\n')[0]).to.equal(command);
        expect(inside.stderr).not.to.contain(`${option.slice(2)} ${value}\n`);
        expect(inside.exitCode).to.equal(2);
      }
      const right = await pipe('hi\n', 'assistant', '--role', 'clerk', '--model', 'small', ...at);
      expect(right).to.include({ exitCode: 0, stdout: 'Heard: hi\n' });
    };
    await told();
    const { url } = await project.serve();
    await told('--server', url);
  });

  it('what a server does not tell is left to the first answer, and that is said', async () => {
    const other = createServer((_request, response) => {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ name: 'assistant', tools: [], skills: [], subagents: [] }));
    });
    other.listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const server = `http://127.0.0.1:${port}`;
    const { exitCode, stderr } = await pipe('', 'assistant', '--role', 'clerc', '--server', server);
    other.close();
    expect({ exitCode, stderr }).to.deep.equal({
      exitCode: 0,
      stderr: 'whether there is the role "clerc" is told with the first answer: this server does not say\n',
    });
  });

  it('talks to the agent of a server, and leaves the conversation there', async () => {
    const { url } = await project.serve();
    const first = await pipe('hi\n/history\n/tools\n', 'assistant', '--id', 'me', '--server', url);
    expect(first).to.include({ exitCode: 0, stdout: 'You said: hi\n' });
    expect(first.stderr).to.contain('you: hi\nagent: You said: hi\n');
    const locked = await pipe('hi\n', 'assistant');
    expect(locked.exitCode).to.equal(2);
    expect(locked.stderr).to.match(/^error\[store_locked\]: .+ name its server with --server <url>/);
    const missing = await pipe('hi\n', 'nobody', '--server', url);
    expect(missing.stderr).to.contain('error[agent_not_found]');
    const { stdout } = await project.engine('logs', '--server', url, '--json', '--types', 'operation_end');
    expect(JSON.parse(stdout)).to.deep.include({
      type: 'operation_end',
      agent: 'assistant',
      instanceId: 'me',
    });
  });

  describe('at a terminal', () => {
    before(function () {
      // `script` of util-linux gives a command a terminal.
      if (!existsSync('/usr/bin/script')) this.skip();
    });

    /** Types each text when the one before it was seen. */
    const at = async (
      args: readonly string[],
      turns: readonly (readonly [seen: string, type: string])[],
    ): Promise<string> => {
      const command = [process.execPath, ...engineCommand, 'chat', ...args]
        .map((word) => `'${word}'`)
        .join(' ');
      const child = spawn('/usr/bin/script', ['-qec', command, '/dev/null'], {
        cwd: project.folder,
        env: { ...process.env, NO_COLOR: '1', CI: undefined, TERM: 'xterm' },
      });
      let text = '';
      let from = 0;
      const left = [...turns];
      child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
        for (;;) {
          const [turn] = left;
          const place = turn === undefined ? -1 : text.indexOf(turn[0], from);
          if (turn === undefined || place === -1) return;
          from = place + turn[0].length;
          left.shift();
          if (turn[1] !== '') child.stdin.write(turn[1]);
        }
      });
      await new Promise((resolve) => child.once('close', resolve));
      expect(left, text).to.deep.equal([]);
      return text.replaceAll('\r', '');
    };

    it('streams answers, has a prompt, and says how to go on', async () => {
      const text = await at(
        ['assistant', '--id', 'me'],
        [
          ['Ctrl-D leaves', ''],
          ['> ', 'hello\r'],
          ['tokens', ''],
          ['> ', '/quit\r'],
        ],
      );
      expect(text).to.contain('You said: hello\n');
      expect(text).to.match(/script\/echo, \d+ tokens, \d+/);
      expect(text).to.contain('go on with: engine chat assistant --id me');
    });

    it('Ctrl-C ends the answer, and twice leaves', async () => {
      const text = await at(
        ['assistant', '--id', 'me'],
        [
          ['> ', 'a slow one\r'],
          ['slow one', '\u0003'],
          ['ended', ''],
          ['> ', '\u0003'],
          ['once more leaves', '\u0003'],
        ],
      );
      expect(text).to.contain('go on with');
    });

    it('asks inline about calls that need approval', async () => {
      const text = await at(
        ['writer', '--id', 'me'],
        [
          ['> ', 'a note\r'],
          ['[y]es, [n]o', ''],
          ['why not: ', 'y\r'],
          ['Written.', ''],
          ['> ', '/quit\r'],
        ],
      );
      expect(text).to.contain('→ write');
      expect(text).to.contain('"note.txt"');
    });
  });
});

describe('engine logs', function () {
  this.timeout(120_000);
  const { start, serve, engine } = projectFor(files);

  it('follows what happens beside the engine that works', async () => {
    const following = start('logs', '--follow', '--since', '1h', '--types', 'operation_start,run_end');
    const { url } = await serve();
    const post = (path: string, body: object): Promise<Response> =>
      fetch(url + path, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
    await post('/agents/assistant/me', { message: 'first message' });
    await following.saw('first message');
    await post('/workflows/greet?wait=result', { name: 'Ada' });
    const text = await following.saw('run_end workflow:greet:');
    expect(text).to.match(/operation_start sub_\w+ assistant\/me first message\n/);
    following.child.kill('SIGINT');
    expect((await following.done).exitCode).to.equal(0);
    const one = await engine('logs', 'latest', '--json');
    const events = one.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { type: string });
    expect(events[0]?.type).to.equal('run_start');
    expect(events.at(-1)?.type).to.equal('run_end');
    const ended = await engine('logs', 'latest', '--follow');
    expect(ended.stdout.trim().split('\n')).to.have.length(events.length);
  });

  it('refuses types, names and times that there are not', async () => {
    const agent = await engine('logs', '--agent', 'asistant');
    expect([agent.exitCode, agent.stderr.trim()]).to.deep.equal([
      2,
      'error[agent_not_found]: --agent: there is no agent "asistant"; did you mean "assistant"?',
    ]);
    const workflow = await engine('logs', '--workflow', 'assistant');
    expect([workflow.exitCode, workflow.stderr.trim()]).to.deep.equal([
      2,
      'error[workflow_not_found]: --workflow: there is no workflow "assistant"; expected one of "greet", "wait"',
    ]);
    const types = await engine('logs', '--types', 'tool_edn');
    expect([types.exitCode, types.stderr]).to.satisfy(
      ([code, text]: [number, string]) => code === 2 && text.includes('did you mean "tool_end"?'),
    );
    const other = await engine('logs', 'clerk');
    expect(other.exitCode).to.equal(2);
    expect(other.stderr).to.match(
      /^error\[run_not_found\]: no run and no submission "clerk"; their ids begin/,
    );
    const since = await engine('logs', '--since', 'yesterday');
    expect([since.exitCode, since.stderr]).to.satisfy(
      ([code, text]: [number, string]) => code === 2 && text.includes('expected a duration such as 10m'),
    );
  });
});
