import { expect } from 'chai';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createEngine } from '../../engine/engine.ts';
import { projectOf } from '../fakes/project.ts';
import { runCli, type Finished } from './run-cli.ts';

describe('engine sessions', function () {
  this.timeout(120_000);
  let folder: string;
  before(async () => {
    folder = projectOf({
      'engine.yaml': 'model: script/m\n',
      'src/models/m.yaml': 'default: { text: "You said {{text}}" }\n',
      'src/agents/a.md': '---\ndescription: A.\n---\n\nYou are A.\n',
    });
    const engine = await createEngine({ project: folder, env: {} });
    await engine.agents.session('a', 'x').prompt('Hi\u001b[31m');
    await engine.agents.session('a', 'x', 'other').prompt('Ho');
    await engine.close();
  });
  const run = (args: readonly string[], stdin = ''): Promise<Finished> =>
    runCli(['sessions', ...args], { cwd: folder, stdin });

  it('lists and shows, as text and as JSON', async () => {
    const listed = await run(['list', 'a', 'x']);
    expect(listed.stdout).to.match(/^SESSION +ENTRIES +CREATED +UPDATED\ndefault +2 .*\nother +2 /);
    const json = JSON.parse((await run(['list', 'a', 'x', '--json', '--limit', '1'])).stdout) as {
      sessions: { session: string }[];
      next: string;
    };
    expect([json.sessions[0]?.session, json.next]).to.deep.equal(['default', 'default']);
    const shown = await run(['show', 'a', 'x']);
    expect(shown.stdout).to.match(
      /^0 {2}\S+ {2}user \(prompt\)\n {2}Hi\uFFFD\[31m\n1 {2}\S+ {2}assistant \(prompt\)\n {2}You said Hi/,
    );
    const unknown = await run(['show', 'a', 'x', 'nobody']);
    expect([unknown.exitCode, unknown.stdout]).to.deep.equal([2, '']);
    expect(unknown.stderr).to.contain('error[session_not_found]');
  });

  it('carries a session into another instance, and deletes it', async () => {
    const exported = await run(['export', 'a', 'x', 'other']);
    expect(exported.stdout.split('\n')).to.have.length(4);
    const file = join(folder, 'talk.jsonl');
    writeFileSync(file, exported.stdout);
    const imported = await run(['import', 'a', 'y', 'copy', file]);
    expect([imported.exitCode, imported.stderr]).to.deep.equal([0, 'imported session "copy"\n']);
    expect((await run(['import', 'a', 'y', 'copy', '-'], exported.stdout)).stderr).to.contain(
      'error[conflict]',
    );
    const bad = await run(
      ['import', 'a', 'y', 'bad', '-'],
      readFileSync(file, 'utf8').replace('"user"', '"x"'),
    );
    expect([bad.exitCode, bad.stderr.includes('line 2')]).to.deep.equal([2, true]);
    const deleted = await run(['delete', 'a', 'y', 'copy', '--records', '--json']);
    expect(JSON.parse(deleted.stdout)).to.deep.equal({ deleted: 'copy' });
    expect((await run(['list', 'a', 'y'])).stderr).to.equal('no sessions\n');
  });
});
