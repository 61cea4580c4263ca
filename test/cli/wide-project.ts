import type { Files } from './run-cli.ts';

/** A project of about a hundred specs of every kind, with a scripted model that says who it is. */
export function wideProject(width = 24): Files {
  const files: Record<string, string> = {
    'engine.yaml': 'name: wide\nmodel: script/echo\n',
    'AGENTS.md': 'Be brief.\n',
    'models/echo.yaml': echo('You said'),
    'src/profiles/base.md': '---\ndescription: A base.\n---\n\nStay calm.\n',
    'src/sandboxes/box.yaml': 'type: virtual\nwrite: true\nshell: true\n',
    'src/schedules/nightly.yaml':
      'cron: "0 3 * * *"\ntimezone: UTC\nworkflow: flow-0\ninput: { name: Night }\n',
    'src/schemas/person.yaml': 'type: object\nproperties: { name: { type: string } }\n',
    'src/tools/count.yaml':
      'description: Counts.\ntype: node\nmodule: ./count.ts\ninputSchema: { type: object, properties: { of: { type: string } } }\n',
    'src/tools/count.ts': countTool(1),
    'lib/step.ts': 'export const step = 1;\n',
    'src/workflows/counted.yaml':
      'steps:\n  - id: counted\n    tool: count\n    with: { of: all }\noutput: ${{ steps.counted.output }}\n',
  };
  for (let at = 0; at < width; at += 1) {
    files[`src/agents/agent-${at}.md`] = agentText(at, 'You help');
    files[`src/workflows/flow-${at}.yaml`] = flowText(at, 'Hello');
    files[`src/roles/role-${at}.md`] = `---\ndescription: Role ${at}.\n---\n\nYou are number ${at}.\n`;
    files[`skills/skill-${at}/SKILL.md`] =
      `---\nname: skill-${at}\ndescription: Skill ${at} does its part of the work.\n---\n\nDo part ${at}.\n`;
  }
  return files;
}

/** The scripted model, with the words that its answers begin with. */
export function echo(words: string): string {
  return `replies:\n  - match: { text: slow }\n    text: At last.\n    delay: 60s\ndefault:\n  text: "${words}: {{text}}"\n`;
}

/** An agent. */
export function agentText(at: number, words: string): string {
  return `---\ndescription: Agent ${at}.\nprofile: base\nsandbox: box\nskills: [skill-${at}]\n---\n\n${words} with matter ${at}.\n`;
}

/** A workflow of one step. */
export function flowText(at: number, words: string): string {
  return [
    `description: Flow ${at}.`,
    'inputSchema:',
    '  type: object',
    '  required: [name]',
    '  properties: { name: { type: string } }',
    'steps:',
    '  - id: greet',
    `    agent: agent-${at}`,
    `    message: "${words} {{input.name}}"`,
    'output: ${{ steps.greet.output }}',
    '',
  ].join('\n');
}

/** A tool in code that gives a number. */
export function countTool(by: number): string {
  return `import { step } from '../../lib/step.ts';\n\nexport default () => Promise.resolve({ count: ${by} * step });\n`;
}
