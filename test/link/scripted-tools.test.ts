import { expect } from 'chai';
import { findingsOf } from '../fakes/project.ts';

const files = (tool: string): Record<string, string> => ({
  'engine.yaml': 'model: script/m\n',
  'src/agents/a.yaml': 'description: x\nsandbox: virtual\n',
  'src/models/m.yaml': `replies:\n  - match: { turn: 1 }\n    toolCalls: [{ tool: ${tool} }]\n  - match: { tool: ${tool} }\n    text: done\n`,
});

describe('link: tools that a scripted model calls', () => {
  it('one that is like none of the project is a warning, since a call may bring it along', async () => {
    const found = await findingsOf(files('ruler'));
    expect(found).to.have.length(2);
    for (const one of found)
      expect(one).to.match(
        / warning ref\/unknown-tool.*no tool "ruler" in this project; it can only be one that/,
      );
  });

  it('one that is nearly one of the project is an error', async () => {
    const found = await findingsOf(files('grpe'));
    expect(found).to.have.length(2);
    for (const one of found) expect(one).to.match(/ error ref\/unknown-tool.*did you mean "grep"/);
  });
});
