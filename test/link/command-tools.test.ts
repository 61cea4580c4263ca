import { expect } from 'chai';
import { findingsOf } from '../fakes/project.ts';

const project = {
  'engine.yaml': 'model: openai/gpt-5\n',
  'src/tools/count.yaml': 'description: Counts.\ntype: command\ncommand: [wc, -l]\n',
  'src/tools/own.yaml': 'description: Counts.\ntype: command\ncommand: [wc, -l]\nsandbox: desk\n',
  'src/sandboxes/desk.yaml': 'shell: true\n',
  'src/sandboxes/dull.yaml': 'type: virtual\n',
};

describe('link: agents with tools that are commands', () => {
  it('need a sandbox with commands, unless the tool has one of its own', async () => {
    const of = (agent: string): Promise<readonly string[]> =>
      findingsOf({ ...project, 'src/agents/a.yaml': `description: A.\n${agent}` });
    expect(await of('sandbox: desk\ntools: [count, own]\n')).to.deep.equal([]);
    expect(await of('tools: [own]\n')).to.deep.equal([]);
    expect(await of('tools: [count]\n')).to.deep.equal([
      'src/agents/a.yaml:2:9 error security/tool-not-granted tool "count" runs a command and needs a sandbox that grants it; "none" has no commands at all',
    ]);
    expect(await of('sandbox: dull\ntools: [count]\n')).to.deep.equal([
      'src/agents/a.yaml:3:9 error security/tool-not-granted tool "count" runs a command and needs a sandbox that grants it; "dull" has no "shell: true"',
    ]);
  });
});
