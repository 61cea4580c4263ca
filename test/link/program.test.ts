import { expect } from 'chai';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Program } from '../../engine/program/program.ts';
import { programOf, projectOf, writeFiles } from '../fakes/project.ts';

const examples = fileURLToPath(new URL('../../examples/', import.meta.url));

const files = {
  'AGENTS.md': 'Be brief.\n',
  'engine.yaml': 'model: fast\nmodels: { fast: { model: script/m } }\n',
  'src/models/m.yaml': 'replies:\n  - { match: { text: a }, text: b }\ndefault: { text: hi }\n',
  'partials/sign.hbs': 'Yours',
  '.agents/roles/boss.md': '---\ndescription: Boss.\n---\n\nBe firm.\n',
  '.agents/skills/guide/SKILL.md': '---\nname: guide\ndescription: A guide.\n---\n\nText.\n',
  '.agents/skills/guide/more.md': 'More.\n',
  'src/sandboxes/box.yaml': 'type: virtual\n',
  'src/profiles/base.yaml': 'description: Base.\nskills: [guide]\n',
  'src/profiles/helper.yaml': 'description: Helper.\n',
  'src/agents/one.md':
    '---\ndescription: One.\nextends: base\nsubagents: [helper]\n---\n\nHello. {{> sign}}\n',
  'src/agents/other.md': '---\ndescription: Other.\n---\n\nHello.\n',
  'src/tools/ping.yaml': 'description: Pings.\ntype: http\nrequest: { url: "http://localhost/" }\n',
  'src/workflows/flow.yaml': `sandbox: box
steps:
  - { id: ask, agent: one, message: hi, role: boss }
  - { id: ping, tool: ping }
`,
  'src/workflows/small.yaml': 'steps:\n  - { id: only, set: { n: 1 } }\n',
};

describe('link: the Program', () => {
  it('is frozen to the bottom', async () => {
    for (const program of [await programOf(files), await programOf(join(examples, 'issue-triage'))]) {
      const thawed: string[] = [];
      const look = (value: unknown, path: string): void => {
        if (typeof value !== 'object' || value === null) return;
        if (!Object.isFrozen(value)) thawed.push(path);
        for (const [key, inner] of Object.entries(value)) look(inner, `${path}/${key}`);
      };
      look(program, '');
      expect(thawed).to.deep.equal([]);
      const open = program as unknown as Record<string, Record<string, unknown>>;
      expect(() => (open['agents']!['new'] = {})).to.throw(TypeError);
      expect(() => (open['settings']!['model'] = 'x')).to.throw(TypeError);
      expect(() => delete open['workflows']).to.throw(TypeError);
    }
  });

  it('has the same hashes at every load, in every folder, and whatever the layout of the files', async () => {
    const first = await programOf(files);
    const second = await programOf({
      ...files,
      'src/workflows/small.yaml': '# A comment.\nsteps:\n  - id: only\n    set:\n      n: 1\n',
    });
    expect(hashesOf(second)).to.deep.equal(hashesOf(first));
  });

  const everything = ['agent one', 'agent other', 'workflow flow', 'workflow small'];
  const changes: readonly [path: string, text: string, changed: readonly string[]][] = [
    ['src/workflows/small.yaml', 'steps:\n  - { id: only, set: { n: 2 } }\n', ['workflow small']],
    ['src/workflows/flow.yaml', `${files['src/workflows/flow.yaml']}output: 1\n`, ['workflow flow']],
    ['src/agents/one.md', files['src/agents/one.md'].replace('Hello', 'Bye'), ['agent one', 'workflow flow']],
    ['src/agents/other.md', files['src/agents/other.md'].replace('Hello', 'Bye'), ['agent other']],
    [
      'src/profiles/base.yaml',
      `${files['src/profiles/base.yaml']}maxTurns: 2\n`,
      ['agent one', 'workflow flow'],
    ],
    ['src/profiles/helper.yaml', `${files['src/profiles/helper.yaml']}maxTurns: 2\n`, ['workflow flow']],
    [
      '.agents/skills/guide/SKILL.md',
      `${files['.agents/skills/guide/SKILL.md']}\nEnd.\n`,
      ['agent one', 'workflow flow'],
    ],
    ['.agents/skills/guide/more.md', 'Less.\n', ['agent one', 'workflow flow']],
    ['.agents/roles/boss.md', files['.agents/roles/boss.md'].replace('firm', 'kind'), ['workflow flow']],
    ['src/sandboxes/box.yaml', 'type: virtual\nwrite: true\n', ['workflow flow']],
    ['src/tools/ping.yaml', files['src/tools/ping.yaml'].replace('localhost', 'other'), ['workflow flow']],
    ['AGENTS.md', 'Be long.\n', everything],
    [
      'src/models/m.yaml',
      'replies:\n  - { match: { text: c }, text: b }\ndefault: { text: hi }\n',
      everything,
    ],
    ['engine.yaml', 'model: fast\nmodels: { fast: { model: openai/gpt-5 } }\n', everything],
    ['partials/sign.hbs', 'Bye', everything],
    ['prompts/role.hbs', 'You are {{name}}. {{instructions}}', everything],
  ];
  for (const [path, text, changed] of changes) {
    it(`a change of ${path} changes the hashes of what reaches it, and no others`, async () => {
      const folder = projectOf(files);
      const before = hashesOf(await programOf(folder));
      writeFiles(folder, { [path]: text });
      const program = await programOf(folder);
      const after = hashesOf(program);
      expect(Object.keys(after).filter((name) => after[name] !== before[name])).to.deep.equal([
        ...changed,
        'program',
      ]);
    });
  }
});

function hashesOf({ agents, workflows, hash }: Program): Record<string, string> {
  const named = (
    kind: string,
    specs: Readonly<Record<string, { readonly hash: string }>>,
  ): [string, string][] =>
    Object.entries(specs)
      .map(([name, spec]): [string, string] => [`${kind} ${name}`, spec.hash])
      .sort();
  return Object.fromEntries([...named('agent', agents), ...named('workflow', workflows), ['program', hash]]);
}
