import type { Files } from '../../fakes/project.ts';

/** Tools that tell the ledger outside what they do. */
function tool(more: string): string {
  return `export default {
  description: 'Works.',
  inputSchema: { type: 'object', required: ['item'], properties: { item: { type: 'string' } } },
  ${more}
  async run({ item }, { runId, stepPath, attempt, idempotencyKey }) {
    const body = JSON.stringify({ item, runId, stepPath, attempt, key: idempotencyKey, pid: process.pid });
    await (await fetch(process.env.OUTSIDE + '/effects', { method: 'POST', body })).text();
    return { item };
  },
};
`;
}

const versioned = (version: string): Files => ({
  'src/agents/helper.yaml': {
    description: 'Helps.',
    tools: ['work', 'safe', 'pay'],
    permissions: { ask: ['pay'] },
    instructions: `You help, in version ${version}.`,
  },
  'src/agents/joiner.yaml': {
    description: 'Takes what is said meanwhile.',
    busy: 'join',
    tools: ['safe'],
    instructions: `You listen, in version ${version}.`,
  },
  'src/workflows/everything.yaml': `inputSchema: { type: object, required: [n], properties: { n: { type: string } } }
steps:
  - { id: first, tool: work, with: { item: first-${version} } }
  - id: rows
    foreach: { items: 'range(4)', as: row, maxItems: 4, maxConcurrency: 2 }
    steps:
      - { id: one, tool: work, with: { item: '\${{ "row" + string(row) + "-${version}" }}' } }
      - { id: two, set: { row: '\${{ steps.one.output.item }}' } }
  - id: both
    parallel:
      branches:
        left: [{ id: left, tool: safe, with: { item: left-${version} } }]
        right: [{ id: right, prompt: 'say {{input.n}} {{steps.first.output.item}}' }]
  - id: send
    http: { method: POST, url: '{{env.OUTSIDE}}/steps/{{run.id}}', body: { n: '\${{ input.n }}' } }
  - { id: helped, agent: helper, message: 'step-{{input.n}} use work safe' }
  - { id: rest, wait: { duration: 20ms } }
  - { id: told, dispatch: { agent: helper, instance: '{{run.id}}', message: 'told-{{input.n}} use work' } }
  - { id: go, wait: { event: 'go-{{input.n}}', timeout: 1h } }
  - { id: sign, approval: { title: 'Go on?', timeout: 1h } }
  - { id: part, workflow: part, with: { n: '\${{ input.n }}' } }
  - id: coded
    workflow: coded
    with: { n: '\${{ input.n }}' }
  - id: times
    loop: { until: 'index >= 2', maxIterations: 5 }
    steps: [{ id: turn, tool: work, with: { item: '\${{ "turn" + string(index) + "-${version}" }}' } }]
output:
  n: \${{ input.n }}
  rows: \${{ steps.rows.output }}
  both: \${{ steps.both.output }}
  helped: \${{ steps.helped.output }}
  go: \${{ steps.go.output }}
  sign: \${{ steps.sign.output.decision }}
  part: \${{ steps.part.output }}
  coded: \${{ steps.coded.output }}
  times: \${{ steps.times.output.item }}
  version: ${version}
`,
  'src/workflows/part.yaml': `inputSchema: { type: object, required: [n], properties: { n: { type: string } } }
steps:
  - { id: inner, tool: work, with: { item: inner-${version} } }
  - { id: pause, wait: { duration: 10ms } }
output: '\${{ steps.inner.output.item }}'
`,
  'src/workflows/slow.yaml': `inputSchema: { type: object, required: [n], properties: { n: { type: string } } }
steps:
  - { id: before, tool: work, with: { item: before-${version} } }
  - { id: rest, wait: { duration: 1h } }
`,
  'src/workflows/refuse.yaml': `inputSchema: { type: object, required: [n], properties: { n: { type: string } } }
steps:
  - { id: before, tool: work, with: { item: before-${version} } }
  - { id: no, fail: { code: sold_out, message: '{{input.n}} is sold out' } }
`,
  'src/workflows/tick.yaml': `inputSchema: { type: object, required: [at], properties: { at: { type: string } } }
steps: [{ id: tick, tool: work, with: { item: '\${{ input.at }}' } }]
`,
});

/** A project that does some of everything, in a version that all it gives shows. */
export function chaosProject(url: string, version: string, secret: string): Files {
  return {
    'engine.yaml': {
      name: 'chaos',
      model: 'fake/m',
      providers: {
        fake: {
          type: 'openai-compatible',
          baseUrl: `${url}/v1`,
          price: 'free',
          contextWindow: 200_000,
          retry: { maxAttempts: 3, delay: '5ms', maxDelay: '10ms' },
        },
      },
      env: ['OUTSIDE'],
      secrets: { HOOK: {} },
      callbacks: {
        told: {
          url: `${url}/hook`,
          sign: { secret: 'HOOK' },
          on: ['run_end', 'submission_end', 'approval_requested'],
          retry: { delay: '10ms', maxDelay: '50ms', maxAttempts: 100 },
        },
      },
      server: { drainTimeout: '300ms' },
    },
    '.env': `HOOK=${secret}\n`,
    'src/tools/work.ts': tool(''),
    'src/tools/safe.ts': tool('annotations: { idempotentHint: true },'),
    'src/tools/pay.ts': tool(''),
    'src/channels/inbox.yaml': {
      agent: 'helper',
      scheme: 'standard-webhooks',
      secret: 'HOOK',
      session: 'inbox-{{body.session}}',
      message: '{{body.text}}',
    },
    'src/schedules/tick.yaml': {
      cron: '* * * * * *',
      workflow: 'tick',
      missed: 'all',
      input: { at: '${{ schedule.time }}' },
    },
    'src/workflows/coded.ts': `export async function run(ctx) {
  const { n } = ctx.input;
  const { item } = await ctx.tool('work', { item: 'coded' });
  await ctx.sleep('5ms');
  const { text } = await ctx.agent('helper').prompt('coded-' + n + ' use safe');
  return ctx.step('sum', () => item + ' ' + text);
}
`,
    ...versioned(version),
  };
}

/** What a run of `everything` gives in a version, whatever happens to it on the way. */
export function outputOf(n: string, version: string): object {
  return {
    n,
    rows: [0, 1, 2, 3].map((row) => ({ row: `row${row}-${version}` })),
    both: { left: { item: `left-${version}` }, right: `done: say ${n} first-${version}` },
    helped: `done: step-${n} use work safe`,
    go: { for: n },
    sign: 'approved',
    part: `inner-${version}`,
    coded: `coded done: coded-${n} use safe`,
    times: `turn2-${version}`,
    version,
  };
}
