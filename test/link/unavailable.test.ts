import { expect } from 'chai';
import { compile, unavailableParts } from '../../engine/compile.ts';
import { projectOf, type Files } from '../fakes/project.ts';

describe('link: what this version cannot run yet', () => {
  it('is no finding, and the Program says where it is', async () => {
    const { diagnostics, parts } = await partsOf({
      'engine.yaml': `durable: { type: embedded }
mcpServers: {}
models: { x: { model: openai/gpt-5, fallback: [openai/gpt-4] } }
`,
      'src/agents/a.yaml': `description: A.
model: x
code: monty
limits: { costUsd: 1 }
busy: join
tools: [cmd]
`,
      'src/tools/cmd.yaml': 'description: Lists.\ntype: mcp\nserver: { command: npx }\ntool: ls\n',
      'src/schedules/day.yaml': 'cron: "0 0 * * *"\nagent: a\nmessage: hi\n',
      'src/sandboxes/box.yaml': 'type: local\nnetwork: {}\nshell: true\ncommands: [git log]\n',
      'src/workflows/w.yaml': `concurrency: 1
steps:
  - { id: first, code: 1 + 1 }
  - { id: second, tool: cmd }
  - { id: third, wait: { duration: 1s } }
  - { id: fourth, set: { n: '\${{ steps.first.output }}' } }
sandbox: box
`,
    });
    expect((diagnostics as readonly { rule: string }[]).map(({ rule }) => rule)).to.deep.equal([
      'security/no-boundary',
    ]);
    expect(parts).to.deep.equal([
      'engine.yaml:1:1 error link/not-available "durable" is not available in this version',
      'src/sandboxes/box.yaml:2:1 error link/not-available a sandbox of type "local" cannot keep to "network"; take it out, or take out "shell": commands there go where they want',
    ]);
  });

  it('leaves a project with tests free to run', async () => {
    const { diagnostics, parts } = await partsOf({
      'src/workflows/w.yaml': 'steps:\n  - { id: first, log: Hello }\n',
      'tests/w.yaml': 'workflow: w\nexpect: { path: [first] }\n',
    });
    expect(diagnostics).to.deep.equal([]);
    expect(parts).to.deep.equal([]);
  });
});

async function partsOf(files: Files): Promise<{ diagnostics: unknown[]; parts: string[] }> {
  const { program, diagnostics } = await compile(projectOf(files));
  const parts = program === undefined ? [] : unavailableParts(program);
  return {
    diagnostics: [...diagnostics],
    parts: parts
      .map(({ file, range, level, rule, message }) => {
        const { line = 0, column = 0 } = range?.start ?? {};
        return `${file}:${line}:${column} ${level} ${rule} ${message}`;
      })
      .sort(),
  };
}
