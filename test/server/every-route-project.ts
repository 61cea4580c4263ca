const tree = {
  type: 'object',
  properties: { children: { type: 'array', items: { $ref: '#/$defs/tree' } } },
};

/** A project that has something for every route. */
export const files = {
  'engine.yaml': {
    name: 'everything',
    model: 'script/echo',
    secrets: { API_KEY: { env: 'NO_SUCH_VARIABLE' }, HOOK: { env: 'HOOK' }, SIGN: { env: 'SIGN' } },
    // Nobody listens there.
    callbacks: {
      told: {
        ...{ url: 'http://127.0.0.1:9/hook', sign: { secret: 'SIGN' } },
        ...{ on: ['run_end'], workflows: ['refuse'], retry: { maxAttempts: 1 } },
      },
    },
  },
  'models/echo.yaml': { default: { text: 'You said: {{text}}' } },
  'agents/echo.md':
    '---\ndescription: Repeats.\nsandbox: notes\nskills: [greet]\n---\nRepeat what you hear.\n',
  'sandboxes/notes.yaml': { type: 'virtual', write: true },
  'agents/typed.yaml': {
    description: 'Takes and gives data.',
    instructions: 'Count.',
    model: 'script/count',
    inputSchema: { type: 'object', properties: { tree: { $ref: '#/$defs/tree' } }, $defs: { tree } },
    outputSchema: { type: 'object', required: ['count'], properties: { count: { type: 'integer' } } },
  },
  'models/count.yaml': { default: { text: '{"count": 2}' } },
  'skills/greet/SKILL.md': '---\nname: greet\ndescription: How to greet.\n---\nSay good day.\n',
  'workflows/sum.yaml': {
    description: 'Gives back a tree.',
    inputSchema: { type: 'object', properties: { tree: { $ref: '#/$defs/tree' } }, $defs: { tree } },
    outputSchema: { type: 'object', required: ['ok'], properties: { ok: { type: 'boolean' } } },
    steps: [{ id: 'one', set: { ok: true } }],
    output: { ok: '${{ steps.one.output.ok }}' },
  },
  'workflows/refuse.yaml': {
    description: 'Fails.',
    steps: [
      { id: 'first', if: 'has(input.never)', set: { one: 1 } },
      { id: 'no', fail: { code: 'not_today', message: 'not today' } },
    ],
  },
  'workflows/sign.yaml': {
    description: 'Asks a person.',
    steps: [
      { id: 'sign', approval: { title: 'Pay?' } },
      { id: 'paid', wait: { event: 'paid' } },
    ],
  },
  'channels/hub.yaml': { agent: 'echo', scheme: 'github', secret: 'HOOK' },
  'schedules/nightly.yaml': { cron: '0 3 * * *', timezone: 'UTC', workflow: 'sum' },
};
