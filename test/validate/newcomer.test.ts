import { expect } from 'chai';
import { parseSource, type Kind } from '../../engine/source/index.ts';
import { validateShape } from '../../engine/validate/index.ts';

const messagesOf = (kind: Kind, text: string): string[] => {
  const found = { kind, name: 'x', stem: 'x', file: 'x.yaml', path: '/x.yaml', shipped: false };
  return validateShape([parseSource(found, text).value]).map(({ message }) => message);
};
const step = (text: string): string[] => messagesOf('workflow', `steps:\n  - { id: a, ${text} }\n`);

/** What people write who know other tools, and what they are told. */
describe('a value in another shape', () => {
  const steps: readonly (readonly [string, string])[] = [
    [
      'dispatch: triager',
      '"dispatch" must be map, got string "triager"; write { agent: triager, message: … }',
    ],
    ['approval: Ship it?', '"approval" must be map, got string "Ship it?"; write { title: Ship it? }'],
    ['ask: What size?', '"ask" must be map, got string "What size?"; write { title: What size? }'],
    ['wait: 5m', '"wait" must be map, got string "5m"; write { duration: 5m }'],
    [
      'http: "https://example.com"',
      '"http" must be map, got string "https://example.com"; write { url: "https://example.com" }',
    ],
    [
      'set: "${{ input.n }}"',
      '"set" must be map, got string "${{ input.n }}"; write { <name>: "${{ input.n }}" }',
    ],
    [
      'foreach: "${{ input.lines }}", steps: [{ id: b, log: x }]',
      '"foreach" must be map, got string "${{ input.lines }}"; write { items: input.lines, maxItems: … }',
    ],
    [
      'parallel: [{ id: b, log: x }]',
      '"parallel" must be map, got list; write { branches: { <name>: […] } }',
    ],
    [
      'branch: { when: "true", steps: [{ id: b, log: x }] }',
      '"branch" must be list, got map; write a list: [{ when: …, steps: […] }]',
    ],
    ['tool: x, retry: 3', '"retry" must be map, got number 3; write { maxAttempts: 3 }'],
    ['tool: x, timeout: 30', '"timeout" must be string, got number 30; write the unit too: 30s, or 30ms'],
    ['tool: x, timeout: 5 minutes', '"timeout" must be a duration, got "5 minutes"; write "5m"'],
    [
      'agent: { name: clerk, message: hi }',
      '"agent" must be string, got map; write "clerk", and the other keys beside "agent"',
    ],
    [
      'task: { agent: clerk, prompt: hi }',
      '"task" must be string, got map; write "hi", and the other keys beside "task"',
    ],
  ];
  for (const [text, message] of steps) {
    it(`is shown in ours: ${text}`, () => {
      expect(step(text)).to.deep.equal([message]);
    });
  }

  it('is shown in ours in the config', () => {
    const text = 'secrets: [CRM]\nenv: { SHOP: x }\nserver: { port: "80" }\n';
    expect(messagesOf('project', text)).to.deep.equal([
      '"secrets" must be map, got list; write { CRM: {} }',
      '"env" must be list, got map; write [SHOP]',
      '"port" must be integer, got string "80"; write 80 without quotes',
    ]);
    expect(messagesOf('project', 'secrets: { SLACK: SLACK_TOKEN }')).to.deep.equal([
      '"SLACK" must be map, got string "SLACK_TOKEN"; write { env: SLACK_TOKEN }',
    ]);
  });

  it('is shown in ours in a tool, a sandbox and a schema', () => {
    expect(
      messagesOf('tool', 'description: x\ntype: command\ncommand: node stock.js {{input.item}}\n'),
    ).to.deep.equal([
      '"command" must be list, got string "node stock.js {{input.item}}"; write [node, stock.js, "{{input.item}}"]',
    ]);
    expect(messagesOf('sandbox', 'type: isolated\nshell: yes\nlimits: { memoryMb: 512mb }\n')).to.deep.equal([
      '"shell" must be boolean, got string "yes"; write true',
      '"memoryMb" must be integer, got string "512mb"; write 512',
    ]);
    expect(messagesOf('schema', 'type: number\nminimum: 5\nmaximum: 1\n')).to.deep.equal([
      'no value fits: "minimum" is 5, and "maximum" is 1',
    ]);
  });

  it('is shown in ours in an agent', () => {
    const text =
      'description: x\nextends: [base]\nskills: tone, style\nmcpServers: github\ntools: [{ name: read }]\nmodel: { provider: openai, name: gpt-5.5 }\n';
    expect(messagesOf('agent', text)).to.deep.equal([
      '"extends" must be string, got list; write "base"',
      '"skills" must be list, got string "tone, style"; write [tone, style]',
      '"mcpServers" must be list or map, got string "github"; write [github]',
      '"tools[0]" must be string, got map; write "read"',
      '"model" must be string or boolean, got map; write "openai/gpt-5.5"',
    ]);
  });

  it('may be a model alias that only names its model', () => {
    expect(messagesOf('project', 'models: { deep: anthropic/claude-sonnet-4-5 }')).to.deep.equal([]);
  });
});

describe('a key in the wrong place or in the words of another tool', () => {
  it('beside a verb belongs under the verb', () => {
    expect(step('approval: { title: Go? }, timeout: 2d, approvers: [ada]')).to.deep.equal([
      '"timeout" belongs under "approval"',
      '"approvers" belongs under "approval"',
    ]);
    expect(step('http: { url: "https://example.com" }, method: POST')).to.deep.equal([
      '"method" belongs under "http"',
    ]);
    expect(step('dispatch: { agent: clerk }, message: hi')).to.deep.equal([
      '"message" belongs under "dispatch"',
    ]);
  });

  it('says where it goes, and hides that the map it goes to is missing', () => {
    expect(step('parallel: { b: [{ id: b, log: x }] }')).to.deep.equal(['"b" belongs under "branches"']);
    expect(step('loop: { until: "true", max: 3, steps: [{ id: b, log: x }] }')).to.deep.equal([
      '"max" is another tool\'s word; write "maxIterations"',
      '"steps" belongs one level up',
    ]);
    const tool = 'description: x\ntype: http\nmethod: GET\nurl: https://example.com\nheaders: { a: b }\n';
    expect(messagesOf('tool', tool)).to.deep.equal([
      '"method" belongs under "request"',
      '"url" belongs under "request"',
      '"headers" belongs under "request" or "server"',
    ]);
  });

  it('says what to write instead', () => {
    expect(messagesOf('workflow', 'on: push\nsteps: [{ id: a, name: b, log: x, needs: [b] }]')).to.deep.equal(
      [
        'there is no "on": a workflow is started by a call, by another workflow, or by a file in "schedules/"',
        '"name" is another tool\'s word; write "description"',
        'there is no "needs": steps run in order, and "parallel" runs them at the same time',
      ],
    );
    expect(step('wait: { for: 5m }')).to.deep.equal(['"for" is another tool\'s word; write "duration"']);
    expect(step('tool: x, type: tool')).to.deep.equal([
      'there is no "type": the verb itself is a key, such as "prompt: …" or "tool: …"',
    ]);
    expect(messagesOf('schedule', 'schedule: "@daily"\nworkflow: w\ntz: Europe/Berlin\n')).to.deep.equal([
      '"schedule" is another tool\'s word; write "cron"',
      '"tz" is another tool\'s word; write "timezone"',
    ]);
    expect(messagesOf('channel', 'agent: a\ntype: github\nsecret: S\nfilter: "true"\n')).to.deep.equal([
      '"type" is another tool\'s word; write "scheme"',
      '"filter" is another tool\'s word; write "when"',
    ]);
    expect(messagesOf('sandbox', 'type: docker\nimage: node:20\n')).to.deep.equal([
      '"type" must be "none", "virtual", "isolated", "local", "daytona", "e2b", "modal", "runloop" or "custom", got "docker"; did you mean "isolated"?',
      '"image" belongs under "options"',
    ]);
  });
});
