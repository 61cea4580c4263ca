export type { Diagram } from './diagram.ts';
export { toDot } from './dot.ts';
export { drawWorkflow } from './draw-workflow.ts';
export { toGraphJson } from './json.ts';
export { toMermaid } from './mermaid.ts';
