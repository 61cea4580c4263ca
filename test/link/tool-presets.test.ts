import { expect } from 'chai';
import { findingsOf, programOf } from '../fakes/project.ts';

const files = {
  'engine.yaml': 'model: openai/gpt-5\n',
  'src/sandboxes/box.yaml': 'type: virtual\nwrite: true\nshell: true\n',
  'src/agents/reader.yaml': 'description: x\nsandbox: box\ntools: [read-only]\n',
  'src/agents/less.yaml': 'description: x\nsandbox: box\ntools: "read-only, bash"\ndisallowedTools: [grep]\n',
  'src/agents/writer.yaml': 'description: x\nsandbox: box\ndisallowedTools: read-only\n',
};

describe('link: the built-in tools of an agent', () => {
  it('"read-only" stands for those that change nothing', async () => {
    const { agents } = await programOf(files);
    expect(agents['reader']?.builtins).to.deep.equal(['read', 'ls', 'glob', 'grep']);
    expect(agents['less']?.builtins).to.deep.equal(['read', 'ls', 'glob', 'bash']);
    expect(agents['writer']?.builtins).to.have.members(['write', 'edit', 'bash']);
  });

  it('they need a sandbox with files', async () => {
    const found = await findingsOf({
      'engine.yaml': 'model: openai/gpt-5\n',
      'src/agents/reader.yaml': 'description: x\ntools: [read-only]\n',
    });
    expect(found).to.have.length(1);
    expect(found[0]).to.contain('tool "read-only" needs a sandbox that grants it');
  });

  it('commands of an agent need a sandbox that runs any', async () => {
    const found = await findingsOf({
      'engine.yaml': 'model: openai/gpt-5\n',
      'src/sandboxes/box.yaml': 'type: virtual\nwrite: true\n',
      'src/agents/runner.yaml': 'description: x\nsandbox: box\ncommands: [make]\n',
      'src/agents/bare.yaml': 'description: x\nsandbox: none\ncommands: [make]\n',
      'src/profiles/open.yaml': 'description: x\ncommands: [make]\n',
    });
    expect(found).to.have.length(2);
    expect(found.join('\n'))
      .to.contain('"commands" need a sandbox that runs any; "box" has no "shell: true"')
      .and.to.contain('has no commands at all');
  });

  it('rules may name kinds of tools, and only those that there are', async () => {
    const agent = (rule: string) => `description: x\nsandbox: box\npermissions:\n  ask: ["${rule}"]\n`;
    const project = (rule: string) => ({ ...files, 'src/agents/reader.yaml': agent(rule) });
    for (const rule of ['@destructive', '@read-only', '@open-world'])
      expect(await findingsOf(project(rule)), rule).to.deep.equal([]);
    const [found] = await findingsOf(project('@destructiv'));
    expect(found).to.contain('no kind of tools is called "@destructiv"; did you mean "@destructive"?');
    expect((await findingsOf(project('@destructive(x)')))[0]).to.contain('no kind of tools');
  });
});
