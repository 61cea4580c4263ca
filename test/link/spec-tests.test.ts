import { expect } from 'chai';
import { findingsOf, programOf } from '../fakes/project.ts';

const around = {
  'engine.yaml': "model: openai/gpt-5\nmcpServers: { warehouse: { url: 'https://mcp.example.com' } }\n",
  'src/agents/clerk.yaml': 'description: Answers.\n',
  'src/agents/typed.yaml':
    'description: Sorts.\ninputSchema: { type: object, required: [title], properties: { title: { type: string } } }\noutputSchema: { type: object, required: [kind, size], properties: { kind: { enum: [order, other] }, size: { type: integer } } }\n',
  'src/tools/stock.yaml': `description: Stock.
type: http
inputSchema: { type: object, required: [item], additionalProperties: false, properties: { item: { type: string }, most: { type: integer } } }
outputSchema: { type: object, required: [count], properties: { count: { type: integer, minimum: 0 } } }
request: { url: https://shop.example.com/stock }
`,
  'src/workflows/refund.yaml': `inputSchema: { type: object, required: [ticket], additionalProperties: false, properties: { ticket: { type: string, pattern: '^T-' } } }
outputSchema: { type: object, required: [paid, by], properties: { paid: { type: boolean }, by: { type: string } } }
steps:
  - { id: stock, tool: stock, with: { item: '\${{ input.ticket }}' } }
  - id: decide
    branch:
      - when: steps.stock.output.count > 3
        steps:
          - { id: sign_off, approval: { title: Sure?, form: { type: object, required: [note], properties: { note: { type: string } } } } }
      - else: true
        steps:
          - { id: why, ask: { title: Why?, form: { type: object, required: [text], properties: { text: { type: string } } } } }
  - { id: paid, wait: { event: payment } }
  - id: each
    foreach: { items: '[1, 2]', maxItems: 2 }
    steps:
      - { id: tell, log: told }
output: { paid: true, by: ada }
`,
};

describe('link: tests', () => {
  it('are read with all their keys, and nothing is wrong with them', async () => {
    const project = {
      ...around,
      'tests/refund.yaml': `description: A refund.
workflow: refund
input: { ticket: T-17 }
model:
  - { match: { step: decide/why }, json: { text: because } }
  - { match: { agent: clerk }, toolCalls: [{ tool: stock, input: { item: tea } }, { tool: warehouse__count, input: {} }] }
tools: { stock: { count: 5 }, warehouse__count: 3 }
toolErrors: { read: { code: tool_failed, message: no, times: 1 } }
approvals: { sign_off: { decision: approved, by: ada, data: { note: fine }, after: 3h }, stock: { decision: rejected } }
answers: { why: { data: { text: because }, by: bob, after: 1m } }
events: { payment: { data: { amount: 3 }, after: 1s } }
env: { REGION: eu }
startAt: '2030-01-01T08:00:00Z'
expect:
  status: succeeded
  output: { paid: true }
  text: { pattern: 'a+', contains: a }
  path: [stock, decide, decide/sign_off, paid, each, 'each[0]/tell']
  calls: { stock: [{ item: T-17 }], read: [] }
`,
      'tests/clerk.yaml':
        'agent: clerk\nmessage: [Hello, Bye]\nexpect: { text: hello, error: model_failed }\n',
      'tests/typed.yaml': 'agent: typed\ninput: { title: x }\nexpect: { output: { kind: order } }\n',
      'tests/refused.yaml':
        'workflow: refund\ninput: { nothing: 1 }\nexpect: { status: failed, error: invalid_input }\n',
    };
    expect(await findingsOf(project)).to.deep.equal([]);
    const { tests } = await programOf(project);
    expect(tests['refund']?.approvals['sign_off']).to.include({ by: 'ada', afterMs: 10_800_000 });
    expect(tests['clerk']?.target.messages).to.deep.equal(['Hello', 'Bye']);
    expect(tests['clerk']?.expect).to.deep.include({ status: 'failed', text: { contains: 'hello' } });
    expect(tests['refund']?.model).to.have.length(2);
  });

  it('are wrong at the place where they are', async () => {
    const findings = await findingsOf({
      ...around,
      'tests/refund.yaml': `workflow: refund
input: { ticket: 17, tikcet: T-1 }
model:
  - { match: { step: decide/whi }, json: { text: because } }
  - { match: { agent: clrk, pattern: '(' }, toolCalls: [{ tool: stok, input: { item: tea } }] }
tools: { stok: { count: 5 }, stock: { count: -1 } }
toolErrors: { raed: { message: no } }
approvals: { signoff: { decision: approved }, sign_off: { decision: approved, data: { nte: 3 } } }
answers: { wy: { data: { text: because } }, why: { data: {} } }
events: { paymnet: {} }
startAt: tomorrow
expect:
  status: succeeded
  error: tool_failed
  output: { paid: 'yes', bye: x }
  text: { pattern: '(' }
  path: [stock, decide/sign_of, sign_off, 'each[0]/tel']
  calls: { stok: [], stock: [{ itm: 3 }] }
`,
      'tests/typed.yaml': 'agent: typed\nexpect: { output: { kind: ordr, size: big }, path: [x] }\n',
      'tests/clerk.yaml': 'agent: clerk\n',
      'tests/gone.yaml': 'workflow: refnd\n',
      'tests/pattern.yaml': 'workflow: refund\ninput: { ticket: X-1 }\ntools: { stock: { count: -1 } }\n',
    });
    expect(findings).to.deep.equal([
      'tests/clerk.yaml:1:8 error type/missing-argument agent "clerk" needs a "message"',
      'tests/gone.yaml:1:11 error ref/unknown-workflow no workflow "refnd"; did you mean "refund"?',
      'tests/pattern.yaml:2:18 error type/argument "ticket" of workflow "refund" must match the pattern "^T-", got "X-1"',
      'tests/pattern.yaml:3:26 error type/result "count" of the output of tool "stock" must be at least 0, got -1',
      'tests/refund.yaml:2:18 error type/argument "ticket" of workflow "refund" must be string, got number',
      'tests/refund.yaml:2:22 error type/unknown-argument workflow "refund" takes no "tikcet"; did you mean "ticket"?',
      'tests/refund.yaml:4:22 error ref/unknown-step no step "whi"; did you mean "why"?',
      'tests/refund.yaml:5:23 error ref/unknown-agent no agent "clrk"; did you mean "clerk"?',
      'tests/refund.yaml:5:38 error schema/bad-format bad pattern: missing closing ): "("',
      'tests/refund.yaml:5:65 error ref/unknown-tool no tool "stok"; did you mean "stock"?',
      'tests/refund.yaml:6:10 error ref/unknown-tool no tool "stok"; did you mean "stock"?',
      'tests/refund.yaml:6:46 error type/result "count" of the output of tool "stock" must be at least 0, got -1',
      'tests/refund.yaml:7:15 error ref/unknown-tool no tool "raed"; did you mean "read"?',
      'tests/refund.yaml:8:14 error ref/unknown-step no step "signoff"; did you mean "sign_off"?',
      'tests/refund.yaml:8:79 error type/missing-argument the form of "sign_off" needs "note" (string)',
      'tests/refund.yaml:9:12 error ref/unknown-step no step "wy"; did you mean "why"?',
      'tests/refund.yaml:9:52 error type/missing-argument the form of "why" needs "text" (string)',
      'tests/refund.yaml:10:11 error ref/unknown-topic no topic "paymnet"; did you mean "payment"?',
      'tests/refund.yaml:11:10 error schema/bad-format "tomorrow" is no moment; write date and time with offset, such as "2030-01-01T08:00:00Z"',
      'tests/refund.yaml:14:3 error schema/exclusive-keys work that ended as "succeeded" has no "error"; leave one of the two out',
      'tests/refund.yaml:15:19 error type/result "paid" of the output of workflow "refund" must be bool, got string',
      'tests/refund.yaml:16:20 error schema/bad-format bad pattern: missing closing ): "("',
      'tests/refund.yaml:17:17 error ref/unknown-step no step "decide/sign_of"; did you mean "decide/sign_off"?',
      'tests/refund.yaml:17:33 error ref/unknown-step step "sign_off" is inside a block; write its path: "decide/sign_off"',
      'tests/refund.yaml:17:43 error ref/unknown-step no step "each/tel"; did you mean "each/tell"?',
      'tests/refund.yaml:18:12 error ref/unknown-tool no tool "stok"; did you mean "stock"?',
      'tests/refund.yaml:18:32 error type/argument the input of tool "stock" has no field "itm"; did you mean "item"?',
      'tests/typed.yaml:1:8 error type/missing-argument agent "typed" needs "title" (string); give it under "input"',
      'tests/typed.yaml:2:27 error type/result "kind" of the output of agent "typed" must be "order" or "other", got "ordr"; did you mean "order"?',
      'tests/typed.yaml:2:39 error type/result "size" of the output of agent "typed" must be number, got string',
      'tests/typed.yaml:2:46 error schema/misplaced-key an agent has no steps; "path" belongs to a test of a workflow',
    ]);
  });
});
