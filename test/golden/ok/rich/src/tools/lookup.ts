import { defineTool } from 'flue-engine';

export const lookup = defineTool<{ order: string }>({
  run({ order }) {
    return { state: order === '17' ? 'on its way' : 'unknown' };
  },
});
