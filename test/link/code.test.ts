import { expect } from 'chai';
import { compile } from '../../engine/compile.ts';
import { findingsOf, projectOf } from '../fakes/project.ts';

const tool = 'description: Asks.\ntype: http\nrequest: { url: "https://a.example/" }\n';
const agent = (code: string, more = ''): string =>
  `description: A.\nmodel: openai/gpt-5\ncode: ${code}\n${more}`;

describe('link: code', () => {
  it('an agent names the runner alone, or with tools and limits', async () => {
    const folder = projectOf({
      'src/tools/ask.yaml': tool,
      'src/agents/short.yaml': agent('monty'),
      'src/agents/long.yaml': agent(
        '{ runner: monty, tools: [ask], limits: { time: 2s, memoryMb: 8 } }',
        'tools: [ask]\n',
      ),
      'src/agents/none.yaml': agent('false', 'extends: able\n'),
      'src/agents/able.yaml': agent('', 'extends: able\n').replace('code: \n', ''),
      'src/profiles/able.yaml': 'code: monty\n',
    });
    const { program, diagnostics } = await compile(folder);
    expect(diagnostics.filter(({ level }) => level === 'error')).to.deep.equal([]);
    const codes = Object.entries(program?.agents ?? {}).map(([name, { code }]) => [name, code]);
    const plain = { runner: 'monty', tools: [], limits: {} };
    expect(Object.fromEntries(codes)).to.deep.equal({
      short: plain,
      long: { runner: 'monty', tools: ['ask'], limits: { timeMs: 2_000, memoryBytes: 8 * 1024 * 1024 } },
      none: false,
      able: plain,
    });
  });

  it("names tools that are there, and are the agent's", async () => {
    const findings = await findingsOf(
      projectOf({
        'src/tools/ask.yaml': tool,
        'src/agents/a.yaml': agent('{ runner: monty, tools: [ask, ak] }', 'sandbox: none\n'),
        'src/workflows/w.yaml': 'steps:\n  - { id: s, code: "1", tools: [ask, ak] }\n',
      }),
    );
    expect(findings.filter((line) => line.includes('unknown-tool'))).to.deep.equal([
      'src/agents/a.yaml:3:32 error ref/unknown-tool code may call tools of its agent, and "ask" is none; add it to "tools" of the agent',
      'src/agents/a.yaml:3:37 error ref/unknown-tool no tool "ak"; did you mean "ask"?',
      'src/workflows/w.yaml:2:38 error ref/unknown-tool no tool "ak"; did you mean "ask"?',
    ]);
  });

  it('a tool that only code of a step calls is used, and its change is one of the workflow', async () => {
    const hash = async (url: string): Promise<string | undefined> => {
      const folder = projectOf({
        'src/tools/ask.yaml': tool.replace('a.example', url),
        'src/workflows/w.yaml': 'description: W.\nsteps:\n  - { id: s, code: ask(), tools: [ask] }\n',
      });
      expect(await findingsOf(folder)).to.deep.equal([]);
      return (await compile(folder)).program?.workflows['w']?.hash;
    };
    expect(await hash('a.example')).to.not.equal(await hash('b.example'));
  });
});
