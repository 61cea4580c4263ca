/** A project whose work nests in every way: tools, tasks, workflows as tools, agents as tools, child runs, dispatch, retries. */
export const files = {
  'engine.yaml': {
    name: 'traced',
    model: 'script/plain',
    secrets: { API_KEY: { required: false } },
  },
  'models/plain.yaml': { default: { text: 'fine', usage: { inputTokens: 5, outputTokens: 2 } } },
  'models/lead.yaml': {
    replies: [
      { match: { pattern: 'tool', turn: 1 }, toolCalls: [{ tool: 'look', input: { at: 'canary-input' } }] },
      { match: { pattern: 'broken', turn: 1 }, toolCalls: [{ tool: 'broken', input: {} }] },
      {
        match: { pattern: 'delegate', turn: 1 },
        toolCalls: [{ tool: 'task', input: { agent: 'helper', prompt: 'Use the tool' } }],
      },
      { match: { pattern: 'ask another', turn: 1 }, toolCalls: [{ tool: 'ask', input: {} }] },
      { match: { pattern: 'run another', turn: 1 }, toolCalls: [{ tool: 'flow', input: {} }] },
      { match: { text: 'fail' }, error: { message: 'no such thing', status: 400 } },
      { match: { text: 'busy' }, times: 1, error: { message: 'Overloaded', status: 529 } },
    ],
    default: { text: 'done', usage: { inputTokens: 10, outputTokens: 4, cacheReadTokens: 3 } },
  },
  'agents/lead.md':
    '---\ndescription: Leads.\nmodel: script/lead\ntools: [look, broken, ask, flow]\nsubagents: [helper]\n---\nLead.\n',
  'agents/helper.md': '---\ndescription: Helps.\nmodel: script/lead\ntools: [look]\n---\nHelp.\n',
  'tools/look.yaml': {
    description: 'Looks.',
    inputSchema: { type: 'object' },
    type: 'workflow',
    workflow: 'glance',
  },
  'tools/broken.yaml': {
    description: 'Breaks.',
    inputSchema: { type: 'object' },
    type: 'workflow',
    workflow: 'refuse',
  },
  'tools/ask.yaml': {
    description: 'Asks.',
    inputSchema: { type: 'object' },
    type: 'agent',
    agent: 'helper',
    message: 'Say it',
  },
  'tools/flow.yaml': {
    description: 'Runs.',
    inputSchema: { type: 'object' },
    type: 'workflow',
    workflow: 'inner',
  },
  'workflows/glance.yaml': { steps: [{ id: 'see', set: { seen: true } }] },
  'workflows/refuse.yaml': { steps: [{ id: 'no', fail: 'it is refused' }] },
  'workflows/inner.yaml': { steps: [{ id: 'think', prompt: 'Think' }] },
  'workflows/outer.yaml': {
    steps: [
      { id: 'note', log: 'it begins' },
      { id: 'sub', workflow: 'inner' },
      {
        id: 'all',
        foreach: { items: '[1, 2]', as: 'n', maxItems: 5 },
        steps: [{ id: 'one', agent: 'helper', message: 'Number {{n}}' }],
      },
      { id: 'later', dispatch: { agent: 'helper', instance: 'x', message: 'Afterwards' } },
    ],
  },
};
