import { defineTool } from 'flue-engine';

export default defineTool<{ text: string }>({
  description: 'A headline for a text.',
  inputSchema: { type: 'object', required: ['text'], properties: { text: { type: 'string' } } },
  run({ text }) {
    return { headline: text.slice(0, 40) };
  },
});
