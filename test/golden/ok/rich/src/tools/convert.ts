import { defineTool } from 'flue-engine';

export default defineTool<{ euros: number }>({
  description: 'Converts euros to cents.',
  inputSchema: { type: 'object', required: ['euros'], properties: { euros: { type: 'number' } } },
  run({ euros }) {
    return { cents: euros * 100 };
  },
});
