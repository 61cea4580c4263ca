import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import { loadProject, loadShipped, type LoadedProject } from '../../engine/source/index.ts';

describe('loadProject', () => {
  let root: string;

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'project-'));
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  const write = async (files: Readonly<Record<string, string | Uint8Array>>): Promise<void> => {
    for (const [file, text] of Object.entries(files)) {
      await mkdir(dirname(join(root, file)), { recursive: true });
      await writeFile(join(root, file), text);
    }
  };
  const load = async (
    files: Readonly<Record<string, string | Uint8Array>>,
  ): Promise<{ project: LoadedProject; found: string[] }> => {
    await write(files);
    const { value, diagnostics } = await loadProject(root);
    return { project: value, found: diagnostics.map(({ level, rule, file }) => `${level} ${rule} ${file}`) };
  };
  const names = (project: LoadedProject): string[] =>
    project.sources.map(({ kind, name, file }) => `${kind} ${name} ${file}`).sort();

  it('finds every kind in its folder and in all roots', async () => {
    const { project, found } = await load({
      'engine.yaml': 'name: shop\n',
      'src/agents/triage.md': 'Hi',
      'src/agents/team/lead.yaml': 'model: a/b',
      '.agents/roles/strict.md': 'Be strict',
      '.agents/skills/refund/SKILL.md': '---\nname: refund\ndescription: d\n---\nKnow.',
      '.agents/skills/refund/references/a.md': 'more',
      '.agents/skills/refund/picture.png': Uint8Array.of(0xff, 0xd8, 0, 1),
      '.engine/sandboxes/safe.yaml': 'type: virtual',
      '.engine/engine.db': 'binary',
      'tests/first.yaml': 'agent: triage',
      'tests/unit.test.ts': 'code',
      'models/demo.yaml': 'replies: []',
      'schemas/order.json': '{"type": "object"}',
      'src/tools/pay.yaml': 'type: node',
      'src/tools/pay.ts': 'code',
      'src/tools/sum.ts': 'code',
      'src/tools/lib/shared.ts': 'code',
      'partials/sign.hbs': 'Bye',
      'prompts/role.hbs': 'Role',
      'AGENTS.md': 'Project',
      'CLAUDE.md': '@AGENTS.md\n',
      'src/agents/README.md': 'about',
      'src/agents/_draft.md': 'no',
    });
    expect(found).to.deep.equal([]);
    expect(project.name).to.equal('shop');
    expect(names(project)).to.deep.equal([
      'agent team.lead src/agents/team/lead.yaml',
      'agent triage src/agents/triage.md',
      'model demo models/demo.yaml',
      'role strict .agents/roles/strict.md',
      'sandbox safe .engine/sandboxes/safe.yaml',
      'schema order schemas/order.json',
      'skill refund .agents/skills/refund/SKILL.md',
      'test first tests/first.yaml',
      'tool pay src/tools/pay.yaml',
    ]);
    expect(project.sources.find(({ kind }) => kind === 'skill')?.files).to.deep.equal({
      'references/a.md': 'more',
    });
    expect(project.modules).to.deep.equal({ sum: join(root, 'src/tools/sum.ts') });
    expect(project.partials).to.deep.equal({ sign: 'Bye' });
    expect(project.prompts).to.deep.equal({ role: 'Role' });
    expect(project.instructions).to.deep.equal([{ file: 'AGENTS.md', text: 'Project' }]);
  });

  it('lets the later root win and says so', async () => {
    const { project, found } = await load({ 'agents/a.md': 'one', 'src/agents/a.md': 'two' });
    expect(found).to.deep.equal(['warning ref/shadowed src/agents/a.md']);
    expect(names(project)).to.deep.equal(['agent a src/agents/a.md']);
  });

  it('refuses two files for one name in one root', async () => {
    const { found } = await load({
      'src/agents/a.md': 'one',
      'src/agents/a.yaml': 'model: a/b',
      'src/tools/t.ts': '',
      'src/tools/t.js': '',
    });
    expect(found).to.deep.equal([
      'error ref/duplicate-name src/agents/a.yaml',
      'error ref/duplicate-name src/tools/t.ts',
    ]);
  });

  it('checks names and kinds against the place of the file', async () => {
    const { found } = await load({
      'src/agents/a.md': '---\nname: b\n---\nx',
      'src/agents/c.agent.yaml': 'model: a/b',
      'src/tools/deep/d.yaml': 'type: http',
      'src/roles/e.yaml': 'kind: agent',
    });
    expect(found).to.deep.equal([
      'error schema/name-mismatch src/agents/a.md',
      'error schema/bad-name src/agents/c.agent.yaml',
      'error schema/kind-mismatch src/roles/e.yaml',
      'error schema/bad-name src/tools/deep/d.yaml',
    ]);
  });

  it('ignores no file silently and knows misspelt folders', async () => {
    const { found } = await load({
      'src/agents/a.txt': 'x',
      'src/skills/b.md': 'x',
      'src/agnets/c.md': 'x',
      'src/lib/d.md': 'x',
    });
    expect(found.sort()).to.deep.equal([
      'error source/unknown-folder src/agnets',
      'warning source/ignored-file src/agents/a.txt',
      'warning source/ignored-file src/skills/b.md',
    ]);
  });

  it('takes a file outside its folder that says its kind', async () => {
    const { project, found } = await load({
      'support.yaml': 'kind: agent\nmodel: a/b\n',
      'deployment.yaml': 'apiVersion: apps/v1\nkind: Deployment\n',
      'src/wrong.yaml': 'apiVersion: engine/v1\nkind: agnet\n',
    });
    expect(names(project)).to.deep.equal(['agent support support.yaml']);
    expect(found).to.deep.equal(['error schema/bad-enum src/wrong.yaml']);
  });

  it('reads an agent of Claude Code as it is', async () => {
    const { project, found } = await load({
      '.claude/agents/reviewer.md':
        '---\nname: code-reviewer\ndescription: d\ntools: Read, Grep\nmodel: inherit\ncolor: red\neffort: max\npermissionMode: plan\n---\nReview.',
    });
    expect(found).to.deep.equal(['info source/ignored-key .claude/agents/reviewer.md']);
    expect(project.sources.map(({ name, value }) => ({ name, value }))).to.deep.equal([
      {
        name: 'code-reviewer',
        value: {
          name: 'code-reviewer',
          description: 'd',
          tools: 'Read, Grep',
          thinking: 'xhigh',
          instructions: 'Review.',
        },
      },
    ]);
  });

  it('never follows a link out of the project', async () => {
    const outside = await mkdtemp(join(tmpdir(), 'outside-'));
    try {
      await writeFile(join(outside, 'evil.md'), 'x');
      await write({ 'src/agents/a.md': 'x' });
      await symlink(join(outside, 'evil.md'), join(root, 'src/agents/evil.md'));
      await symlink(outside, join(root, 'src/roles'));
      await symlink(join(root, 'src/agents'), join(root, 'src/agents/again'));
      const { project, found } = await load({});
      expect(names(project)).to.deep.equal(['agent a src/agents/a.md']);
      expect(found).to.deep.equal([
        'warning source/outside-project src/agents/evil.md',
        'warning source/outside-project src/roles',
      ]);
    } finally {
      await rm(outside, { recursive: true, force: true });
    }
  });

  it('says what is no file though it has the name of one', async () => {
    await write({ 'src/agents/a.md': 'x', 'src/agents/team.md/b.md': 'x' });
    await mkdir(join(root, 'src/agents/folder.md'));
    await symlink(join(root, 'nowhere.yaml'), join(root, 'src/agents/link.yaml'));
    const { project, found } = await load({});
    expect(names(project)).to.deep.equal([
      'agent a src/agents/a.md',
      'agent team.md.b src/agents/team.md/b.md',
    ]);
    expect(found).to.deep.equal([
      'warning source/ignored-file src/agents/folder.md',
      'warning source/ignored-file src/agents/link.yaml',
    ]);
  });

  it('reports files that are too large or no text', async () => {
    const { found } = await load({
      'src/agents/a.md': 'x'.repeat(1024 * 1024 + 1),
      'src/agents/b.md': Uint8Array.of(0xff, 0xfe, 0),
    });
    expect(found).to.deep.equal([
      'error source/unreadable src/agents/a.md',
      'error source/unreadable src/agents/b.md',
    ]);
  });

  it('says that a folder is not there', async () => {
    const { diagnostics } = await loadProject(join(root, 'nothing'));
    expect(diagnostics.map(({ rule, message }) => [rule, message])).to.deep.equal([
      ['source/no-project', `no folder "${join(root, 'nothing')}"`],
    ]);
  });

  describe('config', () => {
    it('may be the key "engine" of package.json, with positions of that file', async () => {
      const { project } = await load({
        'package.json': '{\n\t"name": "x",\n\t"engine": {\n\t\t"name": "shop"\n\t}\n}\n',
      });
      expect(project.config?.value).to.deep.equal({ name: 'shop' });
      expect(project.config?.rangeOf('/name').start).to.include({ line: 4, column: 11 });
      expect(project.name).to.equal('shop');
    });

    it('is taken from the first place, with a warning about the others', async () => {
      const { project, found } = await load({
        '.enginerc': 'name: b',
        'engine.yaml': 'name: a',
        'package.json': '{"name": "c"}',
      });
      expect(project.name).to.equal('a');
      expect(found).to.deep.equal(['warning source/second-config engine.yaml']);
    });

    it('runs no code and imports nothing, whatever lies beside it', async () => {
      const ran = 'globalThis.configRan = true; module.exports = {}';
      const { project } = await load({
        'engine.yaml': 'name: a\n$import: ./other.yaml\n',
        'other.yaml': 'name: b',
        'engine.config.js': ran,
        '.enginerc.js': ran,
        '.config/config.js': ran,
        'package.json': '{"cosmiconfig": {"searchPlaces": [".enginerc.js"]}}',
      });
      const before = process.cwd();
      process.chdir(root);
      try {
        await loadProject('.');
      } finally {
        process.chdir(before);
      }
      expect('configRan' in globalThis).to.equal(false);
      expect(project.config?.value).to.deep.equal({ name: 'a', $import: './other.yaml' });
    });
  });
});

describe('loadShipped', () => {
  it('reads the specs of the package without a finding', async () => {
    const { sources, prompts, diagnostics } = loadShipped();
    expect(diagnostics).to.deep.equal([]);
    expect(sources.every(({ shipped }) => shipped)).to.equal(true);
    // What is known of programs stands beside them, and is no sandbox.
    expect(sources.filter(({ kind }) => kind === 'sandbox').map(({ name }) => name)).to.have.members([
      'none',
      'virtual',
    ]);
    expect(Object.keys(prompts)).to.not.be.empty;
  });
});
