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
});
