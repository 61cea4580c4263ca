import { expect } from 'chai';
import { findingsOf, type Files } from '../fakes/project.ts';

const folder = '.agents/skills/orders';

function skill(body: string, head = '', files: Files = {}): Files {
  const text = `---\ndescription: How orders are read. Use when one is named.\n${head}---\n\n${body}\n`;
  return { [`${folder}/SKILL.md`]: text, ...files };
}

describe('rules: skills', () => {
  it('a link to a file that is not there is found at its path, with the likely file', async () => {
    const files = skill(
      'See [the rules](references/rule.md#top), ![a picture](img.png) and [more].\n\n[more]: ./references/morse.md',
      '',
      { [`${folder}/references/rules.md`]: 'Read them.' },
    );
    expect(await findingsOf(files)).to.deep.equal([
      `${folder}/SKILL.md:5:17 error skill/missing-reference no file "references/rule.md" in the folder of the skill; did you mean "references/rules.md"?`,
      `${folder}/SKILL.md:5:55 error skill/missing-reference no file "img.png" in the folder of the skill; expected one of "references/rules.md"`,
      `${folder}/SKILL.md:7:9 error skill/missing-reference no file "./references/morse.md" in the folder of the skill; did you mean "references/rules.md"?`,
    ]);
  });

  it('links to files, folders, addresses and anchors, patterns, and links in code are fine', async () => {
    const body = `[a](references/rules.md) [b](./references/) [c](https://example.com/x.md) [d](#top) [e](mailto:a@b.c)
[f](references/with%20space.md "title") [g](references/<name>.md) [h]({baseDir}/x.md) \`[i](nowhere.md)\`

\`\`\`md
[j](nowhere.md)
\`\`\`

    [k]: not a link`;
    const files = skill(body, '', {
      [`${folder}/references/rules.md`]: 'Read them.',
      [`${folder}/references/with space.md`]: 'Read it.',
    });
    expect(await findingsOf(files)).to.deep.equal([]);
  });

  it('a path in code is found only when it is nearly that of a file of the skill', async () => {
    const body =
      'Read `references/rulse.md`, `references/rules.md`, `references/rules2.md`, `out/rules.md` and `scripts/build.sh`.';
    const files = skill(body, '', {
      [`${folder}/references/rules.md`]: 'Read them.',
      'scripts/build.sh': 'true',
    });
    expect(await findingsOf(files)).to.deep.equal([
      `${folder}/SKILL.md:5:7 error skill/missing-reference no file "references/rulse.md" in the folder of the skill; did you mean "references/rules.md"?`,
    ]);
  });

  it('a tool that no agent with the skill has is found, in the place of its name', async () => {
    const tool = {
      description: 'Gives money back.',
      type: 'http',
      request: { method: 'POST', url: 'http://localhost' },
    };
    const files = {
      ...skill('Read.', 'allowed-tools: Read Bash(git:*) refund refnd WebSearch\n'),
      'src/tools/refund.yaml': tool,
      'src/tools/order.yaml': tool,
      'src/agents/helper.yaml': {
        model: 'openai/gpt-5.5',
        sandbox: 'virtual',
        tools: ['read', 'order'],
        skills: ['orders'],
      },
    };
    const end =
      'which no agent with the skill has ("helper"); add it to "tools" of the agent, or take it from "allowed-tools"';
    expect(await findingsOf(files)).to.deep.equal([
      `${folder}/SKILL.md:3:21 warning skill/tool-not-available the skill is meant for the tool "Bash", ${end}`,
      `${folder}/SKILL.md:3:33 warning skill/tool-not-available the skill is meant for the tool "refund", ${end}`,
      `${folder}/SKILL.md:3:40 warning skill/tool-not-available no tool "refnd"; expected one of "load_skill", "order", "read"`,
    ]);
  });

  it('a skill that no agent lists, and one whose tools come from a server, are left alone', async () => {
    expect(await findingsOf(skill('Read.', 'allowed-tools: refund\n'))).to.deep.equal([]);
    const files = {
      ...skill('Read.', 'allowed-tools: github__get_issue search\n'),
      'src/agents/helper.yaml': {
        model: 'openai/gpt-5.5',
        skills: ['orders'],
        mcpServers: { github: { command: 'mcp' } },
      },
    };
    expect((await findingsOf(files)).filter((line) => line.includes('skill/'))).to.deep.equal([]);
  });
});
