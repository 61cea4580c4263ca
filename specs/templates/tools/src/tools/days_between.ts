import { defineTool, Problem } from 'flue-engine';

/** A tool that is only a TypeScript file: its description and schemas stand here instead of in YAML. */
export default defineTool<{ from: string; to: string }>({
  description: 'Counts the days from one date to another.',
  inputSchema: {
    type: 'object',
    required: ['from', 'to'],
    additionalProperties: false,
    properties: {
      from: {
        type: 'string',
        pattern: '^\\d{4}-\\d{2}-\\d{2}$',
        description: 'The first day, as 2026-03-01.',
      },
      to: { type: 'string', pattern: '^\\d{4}-\\d{2}-\\d{2}$', description: 'The last day, as 2026-03-15.' },
    },
  },
  outputSchema: {
    type: 'object',
    required: ['days'],
    properties: { days: { type: 'integer' } },
  },
  annotations: { readOnlyHint: true, idempotentHint: true },
  run({ from, to }) {
    const days = (Date.parse(to) - Date.parse(from)) / 86_400_000;
    if (Number.isNaN(days))
      throw new Problem('tool_failed', `"${from}" and "${to}" must be days of the calendar`);
    return { days };
  },
});
