/** Words of other tools and what they are called here, in order of preference; an empty list: there is no such thing. */
const foreign: Readonly<Record<string, readonly string[]>> = {
  systemPrompt: ['instructions'],
  systemMessage: ['instructions'],
  system: ['instructions'],
  instruction: ['instructions'],
  prompt: ['instructions', 'message'],
  persona: ['instructions'],
  backstory: ['instructions'],
  goal: ['description'],
  summary: ['description'],
  llm: ['model'],
  modelName: ['model'],
  subAgents: ['subagents'],
  agents: ['subagents'],
  handoffs: ['subagents'],
  delegates: ['subagents'],
  allowedTools: ['tools', 'allowed-tools'],
  tools: ['allowed-tools'],
  toolset: ['tools'],
  functions: ['tools'],
  denyTools: ['disallowedTools'],
  mcp: ['mcpServers'],
  input: ['with', 'inputSchema'],
  inputs: ['with', 'inputSchema', 'input'],
  args: ['with', 'inputSchema'],
  arguments: ['with', 'inputSchema'],
  params: ['with', 'inputSchema'],
  parameters: ['with', 'inputSchema'],
  outputs: ['output', 'outputSchema'],
  responseFormat: ['outputSchema'],
  responseSchema: ['outputSchema'],
  resultSchema: ['outputSchema'],
  maxSteps: ['maxTurns'],
  maxIterations: ['maxTurns'],
  maxTokens: ['maxOutputTokens', 'modelSettings.maxOutputTokens'],
  reasoning: ['thinking'],
  reasoningEffort: ['thinking'],
  timeoutMs: ['timeout'],
  timeoutSeconds: ['timeout'],
  timeoutMinutes: ['timeout'],
  retries: ['retry'],
  maxRetries: ['retry', 'retries'],
  maxAttempts: ['retry'],
  onError: ['catch'],
  onFailure: ['catch'],
  catchError: ['catch'],
  condition: ['if', 'when', 'until'],
  when: ['if'],
  cond: ['if'],
  extend: ['extends'],
  inherits: ['extends'],
  base: ['extends'],
  forEach: ['foreach'],
  map: ['foreach'],
  run: ['shell'],
  exec: ['shell'],
  bash: ['shell'],
  script: ['shell', 'code'],
  uses: ['tool'],
  call: ['tool'],
  action: ['tool'],
  request: ['http'],
  sleep: ['wait'],
  delay: ['wait'],
  switch: ['branch'],
  choice: ['branch'],
  subworkflow: ['workflow'],
  vars: ['set'],
  assign: ['set'],
  tasks: ['steps'],
  nodes: ['steps'],
  jobs: ['steps'],
  author: ['metadata.author'],
  owner: ['metadata.owner'],
  version: ['metadata.version'],
  tags: ['metadata.tags'],
  category: ['metadata.category'],
  dependsOn: [],
  needs: [],
  after: [],
  next: [],
  goto: [],
};

const reasons: Readonly<Record<string, string>> = {
  next: 'steps run in order, and "branch" chooses',
  goto: 'steps run in order, and "branch" chooses',
};

/**
 * A key written in another tool's words: what to write instead among the allowed keys, or why there is no such key.
 * Also finds `snake_case` and `kebab-case` spellings of allowed keys.
 */
export function foreignKey(
  key: string,
  allowed: readonly string[],
): { readonly write?: string; readonly message: string } | undefined {
  const camel = key.replace(/[_-]+([A-Za-z0-9])/g, (_, letter: string) => letter.toUpperCase());
  const write = (target: string): { write: string; message: string } => ({
    write: target,
    message: `"${key}" is another tool's word; write "${target}"`,
  });
  if (camel !== key && allowed.includes(camel)) {
    return { write: camel, message: `keys are written in camelCase; write "${camel}" in place of "${key}"` };
  }
  if (!Object.hasOwn(foreign, camel)) return undefined;
  const targets = foreign[camel] ?? [];
  if (targets.length === 0) {
    if (!allowed.includes('if')) return undefined;
    const reason = reasons[camel] ?? 'steps run in order, and "parallel" runs them at the same time';
    return { message: `there is no "${key}": ${reason}` };
  }
  const target = targets.find((one) => allowed.includes(one.split('.')[0] ?? ''));
  return target === undefined ? undefined : write(target);
}
