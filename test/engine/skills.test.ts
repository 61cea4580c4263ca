import { expect } from 'chai';
import { Problem } from '../../engine/core/problem.ts';
import { loadSkill } from '../../engine/code/load-skill.ts';
import { findingsOf, projectOf } from '../fakes/project.ts';
import { closeEngines, engineOf, failureOf } from './kit.ts';
import { join } from 'node:path';
import { symlinkSync, writeFileSync } from 'node:fs';

const skill = (name: string): string =>
  `---\nname: ${name}\ndescription: Use it for ${name}.\n---\nDo ${name}.\n`;

const files = {
  'engine.yaml': 'model: openai/gpt-5\n',
  '.agents/skills/returns/SKILL.md': skill('returns'),
  '.agents/skills/returns/args.schema.yaml':
    'type: object\nrequired: [order]\nadditionalProperties: false\nproperties: { order: { type: string }, days: { type: number, default: 14 } }\n',
  'src/agents/clerk.yaml': 'skills: [returns]\n',
  'src/workflows/takes.yaml':
    'inputSchema: { type: object, properties: { order: {} } }\nsteps: [{ id: a, skill: returns, agent: clerk, with: { order: "${{ input.order }}" } }]\n',
};

describe('engine: skills', () => {
  afterEach(closeEngines);

  it('the catalogue is told, the skill itself only when it is loaded', async () => {
    const { engine, models } = await engineOf(files);
    await engine.agents.session('clerk', 'x').prompt('hi');
    expect(models.requests[0]?.system)
      .to.contain('- returns: Use it for returns.')
      .and.not.to.contain('Do returns.');
    expect(models.requests[0]?.tools.map(({ name }) => name)).to.deep.equal(['load_skill']);
  });

  it('arguments must fit the schema in the folder of the skill, whose defaults are filled in', async () => {
    const { engine, models } = await engineOf(files);
    const session = engine.agents.session('clerk', 'x');
    expect(await failureOf(session.skill('returns', { args: { order: 7 } }))).to.deep.include({
      type: 'invalid_input',
      message: 'arguments of skill "returns": /order must be string, got number 7',
    });
    expect(models.requests).to.deep.equal([]);
    await session.skill('returns', { args: { order: 'A7' } });
    const said = JSON.stringify(models.requests[0]?.messages);
    expect(said).to.contain('Do returns.').and.to.contain('\\"days\\": 14');
    expect(await failureOf(engine.workflows.run('takes', { order: 7 }))).to.deep.include({
      type: 'invalid_input',
    });
    expect((await engine.workflows.run('takes', { order: 'A7' })).output).to.equal('ok');
  });

  it('a program may ask by a skill of the workspace, where the project has none of its name', async () => {
    const there = {
      ...files,
      'src/sandboxes/repo.yaml': 'type: virtual\nworkspace: /repo\nmounts: [{ from: repo, to: /repo }]\n',
      'src/agents/dev.yaml': 'sandbox: repo\n',
      'repo/.agents/skills/release/SKILL.md': skill('release'),
      'repo/.agents/skills/release/steps.md': 'One.\n',
      'repo/.agents/skills/returns/SKILL.md': '---\nname: returns\ndescription: x\n---\nNot this.\n',
      'repo/.agents/skills/broken/SKILL.md': '---\nname: other\n---\n',
    };
    const { engine, models } = await engineOf(there);
    const session = engine.agents.session('dev', 'x');
    await session.skill('release', { args: { tag: 'v1' } });
    const said = JSON.stringify(models.requests[0]?.messages);
    expect(said).to.contain('Do release.').and.to.contain('v1').and.not.to.contain('load_skill');
    const { entries } = await session.entries({ limit: 1 });
    expect(entries.map((entry) => entry.kind === 'message' && entry.source)).to.deep.equal(['skill']);
    await session.skill('returns', { args: { order: 'A7' } });
    expect(JSON.stringify(models.requests[1]?.messages))
      .to.contain('Do returns.')
      .and.not.to.contain('Not this.');
    expect(await failureOf(session.skill('relaese'))).to.deep.equal({
      type: 'not_found',
      message: 'no skill "relaese"; did you mean "release"?',
    });
    expect(await failureOf(session.skill('broken'))).to.deep.include({ type: 'invalid_request' });
    expect(await failureOf(engine.agents.session('clerk', 'x').skill('release'))).to.deep.include({
      message: 'no skill "release"; expected one of "returns"',
    });
  });

  it('a schema of arguments that is none is a finding', async () => {
    const found = await findingsOf({
      ...files,
      '.agents/skills/returns/args.schema.yaml': 'type: objct\n',
    });
    expect(found.join('\n')).to.contain('schema/invalid-json-schema "args.schema.yaml" at "/type":');
  });

  it('a skill is loaded from a folder with its text files, and nothing from outside of it', () => {
    const folder = projectOf({
      'know-how/returns/SKILL.md': skill('returns'),
      'know-how/returns/references/a.md': 'tea\n',
      'secret.md': 'secret\n',
      'know-how/bad/SKILL.md': '---\nname: other\n---\n',
    });
    const at = join(folder, 'know-how/returns');
    symlinkSync(join(folder, 'secret.md'), join(at, 'linked.md'));
    symlinkSync(join(folder, 'nowhere'), join(at, 'broken.md'));
    writeFileSync(join(at, 'picture.png'), Buffer.from([0, 255, 1]));
    const { name, description, files: beside } = loadSkill(at);
    expect({ name, description, beside }).to.deep.equal({
      name: 'returns',
      description: 'Use it for returns.',
      beside: { 'references/a.md': 'tea\n' },
    });
    expect(loadSkill(join(at, 'SKILL.md')).name).to.equal('returns');
    expect(() => loadSkill(join(folder, 'nothing'))).to.throw(Problem, 'there is no SKILL.md');
    expect(() => loadSkill(join(folder, 'know-how/bad'))).to.throw(Problem, 'skill "bad"');
  });
});
