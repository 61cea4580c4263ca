import type { JsonObject } from '../../core/json.ts';
import { thinkingLevels } from '../../program/thinking-levels.ts';
import { any, at, count, listOf, objectOf, text } from './shape.ts';

const limits = objectOf(
  {
    durationMs: count,
    modelCalls: count,
    tokens: count,
    costUsd: { type: 'number', minimum: 0 },
  },
  ['durationMs', 'modelCalls', 'tokens', 'costUsd'],
);

/** Schemas of what a project declares, by their names in the description of the API. */
export const projectComponents: Readonly<Record<string, JsonObject>> = {
  Listed: {
    description: 'An agent or a workflow, in short.',
    ...objectOf({ name: text, description: text, inputSchema: any, outputSchema: any }, [
      'inputSchema',
      'outputSchema',
    ]),
  },
  Agent: {
    description: 'An agent, without what it is told and without what its tools do.',
    ...objectOf(
      {
        name: text,
        description: text,
        hash: text,
        code: { const: true, description: 'It is written in TypeScript, and says the rest by itself.' },
        model: { type: 'string', description: '`provider/model`; absent where every call names one.' },
        thinking: { type: 'string', enum: thinkingLevels },
        inputSchema: any,
        outputSchema: any,
        tools: listOf(text),
        skills: listOf(text),
        roles: { ...listOf(text), description: 'Roles that messages may name.' },
        models: {
          ...objectOf({ aliases: listOf(text), providers: listOf(text), scripts: listOf(text) }),
          description:
            'What the model of a message may be: an alias, `script/` and a script, or a model of a provider (`provider/model`).',
        },
        subagents: listOf(text),
        mcpServers: listOf(text),
        sandbox: { type: 'string', description: 'Its type.' },
        harness: text,
        busy: { type: 'string', enum: ['queue', 'join', 'reject', 'replace'] },
        queueLimit: count,
        maxTurns: count,
        timeoutMs: count,
        limits,
      },
      ['code', 'model', 'thinking', 'inputSchema', 'outputSchema', 'timeoutMs'],
    ),
  },
  Workflow: {
    description: 'A workflow, without its steps.',
    ...objectOf(
      {
        name: text,
        description: text,
        hash: text,
        code: { const: true, description: 'It is written in TypeScript.' },
        inputSchema: any,
        outputSchema: any,
        timeoutMs: count,
        limits,
        concurrency: objectOf({ limit: count, busy: text }),
      },
      ['code', 'inputSchema', 'outputSchema', 'timeoutMs', 'limits', 'concurrency'],
    ),
  },
  ProjectStatus: {
    description: 'What is served, for who operates it.',
    ...objectOf({
      name: text,
      hash: text,
      agents: listOf(text),
      workflows: listOf(text),
      channels: listOf(text),
      schedules: listOf(text),
      unavailable: listOf(objectOf({ message: text, file: text })),
      secrets: objectOf({ declared: listOf(text), missing: listOf(text), warnings: listOf(text) }),
    }),
  },
  UsageReport: objectOf({
    total: at('Usage'),
    lines: listOf(
      objectOf({
        kind: { type: 'string', enum: ['agent', 'workflow'] },
        name: text,
        count,
        usage: at('Usage'),
      }),
    ),
  }),
};
