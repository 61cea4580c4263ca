import { expect } from 'chai';
import { findingsOf, programOf } from '../fakes/project.ts';

describe('link: profiles', () => {
  it('scalars override, lists join base first, maps merge, through a chain of profiles', async () => {
    const { agents } = await programOf({
      'src/models/m.yaml': 'default: { text: hi }\n',
      'src/profiles/root.yaml': `description: Root.
model: script/m
maxTurns: 3
sandbox: virtual
tools: [read]
env: { A: root, B: root }
modelSettings: { temperature: 1, topK: 2 }
instructions: Root speaks.
`,
      'src/profiles/middle.yaml':
        'description: Middle.\nextends: root\ntools: [ls]\nmaxTurns: 4\nenv: { B: middle }\n',
      'src/agents/leaf.yaml':
        'description: Leaf.\nextends: middle\ntools: [grep]\ntimeout: 5s\nmodelSettings: { temperature: 0 }\n',
    });
    const leaf = agents['leaf'];
    expect(leaf?.builtins).to.deep.equal(['read', 'ls', 'grep']);
    expect(leaf?.maxTurns).to.equal(4);
    expect(leaf?.timeoutMs).to.equal(5000);
    expect(leaf?.model).to.deep.equal({ provider: 'script', id: 'm', settings: {} });
    expect(leaf?.modelSettings).to.deep.equal({ temperature: 0, topK: 2 });
    expect(leaf?.instructions?.render({})).to.equal('Root speaks.');
    expect(
      Object.fromEntries(Object.entries(leaf?.env ?? {}).map(([key, value]) => [key, value.evaluate({})])),
    ).to.deep.equal({ A: 'root', B: 'middle' });
  });

  it('"model: false" beats the profile and the config', async () => {
    const { agents } = await programOf({
      'engine.yaml': 'model: script/m\n',
      'src/models/m.yaml': 'default: { text: hi }\n',
      'src/profiles/base.yaml': 'description: Base.\nmodel: script/m\n',
      'src/agents/leaf.yaml': 'description: Leaf.\nextends: base\nmodel: false\n',
    });
    expect(agents['leaf']?.model).to.equal(false);
  });

  it('a cycle is reported once, with its path, also when an agent leads into it', async () => {
    const findings = await findingsOf({
      'src/profiles/a.yaml': 'description: A.\nextends: b\n',
      'src/profiles/b.yaml': 'description: B.\nextends: c\n',
      'src/profiles/c.yaml': 'description: C.\nextends: a\n',
      'src/agents/leaf.yaml': 'description: Leaf.\nextends: b\n',
    });
    expect(findings).to.deep.equal([
      'src/profiles/c.yaml:2:10 error graph/cycle "a" extends itself: a → b → c → a',
    ]);
  });

  it('an entry that stands in the profile too, and two parents, are errors', async () => {
    const findings = await findingsOf({
      'src/profiles/base.yaml': 'description: Base.\nsandbox: virtual\ntools: [read]\n',
      'src/agents/leaf.yaml': 'description: Leaf.\nextends: base\nprofile: base\ntools: [ls, read]\n',
    });
    expect(findings).to.deep.equal([
      'src/agents/leaf.yaml:3:1 error schema/two-parents write either "extends" or "profile", not both',
      'src/agents/leaf.yaml:4:13 error ref/duplicate-entry "read" stands twice in "tools"',
    ]);
  });

  it('a profile may list tools and leave the sandbox to who extends it; an agent may not', async () => {
    const files = {
      'src/profiles/reader.yaml': 'description: Reads.\ntools: [read]\n',
      'src/agents/good.yaml': 'description: Good.\nmodel: openai/gpt-5\nextends: reader\nsandbox: virtual\n',
    };
    expect(await findingsOf(files)).to.deep.equal([]);
    expect(await findingsOf({ ...files, 'engine.yaml': 'defaults: { sandbox: none }\n' })).to.deep.equal([]);
    expect(
      await findingsOf({ ...files, 'src/agents/bad.yaml': 'description: Bad.\nextends: reader\n' }),
    ).to.deep.equal([
      'src/profiles/reader.yaml:2:9 error security/tool-not-granted tool "read" needs a sandbox that grants it; "none" has no files; write "sandbox: virtual" or name a sandbox of your own',
    ]);
  });

  it('a tool is given by the sandbox unless a list says otherwise, and what it does not grant cannot be listed', async () => {
    const files = {
      'src/sandboxes/open.yaml': 'type: virtual\nwrite: true\nshell: true\n',
      'src/agents/all.yaml':
        'description: All.\nmodel: openai/gpt-5\nsandbox: open\ndisallowedTools: [bash, Grep]\n',
      'src/agents/none.yaml': 'description: None.\nmodel: openai/gpt-5\nsandbox: open\ntools: []\n',
      'src/agents/claude.md':
        '---\ndescription: Claude.\nmodel: openai/gpt-5\nsandbox: open\ntools: Read, Bash\n---\n\nHi.\n',
    };
    const { agents } = await programOf(files);
    expect(agents['all']?.builtins).to.deep.equal(['read', 'ls', 'glob', 'write', 'edit']);
    expect(agents['none']?.builtins).to.deep.equal([]);
    expect(agents['claude']?.builtins).to.deep.equal(['read', 'bash']);
    expect(
      await findingsOf({
        'src/agents/bad.yaml': 'description: Bad.\nsandbox: virtual\ntools: [read, bash, write]\n',
      }),
    ).to.deep.equal([
      'src/agents/bad.yaml:3:15 error security/tool-not-granted tool "bash" needs a sandbox that grants it; "virtual" has no "shell: true"',
      'src/agents/bad.yaml:3:21 error security/tool-not-granted tool "write" needs a sandbox that grants it; "virtual" has no "write: true"',
    ]);
  });
});
