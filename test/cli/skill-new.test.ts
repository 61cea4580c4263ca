import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { findingsOf } from '../fakes/project.ts';
import { makeProject, runCli, type Finished } from './run-cli.ts';

const files = {
  'engine.yaml': 'name: x\nmodel: script/a\n',
  'src/models/a.yaml': 'default: { text: hi }\n',
  'src/skills/other/SKILL.md': '---\nname: other\ndescription: Use it for others.\n---\n\nHi.\n',
};

describe('engine skill new', () => {
  let project: Awaited<ReturnType<typeof makeProject>>;
  beforeEach(async () => (project = await makeProject(files)));
  afterEach(() => project.remove());

  const make = (...args: string[]): Promise<Finished> =>
    runCli(['skill', 'new', ...args], { cwd: project.folder });

  it('writes a skill that the project has nothing against, and overwrites none', async () => {
    const file = '.agents/skills/refund-policy/SKILL.md';
    expect(await make('refund-policy')).to.deep.include({ exitCode: 0, stdout: `${file}\n` });
    const text = readFileSync(join(project.folder, file), 'utf8');
    expect(text).to.match(/^---\nname: refund-policy\ndescription: .+\n---\n\n1\. /);
    expect(await findingsOf({ ...files, [file]: text })).to.deep.equal([]);
    const again = await make('refund-policy', '--description', 'Another one.');
    expect([again.exitCode, again.stderr]).to.deep.equal([
      2,
      `error[conflict]: "${file}" is there already\n`,
    ]);
    expect(readFileSync(join(project.folder, file), 'utf8')).to.equal(text);
    const json = await make('wrapping', '--description', 'Wraps: "gifts". Use it for gifts.', '--json');
    expect(JSON.parse(json.stdout)).to.deep.equal({
      name: 'wrapping',
      file: '.agents/skills/wrapping/SKILL.md',
      description: 'Wraps: "gifts". Use it for gifts.',
    });
    expect((await runCli(['validate'], { cwd: project.folder })).exitCode).to.equal(0);
  });

  it('refuses what the project would have a fault of, and writes nothing', async () => {
    for (const [args, message] of [
      [['1bad'], 'error[invalid_request]: "1bad" cannot be a name'],
      [['../out'], 'error[invalid_request]: "../out" cannot be the name of a folder'],
      [['long', '--description', 'x'.repeat(1100)], 'must have at most 1024 characters'],
      [['other'], 'error[conflict]: the skill "other" of "src/skills/other/SKILL.md" hides'],
      [['one', '--project', 'nowhere'], 'make one with "engine init"'],
    ] as const) {
      const { exitCode, stderr } = await make(...args);
      expect([exitCode, stderr]).to.satisfy(
        ([code, text]: [number, string]) => code === 2 && text.includes(message),
        stderr,
      );
    }
    const { stdout } = await runCli(['validate'], { cwd: project.folder });
    expect(stdout).to.include('ok: 1 skill');
  });
});
