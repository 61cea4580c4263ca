import { expect } from 'chai';
import { findingsOf, programOf } from '../fakes/project.ts';

const agent = (compaction: string): string =>
  `description: A.\nmodel: openai/gpt-5\ncompaction: ${compaction}\n`;

describe('link: compaction', () => {
  it('has defaults, and says what it is told', async () => {
    const { agents, settings } = await programOf({
      'engine.yaml': 'compaction: { instructions: Keep names. }\n',
      'prompts/minutes.hbs': 'Write minutes.',
      'src/agents/a.yaml': 'description: A.\nmodel: openai/gpt-5\n',
      'src/agents/b.yaml': agent('{ prompt: minutes, model: openai/gpt-5-mini, keepRecentTokens: 100 }'),
      'src/agents/c.yaml': agent('false'),
    });
    expect(agents['a']?.compaction).to.equal(settings.compaction);
    expect(settings.compaction).to.deep.equal({
      enabled: true,
      contextWindowTokens: undefined,
      reserveTokens: 16_384,
      keepRecentTokens: 20_000,
      model: undefined,
      instructions: 'Keep names.',
      prompt: undefined,
    });
    expect(agents['b']?.compaction).to.deep.include({ prompt: 'minutes', keepRecentTokens: 100 });
    expect(agents['b']?.compaction.model).to.deep.include({ provider: 'openai', id: 'gpt-5-mini' });
    expect(agents['c']?.compaction.enabled).to.equal(false);
  });

  it('is refused with a window that has no room, and with a prompt file that is not there', async () => {
    const findings = await findingsOf({
      'prompts/minutes.hbs': 'Write minutes.',
      'src/agents/a.yaml': agent('{ prompt: minuts, contextWindowTokens: 30000, keepRecentToken: 1 }'),
    });
    expect(findings).to.deep.equal([
      'src/agents/a.yaml:3:23 error ref/unknown-file no prompt file "minuts"; did you mean "minutes"?',
      'src/agents/a.yaml:3:52 error schema/bad-value a window of 30000 tokens has no room for the 16384 kept free for the answer and the 20000 of the newest messages; make it larger than 36384, or write less under "reserveTokens" and "keepRecentTokens"',
      'src/agents/a.yaml:3:59 error schema/unknown-key unknown key "keepRecentToken"; did you mean "keepRecentTokens"?',
    ]);
  });
});
