export { codeFrame } from './code-frame.ts';
export { kindNames, kindRow, kinds, type Kind, type KindRow } from './kinds.ts';
export { configPlaces } from './load-config.ts';
export { loadShipped, type ShippedSpecs } from './load-shipped.ts';
export { loadProject, type LoadedProject, type ToolModule } from './load.ts';
export { parseYaml, type ParsedYaml } from './parse-yaml.ts';
export { parseSource, type SpecFile } from './read-source.ts';
export { isDamaged, type Source } from './source.ts';
