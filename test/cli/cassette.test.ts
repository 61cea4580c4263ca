import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startFakeServer, textReply, toolReply } from '../fakes/openai-server.ts';
import { projectOf, writeFiles } from '../fakes/project.ts';
import { runCli, startCli } from './run-cli.ts';

const key = 'key-of-the-provider-1';

describe('cli: --record and --replay', function () {
  this.timeout(120_000);

  it('a run that was recorded answers the same without server, network and key', async () => {
    const server = await startFakeServer(
      toolReply({ id: 'call_x', name: 'glob', fragments: ['{"pattern":', '"*.md"}'] }),
      textReply('There are ', `no files, ${key}.`),
    );
    const folder = projectOf({
      'engine.yaml': {
        providers: { local: { type: 'openai-compatible', baseUrl: server.baseUrl, apiKey: 'KEY' } },
        secrets: { KEY: { env: 'LOCAL_KEY', required: true } },
      },
      'src/agents/clerk.yaml': {
        model: 'local/fake',
        instructions: 'Be kind.',
        sandbox: 'virtual',
        tools: ['glob'],
      },
    });
    const run = (...more: string[]) =>
      runCli(['run', 'clerk', '--text', 'Any files?', '--quiet', '--instance', 'a', ...more], {
        cwd: folder,
        env: { LOCAL_KEY: more[0] === '--record' ? key : '' },
      });

    const recorded = await run('--record', 'tapes/clerk.yaml');
    expect(recorded).to.include({ exitCode: 0, stderr: '', stdout: 'There are no files, [secret].\n' });
    expect(server.requests[0]?.headers.authorization).to.equal(`Bearer ${key}`);
    await server.close();
    expect(readFileSync(join(folder, 'tapes/clerk.yaml'), 'utf8')).not.to.include(key);

    // Another instance, since the first one has said this already.
    const replayed = await run('--replay', 'tapes/clerk.yaml', '--instance', 'b');
    expect(replayed).to.include({ exitCode: 0, stderr: '', stdout: recorded.stdout });

    writeFiles(folder, {
      'src/agents/clerk.yaml': {
        model: 'local/fake',
        instructions: 'Be rude.',
        sandbox: 'virtual',
        tools: ['glob'],
      },
    });
    const missed = await run('--replay', 'tapes/clerk.yaml', '--instance', 'c');
    expect(missed.exitCode).to.equal(2);
    expect(missed.stderr).to.match(
      /^error\[cassette_miss\]: the cassette "tapes\/clerk.yaml" has no answer for this call of "local\/fake" \(agent "clerk", turn 1\); the nearest recorded one \(agent "clerk", turn 1\) differs: system is "Be rude\.[^]*was "Be kind\./,
    );
  });

  it('both at once are refused, and so is a cassette that is not there', async () => {
    const folder = projectOf({ 'src/agents/clerk.yaml': { model: 'openai/gpt-5.5' } });
    const run = (...more: string[]) => runCli(['run', 'clerk', '--text', 'Hi', ...more], { cwd: folder });
    const both = await run('--record', 'a.yaml', '--replay', 'a.yaml');
    expect(both.exitCode).to.equal(2);
    expect(both.stderr).to.include('option "--record <file>" cannot be used with option "--replay <file>"');
    const none = await run('--replay', 'a.yaml');
    expect(none.exitCode).to.equal(2);
    expect(none.stderr).to.equal(
      'error[invalid_request]: no cassette "a.yaml": there is no such file; write one with "record"\n',
    );
  });

  it('a run that is done again is on a cassette too', async () => {
    const folder = projectOf({
      'engine.yaml': { model: 'script/desk' },
      'src/models/desk.yaml': { replies: [{ match: { text: 'Hi' }, error: { message: 'no' } }] },
      'src/workflows/greet.yaml': { steps: [{ id: 'one', prompt: 'Hi' }] },
    });
    const cli = (...args: string[]) => runCli([...args, '--quiet'], { cwd: folder });
    expect((await cli('run', 'greet')).exitCode).to.equal(1);
    const failing = { 'src/models/desk.yaml': { default: { error: { message: 'no' } } } };
    writeFiles(folder, { 'src/models/desk.yaml': { default: { text: 'Welcome.' } } });
    expect((await cli('runs', 'redrive', 'latest', '--record', 'a.yaml')).stdout).to.equal('Welcome.\n');
    writeFiles(folder, failing);
    expect((await cli('run', 'greet')).exitCode).to.equal(1);
    expect(await cli('runs', 'redrive', 'latest', '--replay', 'a.yaml')).to.include({
      exitCode: 0,
      stdout: 'Welcome.\n',
    });
    const both = await cli(
      'runs',
      'redrive',
      'latest',
      '--replay',
      'a.yaml',
      '--server',
      'http://127.0.0.1:9',
    );
    expect(both.exitCode).to.equal(2);
  });

  it('a served project answers from a cassette', async () => {
    const folder = projectOf({
      'src/agents/clerk.yaml': { model: 'script/desk' },
      'src/models/desk.yaml': { default: { text: 'Welcome.' } },
    });
    await runCli(['run', 'clerk', '--text', 'Hi', '--record', 'a.yaml'], { cwd: folder });
    const served = startCli(['serve', '--port', '0', '--json', '--replay', 'a.yaml'], { cwd: folder });
    try {
      const { url } = JSON.parse((await served.saw('\n')).split('\n', 1)[0] ?? '') as { url: string };
      const ask = async (message: string) =>
        (await fetch(`${url}/agents/clerk/x`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ message }),
        }).then((response) => response.json())) as Record<string, { type?: string; text?: string }>;
      expect((await ask('Hi'))['result']?.text).to.equal('Welcome.');
      expect((await ask('Bye'))['error']?.type).to.equal('cassette_miss');
    } finally {
      served.child.kill('SIGTERM');
      await served.done;
    }
  });
});
