import { defineTool } from 'flue-engine';

export default defineTool({
  description: 'Looks a thing up.',
  inputSchema: { type: 'object', additionalProperties: false },
  run: () => ({ found: true }),
});
