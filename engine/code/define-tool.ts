export { defineTool } from '../adapters/tools/define-tool.ts';
