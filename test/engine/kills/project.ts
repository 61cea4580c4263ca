import type { Json } from '../../../engine/core/json.ts';

/** A project that does some of everything; its tool writes a line outside the engine for each call. */
export const project = {
  'engine.yaml': `model: script/m
secrets: { HOOK: {} }
env: [RECEIVER]
callbacks:
  told: { url: "{{env.RECEIVER}}", sign: { secret: HOOK }, retry: { delay: 10ms, maxDelay: 20ms, maxAttempts: 100 } }
`,
  'src/models/m.yaml': `replies:
  - { match: { tool: work }, text: "worked" }
  - { match: { pattern: "use (\\\\S+)" }, toolCalls: [{ tool: work, input: { item: "{{match.[1]}}" } }] }
default: { text: "You said {{text}}" }
`,
  'src/agents/helper.md': '---\ndescription: Helps.\ntools: [work]\n---\n\nYou help.\n',
  'src/tools/work.ts': `import { appendFileSync } from 'node:fs';
export default {
  description: 'Works.',
  inputSchema: { type: 'object', required: ['item'], properties: { item: { type: 'string' } } },
  async run({ item }, { runId, stepPath, attempt, idempotencyKey }) {
    appendFileSync(process.env.WITNESS, JSON.stringify({ item, runId, stepPath, attempt, idempotencyKey }) + '\\n');
    return { item };
  },
};`,
  'src/workflows/everything.yaml': `inputSchema: { type: object, required: [round], properties: { round: { type: integer } } }
steps:
  - { id: first, tool: work, with: { item: first } }
  - id: rows
    foreach: { items: 'range(4)', as: row, maxItems: 4, maxConcurrency: 2 }
    steps:
      - { id: one, tool: work, with: { item: '\${{ "row" + string(row) }}' } }
      - { id: two, set: { double: '\${{ row * 2 }}' } }
  - id: both
    parallel:
      branches:
        left: [{ id: left, tool: work, with: { item: left } }]
        right: [{ id: right, prompt: 'Say {{steps.first.output.item}}' }]
  - id: choice
    branch:
      - { when: input.round >= 0, steps: [{ id: taken, tool: work, with: { item: taken } }] }
  - id: times
    loop: { until: 'index >= 2', maxIterations: 5 }
    steps: [{ id: turn, tool: work, with: { item: '\${{ "turn" + string(index) }}' } }]
  - { id: helped, agent: helper, message: use it }
  - { id: rest, wait: { duration: 30ms } }
  - { id: told, dispatch: { agent: helper, instance: '{{run.id}}', message: use told } }
  - { id: sign, approval: { title: 'Go on?' } }
  - { id: part, workflow: part, with: { round: '\${{ input.round }}' } }
  - { id: last, tool: work, with: { item: last } }
output:
  round: \${{ input.round }}
  rows: \${{ steps.rows.output }}
  both: \${{ steps.both.output }}
  choice: \${{ steps.choice.output.item }}
  times: \${{ steps.times.output.item }}
  helped: \${{ steps.helped.output }}
  sign: \${{ steps.sign.output.decision }}
  part: \${{ steps.part.output }}
  last: \${{ steps.last.output.item }}
`,
  'src/workflows/part.yaml': `inputSchema: { type: object, required: [round], properties: { round: { type: integer } } }
steps:
  - { id: inner, tool: work, with: { item: inner } }
  - { id: pause, wait: { duration: 10ms } }
output: { inner: '\${{ steps.inner.output.item }}', round: '\${{ input.round }}' }
`,
};

/** What the run within such a run gives. */
export function partOf(round: number): Json {
  return { inner: 'inner', round };
}

/** What a run of a round gives, whatever happens to it on the way. */
export function outputOf(round: number): Json {
  return {
    round,
    rows: [0, 2, 4, 6].map((double) => ({ double })),
    both: { left: { item: 'left' }, right: 'You said Say first' },
    choice: 'taken',
    times: 'turn2',
    helped: 'worked',
    sign: 'approved',
    part: partOf(round),
    last: 'last',
  };
}
