import type { Files } from '../../fakes/project.ts';

/** A project with one agent that has files, commands, a skill, a helper and a role. */
export const project: Files = {
  'engine.yaml': 'secrets: { TOKEN: { env: TOKEN }, OTHER: { env: OTHER } }\n',
  'src/sandboxes/box.yaml': 'type: virtual\nwrite: true\nshell: true\n',
  'src/sandboxes/strict.yaml': 'type: virtual\nwrite: true\nshell: true\ncommands: [echo]\n',
  'src/agents/a.md':
    '---\ndescription: A.\nmodel: openai/gpt-5\nsandbox: box\nsubagents: [helper]\n---\n\nYou are A.\n',
  'src/agents/strict.md':
    '---\ndescription: S.\nmodel: openai/gpt-5\nsandbox: strict\n---\n\nYou are strict.\n',
  'src/agents/plain.md': '---\ndescription: P.\nmodel: openai/gpt-5\n---\n\nYou are plain.\n',
  'src/profiles/helper.md': '---\ndescription: Helps.\n---\n\nYou help.\n',
  'src/roles/poet.md': '---\ndescription: P.\n---\n\nYou rhyme.\n',
  'src/skills/review/SKILL.md': '---\nname: review\ndescription: Reviews.\n---\n\nLook at every line.\n',
  'src/skills/review/list.md': 'First this.\n',
  'src/tools/lookup.yaml':
    'description: Looks up.\ntype: node\nmodule: ./lookup.ts\ninputSchema: { type: object }\n',
  'src/tools/lookup.ts':
    "export default { run: (input, { secrets }) => ({ token: secrets.get('TOKEN').length }) };\n",
};
